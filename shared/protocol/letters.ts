/** Characters in names and texts, the same for the server and for pages that fill in a name. */
import { NAME_MAX } from './limits.js';

/**
 * Visible characters: all but spaces, controls, joiners, fillers, the empty Braille pattern and three annotation signs.
 */
const SEEN = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/u;
const SEEN_LETTER = /[^\s\p{Cc}\p{M}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/u;
/** Control characters, and those that turn the direction of text around (Unicode TR 36, bidirectional spoofing). */
const TURNING = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const LONE_SURROGATES = /\p{Cs}/gu;
/** Several spaces, which a page shows as one. */
const SPACES = /\p{Zs}{2,}/gu;
/** Scripts that build syllables of marks. */
const SYLLABIC = ['Myanmar', 'Tibetan', 'Khmer', 'Tai_Tham'].map((script) => `\\p{Script=${script}}`).join('');
/**
 * A pile of marks reaches into the lines above and below. No letter of a name needs more than four marks above, below
 * or on it. In syllabic scripts it is eight, with the marks beside it: Burmese `လျှော့` has five.
 */
const PILE = new RegExp(`(?:(?:(?=\\p{M})[\\p{Mc}${SYLLABIC}])*(?![${SYLLABIC}])[\\p{Mn}\\p{Me}]){5}|\\p{M}{9}`, 'u');
const MARKS = /\p{M}+/gu;
/** So many marks of a pile stay. */
const PILE_MAX = 2;

/** Whether a text has anything visible. */
export function isSeen(text: string): boolean {
  return SEEN.test(text);
}

/** Returns a name as it is stored: composed (NFC), trimmed, with single spaces. */
export function tidyName(typed: string): string {
  return typed.normalize('NFC').replace(SPACES, ' ').trim();
}

/** Whether a tidy name is allowed. It may be taken all the same. */
export function isFitName(name: string): boolean {
  return name.search(TURNING) < 0 && !PILE.test(name) && SEEN_LETTER.test(name) && [...name].length <= NAME_MAX;
}

/** Returns the part of a name from a page that is allowed; '' when there is none. */
export function fitName(typed: string): string {
  const plain = tidyName(typed.replace(LONE_SURROGATES, '').replace(TURNING, ' '));
  const low = plain.replace(MARKS, (marks) => (PILE.test(marks) ? [...marks].slice(0, PILE_MAX).join('') : marks));
  const cut = cutName(low, NAME_MAX);
  return isFitName(cut) ? cut : '';
}

/** Returns the beginning of a name, of at most so many code points. It cuts no character that readers see as one. */
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
/** Missing in the types of the language level that pages are built for, and in older browsers. */
interface Segmenting {
  Segmenter?: new (locale?: string, options?: { granularity: 'grapheme' }) => Segments;
}

const { Segmenter } = Intl as Segmenting;
/** Made once, because making it costs more than using it. */
const segmenter = Segmenter && new Segmenter(undefined, { granularity: 'grapheme' });

/** Returns the characters as readers see them: a flag, a family, a letter with its marks. Without Intl: code points. */
export function lettersOf(text: string): string[] {
  return segmenter ? [...segmenter.segment(text)].map(({ segment }) => segment) : [...text];
}
