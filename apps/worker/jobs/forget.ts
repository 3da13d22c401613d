/**
 * Finishes the removal of messages: steps that a request left to the worker or died in, and logs that have to be
 * rewritten because entries were deleted in them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { redisTime } from '../../../shared/redis/time.js';
import { continueUnfinished, type Unfinished, unfinished } from '../../../shared/store/forget.js';
import type { Store } from '../../../shared/store/store.js';

/** A request that has made no step for this long has died, or has left the rest to the worker. */
const ABANDONED_MS = 3_000;
/** How long after a deletion a log is rewritten, once for all deletions meanwhile. It may take 13 MB. */
const REWRITE_AFTER_MS = 60_000;
/** How many times longer than a step it rests after it, so that this takes at most a tenth of the time of Redis. */
const REST_FACTOR = 9;
/** The share of the time between two runs that one run may take. */
const BUSY_SHARE = 0.5;

export interface MinimumAges {
  abandonedMs: number;
  rewriteMs: number;
}

/**
 * Continues everything that is old enough, until half of `everyMs` is over. Calls `announce` for each room that may
 * have new events.
 */
export async function finishForgetting(
  store: Store,
  everyMs: number,
  announce: (room: string) => void,
  ages: MinimumAges = { abandonedMs: ABANDONED_MS, rewriteMs: REWRITE_AFTER_MS },
): Promise<void> {
  const now = await redisTime(store);
  const until = Date.now() + everyMs * BUSY_SHARE;
  const isDue = ({ since, forget }: Unfinished): boolean => since <= now - (forget ? ages.abandonedMs : ages.rewriteMs);
  const outcomes = await Promise.allSettled(
    store.keys.allShards.map(async (shard) => {
      for await (const one of unfinished(store, shard)) {
        if (Date.now() > until) return;
        if (isDue(one) && (await finish(store, one, until)) && one.forget) announce(one.room);
      }
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Resolves with true when it is done, and with false when the time is over. */
async function finish(store: Store, one: Unfinished, until: number): Promise<boolean> {
  for (;;) {
    const began = performance.now();
    if (await continueUnfinished(store, one)) return true;
    if (Date.now() > until) return false;
    await sleep(REST_FACTOR * (performance.now() - began));
  }
}
