/** How many users and public rooms there are, for the metrics. */
import type { Store } from './store.js';

export async function countUsers({ keys, redis }: Store): Promise<number> {
  const counts = await Promise.all(keys.allShards.map((shard) => redis.zcard(keys.seen(shard))));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Counts the public rooms that have members. */
export async function countRooms({ keys, redis }: Store): Promise<number> {
  const counts = await Promise.all(keys.allShards.map((shard) => redis.zcard(keys.publicRooms(shard))));
  return counts.reduce((sum, count) => sum + count, 0);
}
