/** Moves the time of a room: all that Redis has noted of it lies further back, and it expires sooner. */
import type { Store } from '../../shared/store/store.js';
import { allKeys } from './redis.js';

export const DAY_MS = 86_400_000;

/** Lets so many days pass for a room. What would have expired meanwhile is gone. */
export async function passDays({ keys, redis }: Store, room: string, days: number): Promise<void> {
  const ms = days * DAY_MS;
  for (const field of ['stay', 'visited']) {
    if (Number(await redis.hget(keys.rules(room), field)) > 0) await redis.hincrby(keys.rules(room), field, -ms);
  }
  if ((await redis.zscore(keys.stays, room)) !== null) await redis.zincrby(keys.stays, -ms, room);
  for (const member of await redis.zrange(keys.keptNicks(room), '0', '-1'))
    await redis.zincrby(keys.keptNicks(room), -ms, member);
  for (const [nick, record] of Object.entries(await redis.hgetall(keys.holders(room)))) {
    const [id, ends, ...more] = record.split(' ');
    if (ends) await redis.hset(keys.holders(room), nick, [id, Number(ends) - ms, ...more].join(' '));
  }
  for (const key of await allKeys(redis, `${keys.room(room)}:*`)) {
    const left = await redis.pttl(key);
    if (left < 0) continue;
    if (left > ms) await redis.pexpire(key, left - ms);
    else await redis.del(key);
  }
}
