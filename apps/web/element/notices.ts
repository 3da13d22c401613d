import type { ChatEvent } from '../../../shared/protocol/events.js';
import { fill, type Texts } from './texts.js';
import { durationText } from './times.js';

/** Names in one notice; the rest is counted. */
const NAMES_MAX = 3;

/** Rules that a notice tells. */
const RULES = ['slow', 'readonly', 'closed', 'links', 'words', 'hold', 'off'] as const;

/** What kind of notice tells an event: those of a kind share one, but for `act`. Undefined for an event that no notice tells. */
export function noticeKind(event: ChatEvent): 'people' | 'removed' | 'act' | undefined {
  switch (event.type) {
    case 'joined': case 'renamed': return 'people';
    case 'left': return event.by ? 'act' : 'people';
    case 'removed': return event.user ? 'act' : 'removed';
    case 'cleared': case 'moderator': case 'offered': case 'owned': case 'muted': return 'act';
    case 'rules': return RULES.some((rule) => event[rule] !== undefined) ? 'act' : undefined;
    default: return undefined; // a message, or of a newer server
  }
}

/** A notice in words. Who came and went within it is not worth one, so it may be empty. */
export function noticeText(events: ChatEvent[], texts: Texts): string {
  const [first] = events;
  if (!first) return '';
  const kind = noticeKind(first);
  return kind === 'people' ? peopleText(events, texts) : kind === 'removed' ? removedText(first, events.length, texts) : actText(first, texts);
}

function removedText({ from: { name } }: ChatEvent, n: number, texts: Texts): string {
  return n === 1 ? fill(texts.removed, { name }) : fill(texts.removedMany, { name, n });
}

/** What the owner or a moderator has done. */
function actText(event: ChatEvent, texts: Texts): string {
  const { type, from, by, user, banned, on, seconds } = event;
  const { name } = from;
  if (type === 'cleared') return fill(texts.cleared, { name });
  if (type === 'removed') return fill(texts.removedAllOf, { by: name, name: user ? user.name : '' });
  if (type === 'owned') return fill(texts.owned, { name });
  if (by) return fill(banned ? texts.banned : texts.sentOut, { name, by: by.name, time: durationText(banned || 0, texts) });
  if (type === 'muted') return seconds ? fill(texts.mutedYou, { by: name, time: durationText(seconds, texts) }) : texts.mutedYouOff;
  if (type === 'rules') return rulesText(event, texts);
  return fill(type === 'offered' ? texts.offered : on ? texts.moderator : texts.moderatorOff, { by: name, name: user ? user.name : '' });
}

/** The rules that have changed. */
export function rulesText({ slow, readonly, closed, links, words, hold, off }: Pick<ChatEvent, typeof RULES[number]>, texts: Texts): string {
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

function peopleText(events: ChatEvent[], texts: Texts): string {
  const joined = new Map<number, string>();
  const left = new Map<number, string>();
  const renamed: string[] = [];
  for (const { type, from, was } of events) {
    if (type === 'joined' && !left.delete(from.id)) joined.set(from.id, from.name);
    if (type === 'left' && !joined.delete(from.id)) left.set(from.id, from.name);
    if (type === 'renamed') renamed.push(fill(texts.renamed, { was: was || '', name: from.name }));
  }
  const parts = [
    joined.size > 0 ? fill(texts.joined, { names: list([...joined.values()], texts) }) : '',
    left.size > 0 ? fill(texts.left, { names: list([...left.values()], texts) }) : '',
    ...renamed,
  ];
  return parts.filter(Boolean).join(' · ');
}

function list(names: string[], texts: Texts): string {
  const shown = names.length > NAMES_MAX + 1 ? names.slice(0, NAMES_MAX) : names;
  const rest = names.length - shown.length;
  const all = rest > 0 ? shown.concat(fill(texts.others, { n: rest })) : shown;
  return all.length < 2 ? all.join('') : all.slice(0, -1).join(', ') + texts.and + all[all.length - 1];
}
