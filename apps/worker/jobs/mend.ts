/**
 * After a failover in a cluster: a replica that takes over may lack the last moments of its master, deliveries among them, while
 * the rooms, on other masters, have it that all is delivered. So every room with members in its user shards is looked at, and
 * what is missing is delivered again from the room's log. What a shard has already is skipped there, as ever.
 */
import { Cluster, type Redis } from 'ioredis';
import { masterOf } from '../../../shared/redis-owners.js';
import { membershipsAt } from '../../../shared/store/fan-out.js';
import type { Store } from '../../../shared/store/store.js';
import type { FanOut } from './fan-out.js';

/** Replication is behind by less (ms): of a room that the shard has no position for, only what is younger can be missing. */
const RECENT = 60_000;
/** Rooms looked at together. */
const SIDE_BY_SIDE = 32;

/** Mends user shards whose master is another one than before, or was gone for a moment. `failed` hears what went wrong; it is tried again. */
export function mendAfterFailovers(store: Store, fanOut: FanOut, failed: (error: unknown) => void): void {
  const { redis, keys } = store;
  if (!(redis instanceof Cluster)) return;
  const known: (Redis | null)[] = [];
  let mending: Promise<void> = Promise.resolve();
  redis.on('refresh', () => {
    const changed = keys.allShards.filter((shard) => {
      const [former, master] = [known[shard], masterOf(redis, keys.attached(shard))];
      known[shard] = master;
      return former !== undefined && master !== null && former !== master;
    });
    for (const [master, shards] of byMaster(changed, known)) {
      mending = mending.then(() => mend(store, fanOut, master, shards)).catch((error: unknown) => {
        for (const shard of shards) known[shard] = null; // the next look tries again
        failed(error);
      });
    }
  });
}

function byMaster(shards: number[], known: (Redis | null)[]): Map<Redis, number[]> {
  const groups = new Map<Redis, number[]>();
  for (const shard of shards) {
    const master = known[shard];
    if (master) groups.set(master, [...groups.get(master) ?? [], shard]);
  }
  return groups;
}

/** Delivers what user shards of one master lack. */
async function mend(store: Store, fanOut: FanOut, master: Redis, shards: number[]): Promise<void> {
  const since = `${Date.now() - RECENT}-0`;
  const memberships = membershipsAt(store, master, new Set(shards));
  const mendNext = async (): Promise<void> => {
    for await (const { shard, room } of memberships) await fanOut.mendRoom(room, shard, since);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, mendNext));
}
