/** The rooms' logs as Redis has them: what every view is held against. */

import { compareIds } from '../../shared/protocol/events.js';
import type { RedisClient } from '../../shared/redis/client.js';
import { allKeys } from '../support/redis.js';

export interface Log {
  /** All events, oldest first. */
  ids: string[];
  /** Texts of messages, in the same places; '' for other events. */
  texts: string[];
}

const LOG_KEY = /^room:\{r\d+\}:(.+):log$/;

export async function readLogs(redis: RedisClient): Promise<Map<string, Log>> {
  const logs = new Map<string, Log>();
  for (const key of await allKeys(redis, 'room:*:log')) {
    const room = LOG_KEY.exec(key)?.[1];
    if (room !== undefined) logs.set(room, parse(await redis.xrange(key, '-', '+')));
  }
  return logs;
}

function parse(entries: [id: string, fields: string[]][]): Log {
  const texts = entries.map(
    ([, fields]) => (JSON.parse(fields[fields.indexOf('e') + 1] ?? '{}') as { text?: string }).text ?? '',
  );
  return { ids: entries.map(([id]) => id), texts };
}

/** Where the first event after `id` is. */
export function placeAfter({ ids }: Log, id: string): number {
  let low = 0;
  for (let high = ids.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (compareIds(ids[middle] ?? '', id) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
