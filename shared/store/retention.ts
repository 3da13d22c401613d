/** Retention: messages that are older than MESSAGE_TTL leave the logs, also of rooms that are never empty. */
import { mastersOf } from '../redis/client.js';
import { run } from './scripts.js';
import type { Store } from './store.js';

/** Keys of Redis that one command looks at. No list has all rooms: private ones, and empty ones, are in none. */
const SCAN_COUNT = 500;
const LOG_KEY = /room:\{r\d+\}:(.+):log$/;

/**
 * Removes old events from all logs. `now`: Redis's time. Calls `rest` with the time that each page of keys took (ms),
 * and waits for it. Resolves with how many events it has removed.
 */
export async function removeOldMessages(
  store: Store,
  now: number,
  rest: (ms: number) => Promise<unknown>,
): Promise<number> {
  const before = now - store.config.messageTtl * 1_000;
  let removed = 0;
  for (const node of mastersOf(store.redis)) {
    let cursor = '0';
    do {
      const began = performance.now();
      const [next, found] = await node.scan(
        cursor,
        'MATCH',
        `${store.keys.prefix}room:{r*}:*:log`,
        'COUNT',
        SCAN_COUNT,
      );
      for (const key of found) removed += await retain(store, LOG_KEY.exec(key)?.[1] ?? '', before);
      cursor = next;
      await rest(performance.now() - began);
    } while (cursor !== '0');
  }
  return removed;
}

function retain({ keys, redis }: Store, room: string, before: number): Promise<number> {
  const logs = { log: keys.log(room), delivered: keys.delivered(room), pending: keys.pending(room) };
  return run(redis, 'retain', { ...logs, before });
}
