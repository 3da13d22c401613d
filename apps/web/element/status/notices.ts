import type { ChatEvent, UserRef } from '../../../../shared/protocol/events.js';
import { called, type Part } from '../dom/dom.js';
import { durationText } from '../log/times.js';
import { fill, filled, type Texts } from '../texts.js';

/** Names in one notice; the rest is counted. */
const NAMES_MAX = 3;

/** Rules that a notice tells. */
const RULES = ['slow', 'readonly', 'closed', 'links', 'words', 'hold', 'off'] as const;

/** What kind of notice tells an event: those of a kind share one, but for `act`. Undefined for an event that no notice tells. */
export function noticeKind(event: ChatEvent): 'people' | 'removed' | 'act' | undefined {
  switch (event.type) {
    case 'joined':
    case 'renamed':
      return 'people';
    case 'left':
      return event.by ? 'act' : 'people';
    case 'removed':
      return event.user ? 'act' : 'removed';
    case 'cleared':
    case 'moderator':
    case 'offered':
    case 'owned':
    case 'muted':
      return 'act';
    case 'rules':
      return RULES.some((rule) => event[rule] !== undefined) ? 'act' : undefined;
    default:
      return undefined; // a message, or of a newer server
  }
}

/** Returns a notice: words, and each name as an element. It is empty when all who came have gone within it. */
export function noticeParts(events: ChatEvent[], texts: Texts): Part[] {
  const [first] = events;
  if (!first) return [];
  const kind = noticeKind(first);
  if (kind === 'people') return peopleParts(events, texts);
  return kind === 'removed' ? removedParts(first, events.length, texts) : actParts(first, texts);
}

/** Whoever acts: the host of the chat is no user. */
function actor({ id, name }: UserRef, texts: Texts): Part {
  return id === 0 ? texts.theHost : called(name);
}

function removedParts({ from }: ChatEvent, n: number, texts: Texts): Part[] {
  return filled(n === 1 ? texts.removed : texts.removedMany, { name: actor(from, texts), n });
}

/** What the owner, a moderator or the host has done. */
function actParts(event: ChatEvent, texts: Texts): Part[] {
  const { type, from, by, user, banned, on, seconds } = event;
  const [who, whom] = [actor(from, texts), user ? called(user.name) : ''];
  if (type === 'cleared') return filled(texts.cleared, { name: who });
  if (type === 'removed') return filled(texts.removedAllOf, { by: who, name: whom });
  if (type === 'owned') return filled(texts.owned, { name: who });
  const time = durationText(banned || seconds || 0, texts);
  if (by) return filled(banned ? texts.banned : texts.sentOut, { name: who, by: actor(by, texts), time });
  if (type === 'muted') return seconds ? filled(texts.mutedYou, { by: who, time }) : [texts.mutedYouOff];
  if (type === 'rules') return [rulesText(event, texts)];
  const said = type === 'offered' ? texts.offered : on ? texts.moderator : texts.moderatorOff;
  return filled(said, { by: who, name: whom });
}

/** The rules that have changed. */
export function rulesText(
  { slow, readonly, closed, links, words, hold, off }: Pick<ChatEvent, (typeof RULES)[number]>,
  texts: Texts,
): string {
  const parts = [
    slow === undefined ? '' : slow > 0 ? fill(texts.slow, { n: slow }) : texts.slowOff,
    readonly === undefined ? '' : readonly ? texts.readOnly : texts.readOnlyOff,
    closed === undefined ? '' : closed ? texts.closed : texts.closedOff,
    links === undefined ? '' : links ? texts.noLinksOff : texts.noLinks,
    words === undefined ? '' : words > 0 ? texts.words : texts.wordsOff,
    hold ? texts.hold : '',
    off === undefined ? '' : off ? texts.off : texts.offOff,
  ];
  return parts.filter(Boolean).join(' · ');
}

function peopleParts(events: ChatEvent[], texts: Texts): Part[] {
  const joined = new Map<number, string>();
  const left = new Map<number, string>();
  const renamed: Part[][] = [];
  for (const { type, from, was } of events) {
    if (type === 'joined' && !left.delete(from.id)) joined.set(from.id, from.name);
    if (type === 'left' && !joined.delete(from.id)) left.set(from.id, from.name);
    if (type === 'renamed') renamed.push(filled(texts.renamed, { was: called(was || ''), name: called(from.name) }));
  }
  const told = [
    joined.size > 0 ? filled(texts.joined, { names: list([...joined.values()], texts) }) : [],
    left.size > 0 ? filled(texts.left, { names: list([...left.values()], texts) }) : [],
    ...renamed,
  ];
  return enumerated(
    told.filter((parts) => parts.length > 0),
    ' · ',
    ' · ',
  );
}

function list(names: string[], texts: Texts): Part[] {
  const shown = names.length > NAMES_MAX + 1 ? names.slice(0, NAMES_MAX) : names;
  const rest = names.length - shown.length;
  const all: Part[][] = shown.map((name) => [called(name)]);
  return enumerated(rest > 0 ? [...all, [fill(texts.others, { n: rest })]] : all, ', ', texts.and);
}

/** One after the other, with `last` before the last. */
export function enumerated(all: Part[][], comma: string, last: string): Part[] {
  const parts: Part[] = [];
  all.forEach((one, i) => {
    if (i > 0) parts.push(i === all.length - 1 ? last : comma);
    parts.push(...one);
  });
  return parts;
}
