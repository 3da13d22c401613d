/** The keys that may be left in Redis when nobody is there any more. */
import { movesUnderWay, settleMove } from '../../shared/store/memberships.js';
import type { Store } from '../../shared/store/store.js';
import { expireUser, staleUsers } from '../../shared/store/user-end.js';
import { allKeys, testPrefix } from './redis.js';

const REMAINS =
  /^(room:.*:(log|holders|kept-nicks|delivered|presence|values|overlaid|edits|reactions|reacts|nonce:.*|rules|held|sends|slow:.*|exited:.*)|dirty:.*|forgetting:.*|overlaid:.*|reacted:.*|sequence:.*|kept:.*|users:next|valued:.*|stays:.*|expiry|shards|data-format|metrics|busiest:.*|samples|samples:by|limit:.*|salt:.*|bull:.*)$/;

/** Keys that should not be there once all users have ended. */
export async function ghosts({ redis }: Store): Promise<string[]> {
  const remains = (key: string) => key.startsWith(testPrefix) && REMAINS.test(key.slice(testPrefix.length));
  return (await allKeys(redis)).filter((key) => !remains(key)).sort();
}

/** Ends all users, as expiry does after USER_TTL, and settles what is under way. */
export async function endEverybody(store: Store): Promise<void> {
  for (const shard of store.keys.allShards) {
    for (const id of await staleUsers(store, shard, Number.MAX_SAFE_INTEGER, 1_000))
      await expireUser(store, id, Number.MAX_SAFE_INTEGER);
    for (const move of await movesUnderWay(store, shard, Number.MAX_SAFE_INTEGER, 1_000)) await settleMove(store, move);
  }
}

/** A store whose connection dies before the command number `commands` (from 0), as if the process were killed there. */
export function dyingStore(store: Store, commands: number): Store {
  let left = commands;
  const redis = new Proxy(store.redis, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        left -= 1;
        return left < 0 ? Promise.reject(new Error('killed')) : Reflect.apply(member, target, args);
      };
    },
  });
  return { ...store, redis };
}
