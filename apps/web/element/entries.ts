import type { ChatEvent } from '../../../shared/protocol/events.js';
import { fill, type Texts } from './texts.js';
import { dayOf } from './times.js';

/** One row of a log: a message, or what happened to the people between two messages. */
export interface Entry {
  /** The log id of its first event: the row's key. */
  id: string;
  at: number;
  message: ChatEvent | null;
  /** Comings and goings, when it is no message. */
  events: ChatEvent[];
}

/** ms of silence after which an author is named again. */
const GROUP_GAP = 5 * 60_000;
/** Names in one notice; the rest is counted. */
const NAMES_MAX = 3;

export function entryOf(event: ChatEvent): Entry {
  const message = event.type === 'message';
  return { id: event.id, at: event.at, message: message ? event : null, events: message ? [] : [event] };
}

/** Takes a coming or going into the notice before it. False when it needs a row of its own. */
export function absorbed(last: Entry | undefined, event: ChatEvent): boolean {
  if (!last || last.message || event.type === 'message' || dayOf(last.at) !== dayOf(event.at)) return false;
  last.events.push(event);
  return true;
}

export function entriesOf(events: ChatEvent[]): Entry[] {
  const entries: Entry[] = [];
  for (const event of events) {
    if (!absorbed(entries[entries.length - 1], event)) entries.push(entryOf(event));
  }
  return entries;
}

export function startsDay(entry: Entry, before: Entry | undefined): boolean {
  return !before || dayOf(entry.at) !== dayOf(before.at);
}

/** The author is to be shown: another one than above, or after a while. */
export function startsGroup(entry: Entry, before: Entry | undefined): boolean {
  if (!entry.message || !before || !before.message || startsDay(entry, before)) return true;
  return before.message.from.id !== entry.message.from.id || entry.at - before.at > GROUP_GAP;
}

export function sameMinute(entry: Entry, before: Entry | undefined): boolean {
  return before !== undefined && Math.floor(before.at / 60_000) === Math.floor(entry.at / 60_000);
}

function list(names: string[], texts: Texts): string {
  const shown = names.length > NAMES_MAX + 1 ? names.slice(0, NAMES_MAX) : names;
  const rest = names.length - shown.length;
  const all = rest > 0 ? shown.concat(fill(texts.others, { n: rest })) : shown;
  return all.length < 2 ? all.join('') : all.slice(0, -1).join(', ') + texts.and + all[all.length - 1];
}

/** A notice in words. Who came and went within it is not worth one, so it may be empty. */
export function noticeText(events: ChatEvent[], texts: Texts): string {
  const joined = new Map<number, string>();
  const left = new Map<number, string>();
  const renamed: string[] = [];
  for (const { type, from, was } of events) {
    if (type === 'joined' && !left.delete(from.id)) joined.set(from.id, from.name);
    if (type === 'left' && !joined.delete(from.id)) left.set(from.id, from.name);
    if (type === 'renamed') renamed.push(fill(texts.renamed, { was: was || '', name: from.name }));
  }
  const parts = [
    joined.size > 0 ? fill(texts.joined, { names: list(Array.from(joined.values()), texts) }) : '',
    left.size > 0 ? fill(texts.left, { names: list(Array.from(left.values()), texts) }) : '',
    ...renamed,
  ];
  return parts.filter(Boolean).join(' · ');
}
