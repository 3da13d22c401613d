/** History: a room's log, read in pages as one of its members sees it. */
import { EVENTS_BYTES } from '../protocol/limits.js';
import { withEdit, withId } from './event-text.js';
import { run } from './scripts.js';
import type { Store } from './store.js';

/**
 * Script calls of one page. Each skips up to a quarter of a MB of events that are only for others, or 500 such events.
 */
const PAGE_CALLS_MAX = 16;

/** The page of history to read. */
export interface PageQuery {
  /** The most events. */
  limit: number;
  /** The log id before which it begins. Without it, the page begins with the newest event. */
  before?: string | undefined;
  /** The types of events. Without it, all types. */
  types?: string[] | undefined;
  /** Presence events that may come beside `limit`. Without it, they count among `limit`. */
  presence?: number;
  /** How many script calls may look for a first event. */
  calls?: number;
}

export interface Page {
  /** Event texts, oldest first. */
  events: string[];
  more: boolean;
  /** The log id before which to go on, when that is not the oldest event's. */
  before?: string;
  /** Bytes of events that were skipped: those that are only for others, and those of other types. */
  skipped: number;
}

/**
 * Reads a page of a room's log as one of its members sees it. It skips events that are only for others, and `value`
 * events. It ends at `EVENTS_BYTES`, too, and when `calls` script calls have found nothing.
 */
export async function readHistory(store: Store, room: string, reader: number, asked: PageQuery): Promise<Page> {
  const { before = '', calls = PAGE_CALLS_MAX } = asked;
  let [from, skipped] = [before, 0];
  for (let call = 1; ; call += 1) {
    const page = await readPage(store, room, reader, asked, from);
    skipped += page.skipped;
    if (page.events.length > 0 || !page.more || call >= calls) return { ...page, skipped };
    from = page.before ?? '';
  }
}

/** Reads by one script call; before the log id `before`, '' for the newest. */
async function readPage(
  { keys, redis }: Store,
  room: string,
  reader: number,
  asked: PageQuery,
  before: string,
): Promise<Page> {
  const { limit, types, presence = '' } = asked;
  // Redis refuses "before the first possible"
  if (/^0+-0+$/.test(before)) return { events: [], more: false, skipped: 0 };
  const from = before === '' ? '+' : `(${before}`;
  const [more, triples, next, skipped] = await run(redis, 'history-page', {
    log: keys.log(room),
    from,
    reader,
    eventsMax: limit,
    bytesMax: EVENTS_BYTES,
    types: types ? `,${types.join(',')},` : '',
    presenceMax: presence,
  });
  const events: string[] = [];
  for (let i = triples.length - 3; i >= 0; i -= 3) {
    const [id = '', text = '{}', edit = ''] = triples.slice(i, i + 3);
    events.push(withId(id, withEdit(text, edit)));
  }
  return { events, more: more === 1, ...(next !== '' && { before: next }), skipped };
}
