/**
 * The sweep advances every room that has had undelivered events for a while. So a process that dies between the log and
 * the queue leaves no room silent. It reads only `dirty`.
 */
import { redisTime } from '../../../shared/redis/time.js';
import { dirtyRooms } from '../../../shared/store/fan-out.js';
import type { Store } from '../../../shared/store/store.js';
import type { FanOut } from './fan-out.js';

/** A room younger than this is on its usual way through the queue. */
const GRACE_MS = 500;

/**
 * Advances rooms that have been dirty for longer than `graceMs`. Shards fail separately. Rejects with the first error
 * when all others are done. `onLate` takes the rooms that it found.
 */
export async function sweep(
  store: Store,
  fanOut: FanOut,
  graceMs = GRACE_MS,
  onLate: (rooms: string[]) => void = () => undefined,
): Promise<void> {
  const before = (await redisTime(store)) - graceMs;
  const outcomes = await Promise.allSettled(
    store.keys.allShards.map(async (shard) => {
      const rooms = await dirtyRooms(store, shard, before);
      if (rooms.length > 0) onLate(rooms);
      const [failure] = await fanOut.advanceRooms(rooms);
      if (failure) throw failure.error;
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}
