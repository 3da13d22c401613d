/** History: a room's log, read in pages as one of its members sees it. */
import { EVENTS_BYTES } from '../protocol/limits.js';
import { withId } from './event-text.js';
import { run } from './scripts.js';
import type { Store } from './store.js';

/** Script calls of one page: each passes over a quarter of a MB of what is for others alone, or 500 such events. */
const PAGE_CALLS_MAX = 16;

/** What a page of history is asked for. */
export interface PageQuery {
  /** Most events. */
  limit: number;
  /** The log id before which it begins; the newest when not given. */
  before?: string | undefined;
  /** Which types of events; all when not given. */
  types?: string[] | undefined;
  /** Comings and goings that may come beside `limit`; they count among it when not given. */
  presence?: number;
  /** How many script calls may look for a first event. */
  calls?: number;
}

export interface Page {
  /** Event texts, oldest first. */
  events: string[];
  more: boolean;
  /** The log id before which to go on, where that is not the oldest event's. */
  before?: string;
  /** Bytes of events that were passed over: those for others alone, and those not asked for. */
  skipped: number;
}

/**
 * A page of a room's log as one of its members sees it. What is for others alone is passed over, and `value` events are. It ends at `EVENTS_BYTES` too, and where
 * `calls` have found nothing.
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

/** One script call of it; before the log id `before`, '' for the newest. */
async function readPage(
  { keys, redis }: Store,
  room: string,
  reader: number,
  asked: PageQuery,
  before: string,
): Promise<Page> {
  const { limit, types, presence = '' } = asked;
  if (/^0+-0+$/.test(before)) return { events: [], more: false, skipped: 0 }; // Redis refuses "before the first possible"
  const from = before === '' ? '+' : `(${before}`;
  const [more, flat, next, skipped] = await run(redis, 'history-page', {
    log: keys.log(room),
    from,
    reader,
    eventsMax: limit,
    bytesMax: EVENTS_BYTES,
    types: types ? `,${types.join(',')},` : '',
    presenceMax: presence,
  });
  const events: string[] = [];
  for (let i = flat.length - 2; i >= 0; i -= 2) events.push(withId(flat[i] ?? '', flat[i + 1] ?? '{}'));
  return { events, more: more === 1, ...(next !== '' && { before: next }), skipped };
}
