import { type ChatEvent, compareIds } from '../../../../shared/protocol/events.js';
import type { HistoryPage } from '../answers.js';
import { START } from './order.js';

/** The most pages of history to read for one gap. They hold more than a log keeps by default. */
const PAGES_MAX = 20;

export interface ReadBack {
  /** All events of the log that come after `seen`, oldest first. */
  events: ChatEvent[];
  /** They reach back to `seen`, so nothing is missing. */
  closed: boolean;
}

/** Reads a room's log backwards from its newest `page` to `seen`. `older` reads the page before an event. */
export async function readBack(
  page: HistoryPage,
  seen: string,
  older: (before: string) => Promise<HistoryPage>,
): Promise<ReadBack> {
  const events: ChatEvent[] = [];
  for (let pages = 1; ; pages++) {
    const oldest = page.events[0];
    const newer = page.events.filter(({ id }) => compareIds(id, seen) > 0);
    events.unshift(...newer);
    if (newer.length < page.events.length) return { events, closed: true };
    const next = page.before || oldest?.id;
    if (!next || !page.more || pages === PAGES_MAX) return { events, closed: seen === START && !page.more };
    page = await older(next);
  }
}
