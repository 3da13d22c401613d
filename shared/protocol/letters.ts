/** What names and texts are made of, the same for the server and for whoever fills in a name. */
import { NAME_MAX } from './limits.js';

/** What nobody sees: spaces, controls, joiners, fillers and the like; the empty Braille pattern; three annotation signs. */
const SEEN = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/u;
const SEEN_LETTER = /[^\s\p{Cc}\p{M}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/u;
/** Control characters, and those that turn the direction of text around (Unicode TR 36, bidirectional spoofing). */
const TURNING = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const LONE_SURROGATES = /\p{Cs}/gu;
/** What a page shows as one space. */
const SPACES = /\p{Zs}{2,}/gu;
/** Scripts that build syllables of marks. */
const SYLLABIC = ['Myanmar', 'Tibetan', 'Khmer', 'Tai_Tham'].map((script) => `\\p{Script=${script}}`).join('');
/**
 * A pile of marks reaches into the lines above and below. No letter of a name needs more than four that stand above, below or
 * on it. In syllabic scripts it is eight, with those beside it: Burmese `လျှော့` has five.
 */
const PILE = new RegExp(`(?:(?:(?=\\p{M})[\\p{Mc}${SYLLABIC}])*(?![${SYLLABIC}])[\\p{Mn}\\p{Me}]){5}|\\p{M}{9}`, 'u');
const MARKS = /\p{M}+/gu;
/** Of a pile, so many marks stay. */
const PILE_LEFT = 2;

/** Whether there is anything in a text that a reader sees. */
export function isSeen(text: string): boolean {
  return SEEN.test(text);
}

/** Returns a name as it is kept: composed (NFC), trimmed, each run of spaces as one. */
export function tidyName(typed: string): string {
  return typed.normalize('NFC').replace(SPACES, ' ').trim();
}

/** Whether a tidy name may be borne, whoever bears it already. */
export function isFitName(name: string): boolean {
  return name.search(TURNING) < 0 && !PILE.test(name) && SEEN_LETTER.test(name) && [...name].length <= NAME_MAX;
}

/** Returns what can be kept of a name that a page has filled in; '' when that is nothing. */
export function fitName(typed: string): string {
  const plain = tidyName(typed.replace(LONE_SURROGATES, '').replace(TURNING, ' '));
  const low = plain.replace(MARKS, (marks) => (PILE.test(marks) ? [...marks].slice(0, PILE_LEFT).join('') : marks));
  const cut = cutName(low, NAME_MAX);
  return isFitName(cut) ? cut : '';
}

/** Returns the beginning of a name, of at most so many characters (code points); none that a reader takes for one is cut. */
export function cutName(name: string, most: number): string {
  let [cut, left] = ['', most];
  for (const letter of lettersOf(name)) {
    left -= [...letter].length;
    if (left < 0) break;
    cut += letter;
  }
  return cut.trim();
}

interface Segments {
  segment(text: string): Iterable<{ segment: string }>;
}
/** Not in the types of the language level that pages are built for, and not in older browsers. */
interface Segmenting {
  Segmenter?: new (locale?: string, options?: { granularity: 'grapheme' }) => Segments;
}

const { Segmenter } = Intl as Segmenting;
/** One for all: making it costs more than using it. */
const segmenter = Segmenter && new Segmenter(undefined, { granularity: 'grapheme' });

/** Returns what a reader takes for one character each: a flag, a family, a letter with its marks. Without Intl: code points. */
export function lettersOf(text: string): string[] {
  return segmenter ? [...segmenter.segment(text)].map(({ segment }) => segment) : [...text];
}
