import { type ChatEvent, compareIds } from '../../../../shared/protocol/events.js';
import type { HistoryPage } from '../api.js';
import { START } from './order.js';

/** Pages of history read back for one gap; more than a log keeps by default. */
const PAGES_MAX = 20;

export interface Found {
  /** Everything the log still has above `seen`, oldest first. */
  events: ChatEvent[];
  /** It reaches down to `seen`, so nothing is missing between. */
  closed: boolean;
}

/** Reads a room's log from its end (`page`) back to `seen`. */
export async function readBack(
  page: HistoryPage,
  seen: string,
  older: (before: string) => Promise<HistoryPage>,
): Promise<Found> {
  const events: ChatEvent[] = [];
  for (let pages = 1; ; pages++) {
    const oldest = page.events[0];
    const newer = page.events.filter((event) => compareIds(event.id, seen) > 0);
    events.unshift(...newer);
    if (newer.length < page.events.length) return { events, closed: true };
    const next = page.before || oldest?.id;
    if (!next || !page.more || pages === PAGES_MAX) return { events, closed: seen === START && !page.more };
    page = await older(next);
  }
}
