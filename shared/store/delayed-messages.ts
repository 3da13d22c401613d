/**
 * Delayed messages: in a room with `delay`, others see a message later. `lua/parts/waiting.lua` lets it wait, and
 * workers release it when it is due.
 */
import { run } from './scripts.js';
import type { Store } from './store.js';

/** Rooms of one shard that one look serves, and messages of one script call. */
const ROOMS_MAX = 100;
const MESSAGES_MAX = 50;
/** How soon it looks again in a room that the host has switched off. */
const OFF_PAUSE_MS = 10_000;

/**
 * Releases the messages that are due. `now`: Redis's time (ms). Any number of workers may do this at a time. Calls
 * `announce` for each room that has new events. Shards fail separately. Rejects with the first error when all others
 * are done.
 */
export async function releaseDelayed(store: Store, now: number, announce: (room: string) => void): Promise<void> {
  const { keys, redis, breaker } = store;
  const outcomes = await Promise.allSettled(
    keys.allShards.map(async (shard) => {
      const due = keys.delayedRooms(shard);
      const rooms = await breaker.run(due, () => redis.zrangebyscore(due, '-inf', now, 'LIMIT', 0, ROOMS_MAX));
      for (const room of rooms) if ((await releaseIn(store, room)) > 0) announce(room);
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

function releaseIn({ keys, redis }: Store, room: string): Promise<number> {
  const shard = keys.roomShard(room);
  return run(redis, 'release-delayed', {
    log: keys.log(room),
    delivered: keys.delivered(room),
    dirty: keys.dirty(shard),
    rules: keys.rules(room),
    delayed: keys.delayed(room),
    delayedRooms: keys.delayedRooms(shard),
    room,
    most: MESSAGES_MAX,
    offPause: OFF_PAUSE_MS,
  });
}
