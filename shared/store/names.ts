/** Nicknames: `nick:<folded>` -> id, the reverse map that makes them unique whatever the case and the look-alikes. */
import { ChatError } from '../protocol/errors.js';
import { cutName } from '../protocol/letters.js';
import { NAME_MAX } from '../protocol/limits.js';
import { LOOK_ALIKES } from './look-alikes.js';
import { run } from './scripts.js';
import type { Store } from './store.js';

/** Joiners, variation selectors, fillers, format characters and the like; two more that no font shows. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u{1d159}\u{16fe4}]/gu;
/** A page shows a run of spaces as one; an empty Braille pattern looks like one. */
const SPACES = /[\s\u2800]+/gu;
/** Letters with a dot of their own, and another one on it. */
const DOTTED_TWICE = /(?<=[ijl])\u0307/gu;

/** `Ian`, `lan` and `1an` look the same, and case makes no difference: i, l and 1 are one letter, as are o and 0, rn and m. */
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
 * Two ligatures whose compatibility forms are sentences of 18 and 8 characters, and a private character for each. Every other character
 * becomes six at the most.
 */
const SENTENCES = /[\ufdfa\ufdfb]/gu;
const STANDS_FOR = (ligature: string): string => (ligature === '\ufdfa' ? '\ue0fa' : '\ue0fb');

/**
 * The form in which two names are the same name (Unicode TR 36, UTS 39): compatibility forms and case folded, and letters
 * that look like ASCII taken for it, with the marks above and below them kept. What nobody sees makes no difference.
 */
export function foldName(name: string): string {
  return foldCase(name).normalize('NFD').replace(DOTTED_TWICE, '').replace(LOOKING, twiceLook).normalize('NFC');
}

/**
 * As `foldName`, of texts that may be long: a text has at most six times its length after it. The two ligatures that are sentences stay
 * what they are.
 */
export function foldText(text: string): string {
  return foldName(withoutSentences(text));
}

/** The compatibility form (NFKC) of a text, of at most six times its length. */
export function plainForm(text: string): string {
  return withoutSentences(text).normalize('NFKC');
}

const withoutSentences = (text: string): string => text.replace(SENTENCES, STANDS_FOR);

const asciiLook = (letter: string): string => LOOKS.get(letter) ?? letter;
/** What a letter looks like may look like something else: a letter that looks like m is rn. */
const twiceLook = (letter: string): string => [...asciiLook(letter)].map(asciiLook).join('');

/** Twice small: some letters have two small forms, or become two (σ and ς, ß and ss). */
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

/**
 * Claims a nickname for a user whose hash already says that it wants it. A holder that is not there any more, or bears
 * another name, loses it. Gives true when the name is the user's now.
 */
export async function claimName(store: Store, folded: string, id: number): Promise<boolean> {
  const nick = store.keys.nick(folded);
  const holder = await run(store.redis, 'claim', { nick, id, from: '' });
  if (holder === '') return true;
  if (await holdsName(store, Number(holder), folded)) return false;
  return (await run(store.redis, 'claim', { nick, id, from: holder })) === '';
}

/** Whether a user is there and bears a name, or is about to. */
export async function holdsName(store: Store, holder: number, folded: string): Promise<boolean> {
  const [nick, spare, ended] = await store.redis.hmget(store.keys.user(holder), 'nick', 'spare', 'ended');
  return !ended && (nick === folded || spare === folded);
}

export async function releaseName(store: Store, folded: string, id: number): Promise<void> {
  await run(store.redis, 'release', { nick: store.keys.nick(folded), id });
}

/** `name_taken`, with a name that was free a moment ago. */
export async function nameTaken(store: Store, name: string): Promise<ChatError> {
  const suggestion = await suggestName(store, name);
  return new ChatError('name_taken', `Somebody is called ${name} already. Free is: ${suggestion}.`, {
    field: 'name',
    suggestion,
  });
}

/** `name_taken`, for a name that says a role: with a guest name that was free a moment ago. */
export async function nameOfRole(store: Store, name: string): Promise<ChatError> {
  const suggestion = await suggestName(store, 'guest-');
  return new ChatError('name_taken', `The name ${name} is kept for those who run the chat. Free is: ${suggestion}.`, {
    field: 'name',
    suggestion,
  });
}

async function suggestName(store: Store, name: string): Promise<string> {
  const stem = cutName(name, NAME_MAX - 5);
  for (let number = 2; ; number = number < 9 ? number + 1 : Math.floor(10 + Math.random() * 99_990)) {
    const candidate = `${stem}${number}`;
    if (!(await store.redis.exists(store.keys.nick(foldName(candidate))))) return candidate;
  }
}
