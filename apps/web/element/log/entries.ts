import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { dayOf } from '../times.js';
import { noticeKind } from './notices.js';

/** One row of a log: a message, or a notice of what happened between two messages. */
export interface Entry {
  /** The log id of its first event, which is the key of the row. */
  id: string;
  at: number;
  message: ChatEvent | null;
  /** The events of a notice. Empty for a message. */
  events: ChatEvent[];
  /** The user has asked for the names that the notice only counts. */
  isUnfolded?: boolean;
}

/** After this long without a message, the next one shows its author again. */
const GROUP_GAP_MS = 5 * 60_000;

/** Also a message that only users with a role see yet. */
const isMessageLike = ({ type }: ChatEvent): boolean => type === 'message' || type === 'delayed';

function entryOf(event: ChatEvent): Entry {
  const isMessage = isMessageLike(event);
  const at = event.imported || event.at;
  return { id: event.id, at, message: isMessage ? event : null, events: isMessage ? [] : [event] };
}

/**
 * Adds an event as a new row, or to the last row if that is a notice of the same kind. Ignores events without a row.
 */
export function addTo(entries: Entry[], event: ChatEvent): void {
  const last = entries[entries.length - 1];
  const kind = noticeKind(event);
  if (last && sharesNotice(last, event, kind)) last.events.push(event);
  else if (kind || isMessageLike(event)) entries.push(entryOf(event));
}

function sharesNotice(last: Entry, event: ChatEvent, kind: ReturnType<typeof noticeKind>): boolean {
  const [first] = last.events;
  return (
    kind !== undefined &&
    kind !== 'action' &&
    first !== undefined &&
    noticeKind(first) === kind &&
    dayOf(last.at) === dayOf(event.at)
  );
}

export function startsDay(entry: Entry, before: Entry | undefined): boolean {
  return !before || dayOf(entry.at) !== dayOf(before.at);
}

/** Returns whether the row shows its author: the row above is by another one, or much older. */
export function startsGroup(entry: Entry, before: Entry | undefined): boolean {
  if (!entry.message || !before?.message || startsDay(entry, before)) return true;
  return before.message.from.id !== entry.message.from.id || entry.at - before.at > GROUP_GAP_MS;
}

export function sameMinute(entry: Entry, before: Entry | undefined): boolean {
  return before !== undefined && Math.floor(before.at / 60_000) === Math.floor(entry.at / 60_000);
}
