/**
 * The sweep: advances every room that has had something undelivered for a while, so that a process that died between
 * the log and the queue leaves no room silent. It reads only `dirty`.
 */
import { dirtyRooms } from '../../../shared/store/fan-out.js';
import { redisTime } from '../../../shared/store/presence.js';
import type { Store } from '../../../shared/store/store.js';
import type { FanOut } from './fan-out.js';

/** Younger than this (ms), a room is on its usual way through the queue. */
const GRACE_MS = 500;

/** Advances rooms older than `grace` (ms). Shards fail separately; rejects with the first failure when all others are done. */
export async function sweep(store: Store, fanOut: FanOut, grace = GRACE_MS): Promise<void> {
  const before = (await redisTime(store)) - grace;
  const outcomes = await Promise.allSettled(
    store.keys.allShards.map(async (shard) => {
      const [failure] = await fanOut.advanceRooms(await dirtyRooms(store, shard, before));
      if (failure) throw failure.error;
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}
