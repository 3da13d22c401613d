/**
 * Makes whole what is torn apart. After a failover in a cluster: a replica that takes over may lack the last moments of its master, while other masters have it
 * that all is done. Deliveries that are missing are made again from the rooms' logs (what a shard has already is skipped there,
 * as ever); who is in a room by one account only is taken out, or brought in again; a nickname that nobody bears is free again.
 * On one Redis memberships alone are looked at: there nothing but another version, which did not number entries and exits, tears them apart.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, type Redis } from 'ioredis';
import { masterOf } from '../../../shared/redis/slot-owners.js';
import { enterRoom, exitOneSided, exitRoom } from '../../../shared/store/memberships.js';
import { releaseName } from '../../../shared/store/names.js';
import { membershipsAt, type OneSided, oneSidedAt, type Shards, strayClaimsAt } from '../../../shared/store/repair.js';
import type { Store } from '../../../shared/store/store.js';
import type { FanOut } from './fan-out.js';

/** Replication is behind by less (ms): of a room that the shard has no position for, only what is younger can be missing. */
const RECENT_MS = 60_000;
/** Rooms looked at together. */
const CONCURRENT_MAX = 32;
/** On one Redis memberships are looked at when a worker starts, and so often (ms): processes of another version may have gone on for a while. */
const CHECK_EVERY_MS = 3_600_000;
/** Who is still in a room by one account only after so long (ms) is not just entering or exiting it; nicknames alike. */
const LASTING_MS = 5_000;

/**
 * Mends shards whose master is another one than before, or was gone for a moment; all of them at the start, as a failover may have been
 * while no worker saw it. `failed` hears what went wrong; it is tried again.
 */
export function repairAfterFailovers(
  store: Store,
  fanOut: FanOut,
  failed: (error: unknown) => void,
  settled = LASTING_MS,
): void {
  const { redis, keys } = store;
  if (!(redis instanceof Cluster)) {
    repairRegularly(store, redis, failed, settled);
    return;
  }
  const watch = new MasterWatch(
    redis,
    keys.allShards.flatMap((shard) => [
      { key: keys.attached(shard), kind: 'users' as const, shard },
      { key: keys.dirty(shard), kind: 'rooms' as const, shard },
    ]),
  );
  let mending: Promise<void> = Promise.resolve();
  redis.on('refresh', () => {
    for (const [master, shards] of watch.changed()) {
      mending = mending
        .then(() => repair(store, fanOut, master, shards, settled))
        .catch((error: unknown) => {
          watch.forget(shards); // the next look tries again
          failed(error);
        });
    }
  });
}

function repairRegularly(store: Store, redis: Redis, failed: (error: unknown) => void, settled: number): void {
  const all = new Set(store.keys.allShards);
  const mendAll = (): void => void repairMemberships(store, redis, { users: all, rooms: all }, settled).catch(failed);
  setInterval(mendAll, CHECK_EVERY_MS).unref();
  if (redis.status === 'ready') mendAll();
  else redis.once('ready', mendAll);
}

interface Watched {
  key: string;
  kind: keyof Shards;
  shard: number;
}

/** Which shards have another connection to their master than at the last look. */
class MasterWatch {
  readonly #cluster: Cluster;
  readonly #watched: Watched[];
  readonly #known = new Map<string, Redis | null>();

  constructor(cluster: Cluster, watched: Watched[]) {
    this.#cluster = cluster;
    this.#watched = watched;
  }

  changed(): Map<Redis, Shards> {
    const groups = new Map<Redis, { users: Set<number>; rooms: Set<number> }>();
    for (const { key, kind, shard } of this.#watched) {
      const [former, master] = [this.#known.get(key), masterOf(this.#cluster, key)];
      if (former === master || master?.status !== 'ready') continue; // one that is away is looked at when it, or another, is there
      this.#known.set(key, master);
      const group = groups.get(master) ?? { users: new Set(), rooms: new Set() };
      group[kind].add(shard);
      groups.set(master, group);
    }
    return groups;
  }

  forget(shards: Shards): void {
    for (const { key, kind, shard } of this.#watched) if (shards[kind].has(shard)) this.#known.set(key, null);
  }
}

/** Delivers what user shards of one master lack, makes memberships whole, and takes back nicknames. A room that fails stops nothing; rejects with the first failure when all else is done. */
export async function repair(
  store: Store,
  fanOut: FanOut,
  master: Redis,
  shards: Shards,
  settled = LASTING_MS,
): Promise<void> {
  const since = `${Date.now() - RECENT_MS}-0`;
  const memberships = membershipsAt(master, shards);
  const failures: unknown[] = [];
  const mendNext = async (): Promise<void> => {
    for await (const { shard, room } of memberships)
      await fanOut.repairRoom(room, shard, since).catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: CONCURRENT_MAX }, mendNext));
  await repairMemberships(store, master, shards, settled);
  for (const { folded, id } of await foundTwice(
    () => strayClaimsAt(store, master),
    (claim) => `${claim.folded} ${claim.id}`,
    settled,
  ))
    await releaseName(store, folded, id);
  if (failures.length > 0) throw failures[0];
}

/** Makes whole who has been in a room by one account only for `settled` ms, as far as one master has a part of it. */
async function repairMemberships(store: Store, master: Redis, shards: Shards, settled = LASTING_MS): Promise<void> {
  const halves = await foundTwice(
    () => oneSidedAt(store, master, shards),
    ({ room, user, by }) => `${room} ${user.id} ${by}`,
    settled,
  );
  for (const half of halves) await makeWhole(store, half);
}

/** What is found twice, `settled` ms apart: it is not just under way. */
async function foundTwice<T>(find: () => AsyncGenerator<T>, nameOf: (one: T) => string, settled: number): Promise<T[]> {
  const before = await byName(find(), nameOf);
  if (before.size === 0) return [];
  await sleep(settled);
  const after = await byName(find(), nameOf);
  return [...before].filter(([name]) => after.has(name)).map(([, one]) => one);
}

async function byName<T>(found: AsyncGenerator<T>, nameOf: (one: T) => string): Promise<Map<string, T>> {
  const names = new Map<string, T>();
  for await (const one of found) names.set(nameOf(one), one);
  return names;
}

/** What the user's own account says holds: its client believes the same. */
async function makeWhole(store: Store, { room, user, by }: OneSided): Promise<void> {
  if (by === 'room') await exitOneSided(store, room, user);
  else await enterRoom(store, room, user.id, null).catch(() => exitRoom(store, room, user)); // it has ended
}
