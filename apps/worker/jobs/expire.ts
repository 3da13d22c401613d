/** Expiry: ends the users that have not been seen for USER_TTL, and lets the others in their rooms know. */
import { expireUser, redisTime, staleUsers } from '../../../shared/store/presence.js';
import type { Store } from '../../../shared/store/store.js';

/** Users of one shard ended in one run; the rest waits for the next. */
const MOST = 200;

/**
 * Ends stale users. After a gap in its own runs it ends nobody for one USER_TTL: who could not reach us while we were away
 * must have the time to come back. Gives how many users were looked at for it. Calls `announce` for every room that somebody left.
 */
export async function expire(store: Store, every: number, announce: (room: string) => void): Promise<number> {
  const now = await redisTime(store);
  const ttl = store.config.userTtl * 1_000;
  if (now < await earliest(store, now, ttl, every)) return 0;
  const ended = await Promise.allSettled(store.keys.allShards.map((shard) => expireShard(store, shard, now - ttl, announce)));
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

async function expireShard(store: Store, shard: number, before: number, announce: (room: string) => void): Promise<number> {
  const ids = await staleUsers(store, shard, before, MOST);
  for (const id of ids) for (const room of await expireUser(store, id, before)) announce(room);
  return ids.length;
}
