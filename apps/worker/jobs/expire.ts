/** Expiry: ends the users that have not been seen for USER_TTL, and tells the others in their rooms. */
import { redisTime } from '../../../shared/redis/time.js';
import type { Store } from '../../../shared/store/store.js';
import { expireUser, staleUsers } from '../../../shared/store/user-end.js';

/** Stale users of one shard read at a time. */
const STALE_MAX = 200;
/** Users ended at a time, so that one in thousands of rooms does not keep the others waiting. */
const CONCURRENT_MAX = 8;
/**
 * The share of the time between two runs that one run may take. After a flood of users, the rest waits for the next
 * run.
 */
const BUSY_SHARE = 0.5;

/**
 * Ends stale users. After a gap in its own runs it ends nobody for one USER_TTL: users that could not reach the chat
 * meanwhile must have the time to come back. Calls `announce` for every room that somebody left. Resolves with the
 * number of users that it checked. `everyMs`: the time between two runs.
 */
export async function expire(store: Store, everyMs: number, announce: (room: string) => void): Promise<number> {
  const now = await redisTime(store);
  const ttlMs = store.config.userTtl * 1_000;
  if (now < (await startOfExpiry(store, now, ttlMs, everyMs))) return 0;
  const ended = await Promise.allSettled(
    store.keys.allShards.map((shard) =>
      expireShard(store, shard, { before: now - ttlMs, until: Date.now() + everyMs * BUSY_SHARE }, announce),
    ),
  );
  const failed = ended.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return ended.reduce((sum, outcome) => sum + (outcome.status === 'fulfilled' ? outcome.value : 0), 0);
}

/** Whether a user may be stale. Notes that expiry is alive. `now`: Redis's time. */
export async function isAnybodyStale(store: Store, now: number, everyMs: number): Promise<boolean> {
  const ttlMs = store.config.userTtl * 1_000;
  if (now < (await startOfExpiry(store, now, ttlMs, everyMs))) return false;
  const stale = await Promise.all(store.keys.allShards.map((shard) => staleUsers(store, shard, now - ttlMs, 1)));
  return stale.some((ids) => ids.length > 0);
}

/** Resolves with the time from which on users may be ended, and notes this run. */
async function startOfExpiry({ redis, keys }: Store, now: number, ttlMs: number, everyMs: number): Promise<number> {
  const [ran, from] = await redis.hmget(keys.expiry, 'ran', 'from');
  const wasAway = ran !== null && ran !== undefined && now - Number(ran) > 3 * everyMs;
  const start = wasAway ? now + ttlMs : Number(from ?? 0);
  await redis.hset(keys.expiry, { ran: now, from: start });
  return start;
}

async function expireShard(
  store: Store,
  shard: number,
  { before, until }: { before: number; until: number },
  announce: (room: string) => void,
): Promise<number> {
  for (let checked = 0; ; ) {
    const ids = await staleUsers(store, shard, before, STALE_MAX);
    const [rooms, waiting] = [new Set<string>(), ids.values()];
    const endNext = async (): Promise<void> => {
      for (const id of waiting) for (const room of await expireUser(store, id, before)) rooms.add(room);
    };
    await Promise.all(Array.from({ length: CONCURRENT_MAX }, endNext));
    for (const room of rooms) announce(room);
    checked += ids.length;
    if (ids.length < STALE_MAX || Date.now() > until) return checked;
  }
}
