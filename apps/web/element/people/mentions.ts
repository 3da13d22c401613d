import type { UserRef } from '../../../../shared/protocol/events.js';
import { LETTER } from '../dom/words.js';

/**
 * Finds out whether a text names somebody: `@` and the whole name. Names may have spaces, and be of any script. This
 * file knows nothing of the page, so whatever counts or tells of mentions can use it.
 */

/** An address or a link has these before its `@`. */
const NOT_BEFORE = new RegExp(`(?:${LETTER}|[\\p{M}/.\\-])$`, 'u');
const ENDS_IN_LETTER = new RegExp(`(?:${LETTER}\\p{M}*)$`, 'u');
/** A mark, a joiner or a skin tone belongs to the character before it. */
const GOES_ON = /^(?:\p{M}|\u200d|\p{Emoji_Modifier})/u;
const BEGINS_WITH_LETTER = new RegExp(`^${LETTER}`, 'u');

/** Returns the form in which a name in a text is the same as the name, whatever its case and width. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Returns the form in which a name is found by its letters alone. */
const bare = (text: string): string => folded(text).normalize('NFD').replace(/\p{M}/gu, '');

/** Returns whether `name` stands at `from` as a whole: it is not the beginning of a longer word. Both are folded. */
function standsAt(text: string, from: number, name: string): boolean {
  if (!text.startsWith(name, from)) return false;
  const rest = text.slice(from + name.length, from + name.length + 2);
  return !GOES_ON.test(rest) && !(ENDS_IN_LETTER.test(name) && BEGINS_WITH_LETTER.test(rest));
}

/**
 * Returns whether a text names a user who has, or has had, one of the names `own`. `others` are the names of the other
 * people who are there: `@Ann Lee` does not name Ann while Ann Lee is there, and a name that another one has taken over
 * names that one. Takes time that is linear in the text for every own name.
 */
export function namesUser(text: string, own: Iterable<string>, others: Iterable<string>): boolean {
  if (!/[@\uff20]/.test(text)) return false;
  const plain = folded(text);
  const mine = [...own].map(folded).filter((name) => name !== '');
  let longer: string[] | undefined;
  for (let at = plain.indexOf('@'); at >= 0; at = plain.indexOf('@', at + 1)) {
    const from = at + 1;
    if (NOT_BEFORE.test(plain.slice(Math.max(0, at - 2), at))) continue;
    const found = mine.filter((name) => standsAt(plain, from, name));
    if (found.length === 0) continue;
    longer = longer || [...others].map(folded).filter((name) => mine.some((one) => name.startsWith(one)));
    const isAnother = (name: string): boolean =>
      !longer?.some((other) => other.startsWith(name) && standsAt(plain, from, other));
    if (found.some(isAnother)) return true;
  }
  return false;
}

/** Returns the place of the `@` with which a text ends, and perhaps a part of a name after it; -1 for none. */
export function mentionAt(text: string): number {
  const at = Math.max(text.lastIndexOf('@'), text.lastIndexOf('\uff20'));
  const isMention =
    at >= 0 && !NOT_BEFORE.test(text.slice(Math.max(0, at - 2), at)) && !/\n|.{65}/.test(text.slice(at));
  return isMention ? at : -1;
}

/**
 * Returns the users whose name, or a later word of it, begins with `query`, with or without its accents; those whose
 * name does come first. Returns none if the query is the only one's whole name.
 */
export function matching(query: string, users: UserRef[]): UserRef[] {
  const start = bare(query);
  const ranked = users
    .map((user) => ({ user, name: ` ${bare(user.name)}` }))
    .filter(({ name }) => name.includes(` ${start}`))
    .sort((a, b) => a.name.indexOf(` ${start}`) - b.name.indexOf(` ${start}`) || a.name.localeCompare(b.name));
  const [only] = ranked;
  return only && !ranked[1] && folded(only.user.name) === folded(query) ? [] : ranked.map(({ user }) => user);
}
