import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { noticeKind } from '../status/notices.js';
import { dayOf } from './times.js';

/** One row of a log: a message, or what happened between two messages. */
export interface Entry {
  /** The log id of its first event: the row's key. */
  id: string;
  at: number;
  message: ChatEvent | null;
  /** What its notice tells, when it is no message. */
  events: ChatEvent[];
}

/** ms of silence after which an author is named again. */
const GROUP_GAP = 5 * 60_000;

function entryOf(event: ChatEvent): Entry {
  const message = event.type === 'message';
  return { id: event.id, at: event.at, message: message ? event : null, events: message ? [] : [event] };
}

/** Adds an event as a row of its own, or to the notice before it if that is of the same kind. What no row tells is left out. */
export function addTo(entries: Entry[], event: ChatEvent): void {
  const last = entries[entries.length - 1];
  const kind = noticeKind(event);
  if (last && sharesNotice(last, event, kind)) last.events.push(event);
  else if (kind || event.type === 'message') entries.push(entryOf(event));
}

function sharesNotice(last: Entry, event: ChatEvent, kind: ReturnType<typeof noticeKind>): boolean {
  const [first] = last.events;
  return (
    kind !== undefined &&
    kind !== 'act' &&
    first !== undefined &&
    noticeKind(first) === kind &&
    dayOf(last.at) === dayOf(event.at)
  );
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
