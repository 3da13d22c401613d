/** Nicknames: when two of them count as the same, whatever their case and whatever letters look alike. */
import { LOOK_ALIKES } from './look-alike-table.js';

/** Guest names begin like this. */
export const GUEST = 'guest-';
const GUEST_NAME = /^guest-\d+$/;
/** Joiners, variation selectors, fillers, format characters and the like, and two more that no font shows. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u{1d159}\u{16fe4}]/gu;
/** A page shows several spaces as one. An empty Braille pattern looks like a space. */
const SPACES = /[\s\u2800]+/gu;
/** Letters with a dot of their own and a second dot. */
const DOTTED_TWICE = /(?<=[ijl])\u0307/gu;

/**
 * `Ian`, `lan` and `1an` look the same, and case makes no difference. So i, l and 1 are one letter; so are o and 0, rn
 * and m.
 */
const ASCII: [like: string, letters: string][] = [
  ['l', 'i1|'],
  ['o', '0'],
  ['rn', 'm'],
];
const LOOKS = new Map(
  [...LOOK_ALIKES, ...ASCII].flatMap(([like, letters]) => [...letters].map((letter) => [letter, like])),
);
const LOOKING = new RegExp(
  `[${[...LOOKS.keys()].map((letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`).join('')}]`,
  'gu',
);

/**
 * Two ligatures whose compatibility forms are sentences of 18 and 8 characters. A private character stands for each.
 * Every other character becomes at most six.
 */
const SENTENCES = /[\ufdfa\ufdfb]/gu;
const STANDS_FOR = (ligature: string): string => (ligature === '\ufdfa' ? '\ue0fa' : '\ue0fb');

/**
 * Returns the form that two names share when they are the same name (Unicode TR 36, UTS 39). Compatibility forms and
 * case are folded. Letters that look like ASCII become ASCII and keep their marks. Invisible characters are dropped.
 */
export function foldName(name: string): string {
  return foldCase(name).normalize('NFD').replace(DOTTED_TWICE, '').replace(LOOKING, twiceLook).normalize('NFC');
}

/**
 * As `foldName`, for texts that may be long: the result has at most six times the length. The two ligatures that are
 * sentences are not folded.
 */
export function foldText(text: string): string {
  return foldName(withoutSentences(text));
}

/** Returns the compatibility form (NFKC) of a text, with at most six times its length. */
export function plainForm(text: string): string {
  return withoutSentences(text).normalize('NFKC');
}

const withoutSentences = (text: string): string => text.replace(SENTENCES, STANDS_FOR);

const asciiLook = (letter: string): string => LOOKS.get(letter) ?? letter;
/** The letter that another looks like may itself look like something else: a letter that looks like m becomes rn. */
const twiceLook = (letter: string): string => [...asciiLook(letter)].map(asciiLook).join('');

/** Lower case twice: some letters have two small forms, or become two letters (σ and ς, ß and ss). */
function foldCase(name: string): string {
  return name
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(SPACES, ' ')
    .trim()
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC');
}

/** Whether a name is one that the server gives to guests. */
export function isGuestName(name: string): boolean {
  return GUEST_NAME.test(name);
}

export function guestName(): string {
  return `${GUEST}${Math.floor(10_000 + Math.random() * 90_000)}`;
}
