/** Expiry: ends the users that have not been seen for USER_TTL, and lets the others in their rooms know. */
import { expireUser, redisTime, staleUsers } from '../../../shared/store/presence.js';
import type { Store } from '../../../shared/store/store.js';

/** Stale users of one shard that are read at a time. */
const STALE_MAX = 200;
/** Users that are ended side by side: one that is in thousands of rooms does not keep the others waiting. */
const CONCURRENT_MAX = 8;
/** Part of the time between two runs that one may take: as many as come in a flood must go, and the rest waits for the next run. */
const BUSY_SHARE = 0.5;

/**
 * Ends stale users. After a gap in its own runs it ends nobody for one USER_TTL: who could not reach us while we were away
 * must have the time to come back. Gives how many users were looked at for it. Calls `announce` for every room that somebody left.
 */
export async function expire(store: Store, every: number, announce: (room: string) => void): Promise<number> {
  const now = await redisTime(store);
  const ttl = store.config.userTtl * 1_000;
  if (now < (await earliest(store, now, ttl, every))) return 0;
  const ended = await Promise.allSettled(
    store.keys.allShards.map((shard) =>
      expireShard(store, shard, { before: now - ttl, until: Date.now() + every * BUSY_SHARE }, announce),
    ),
  );
  const failed = ended.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return ended.reduce((sum, outcome) => sum + (outcome.status === 'fulfilled' ? outcome.value : 0), 0);
}

async function earliest({ redis, keys }: Store, now: number, ttl: number, every: number): Promise<number> {
  const [ran, from] = await redis.hmget(keys.expiry, 'ran', 'from');
  const gap = ran !== null && ran !== undefined && now - Number(ran) > 3 * every;
  const start = gap ? now + ttl : Number(from ?? 0);
  await redis.hset(keys.expiry, { ran: now, from: start });
  return start;
}

async function expireShard(
  store: Store,
  shard: number,
  { before, until }: { before: number; until: number },
  announce: (room: string) => void,
): Promise<number> {
  for (let looked = 0; ; ) {
    const ids = await staleUsers(store, shard, before, STALE_MAX);
    const [rooms, waiting] = [new Set<string>(), ids.values()];
    const endNext = async (): Promise<void> => {
      for (const id of waiting) for (const room of await expireUser(store, id, before)) rooms.add(room);
    };
    await Promise.all(Array.from({ length: CONCURRENT_MAX }, endNext));
    for (const room of rooms) announce(room);
    looked += ids.length;
    if (ids.length < STALE_MAX || Date.now() > until) return looked;
  }
}
