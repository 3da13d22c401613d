/** Reads the overlay of a room's log. */
import type { Store } from '../../shared/store/store.js';

/** Resolves with the fields of the overlay that belong to no message of the room's log. */
export async function strayOverlay({ keys, redis }: Store, room: string): Promise<string[]> {
  const [overlaid, edits, log] = await Promise.all([
    redis.zrange(keys.overlaid(room), '0', '-1'),
    redis.hkeys(keys.edits(room)),
    redis.xrange(keys.log(room), '-', '+'),
  ]);
  const logged = new Set(log.map(([id]) => id));
  return [...overlaid, ...edits].filter((field) => !logged.has(field.split(' ')[0] ?? ''));
}

/** Resolves with the ids of all messages that have something in the overlay. */
export const overlaidIds = ({ keys, redis }: Store, room: string): Promise<string[]> =>
  redis.zrange(keys.overlaid(room), '0', '-1');
