/** Finishes what was begun of taking messages back: steps that a request left over or died in, and logs that are to be written anew. */
import { setTimeout as sleep } from 'node:timers/promises';
import { continueUnfinished, type Unfinished, unfinished } from '../../../shared/store/forget.js';
import { redisTime } from '../../../shared/store/presence.js';
import type { Store } from '../../../shared/store/store.js';

/** A request that has made no step for so long (ms) has died, or left the rest. */
const ABANDONED_MS = 3_000;
/** A log is written anew so long (ms) after something was deleted in it, once for all that was deleted meanwhile: it may take 13 MB. */
const REWRITE_AFTER_MS = 60_000;
/** Between two steps it rests so many times as long as one takes, so that Redis has a tenth of its time for this at the most. */
const REST_FACTOR = 9;
/** Part of the time between two runs that one may take. */
const BUSY_SHARE = 0.5;

export interface MinimumAges {
  abandonedMs: number;
  rewriteMs: number;
}

/** Goes on with what is old enough, until half of `every` (ms) is over. Calls `announce` for each room that may have been told. */
export async function finishForgetting(
  store: Store,
  every: number,
  announce: (room: string) => void,
  ages: MinimumAges = { abandonedMs: ABANDONED_MS, rewriteMs: REWRITE_AFTER_MS },
): Promise<void> {
  const now = await redisTime(store);
  const until = Date.now() + every * BUSY_SHARE;
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

/** True when it is done. */
async function finish(store: Store, one: Unfinished, until: number): Promise<boolean> {
  for (;;) {
    const began = performance.now();
    if (await continueUnfinished(store, one)) return true;
    if (Date.now() > until) return false;
    await sleep(REST_FACTOR * (performance.now() - began));
  }
}
