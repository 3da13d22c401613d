/** Logs of some time ago. */
import type { Store } from '../../shared/store/store.js';

/** Writes a log anew, as if all its events were `ms` older. */
export async function age({ keys, redis }: Store, room: string, ms: number): Promise<void> {
  const older = (id = '0-0'): string => id.replace(/^\d+/, (at) => String(Number(at) - ms));
  const entries = await redis.xrange(keys.log(room), '-', '+');
  await redis.del(keys.log(room));
  for (const [id, fields] of entries) await redis.xadd(keys.log(room), older(id), ...fields);
  const reached = await redis.hget(keys.delivered(room), 'id');
  if (reached) await redis.hset(keys.delivered(room), 'id', older(reached));
}
