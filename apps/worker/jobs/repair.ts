/**
 * Repairs what a failover in a cluster has torn apart. A replica that takes over may lack the last moments of its
 * master, while other masters count everything as done. Two things are repaired:
 *
 * - Deliveries are made again from the rooms' logs. A shard skips events that it has already.
 * - One-sided memberships: a user that only the user's shard or only the room's shard knows as a member enters or
 * exits.
 *
 * Processes of an older version, which go on for a while during an upgrade, leave more to repair, also on one Redis:
 *
 * - One-sided memberships: such processes do not number entries and exits.
 * - Names in a room that the room's shard does not know.
 * - Nicknames that are unique on the whole server. This version does not use them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, type Redis } from 'ioredis';
import { masterOf } from '../../../shared/redis/client.js';
import { enterOneSided, exitOneSided } from '../../../shared/store/memberships.js';
import {
  membershipsAt,
  type OneSided,
  oneSidedAt,
  roomsWith,
  type Shards,
  strayClaimsAt,
} from '../../../shared/store/repair.js';
import { indexNames } from '../../../shared/store/room-names.js';
import type { Store } from '../../../shared/store/store.js';
import type { FanOut } from './fan-out.js';

/** Replication is never this far behind. If a shard has no position for a room, only younger events can be missing. */
const RECENT_MS = 60_000;
/** Rooms repaired at a time. */
const CONCURRENT_MAX = 32;
/**
 * How often one Redis is checked after the start of a worker, as processes of an older version may go on for a while.
 */
const CHECK_EVERY_MS = 3_600_000;
/**
 * How often names are completed in a worker's first hour. If an older process lets one member out and another user in,
 * a step that enters does not see that the room's names lack the second one.
 */
const NAMES_EVERY_MS = 60_000;
const NAMES_FOR_MS = 3_600_000;
/** A fault that is found twice, this far apart, is not just an entry, an exit or a rename under way. */
const LASTING_MS = 5_000;

/**
 * Repairs shards whose master has changed or was gone for a moment. At the start it repairs all shards, as there may
 * have been a failover while no worker ran. `failed` takes the errors; what failed is tried again.
 */
export function repairAfterFailovers(
  store: Store,
  fanOut: FanOut,
  failed: (error: unknown) => void,
  lastingMs = LASTING_MS,
): void {
  const { redis, keys } = store;
  completeNamesOften(store, failed);
  if (!(redis instanceof Cluster)) {
    repairRegularly(store, redis, failed, lastingMs);
    return;
  }
  const watch = new MasterWatch(
    redis,
    keys.allShards.flatMap((shard) => [
      { key: keys.attached(shard), kind: 'users' as const, shard },
      { key: keys.dirty(shard), kind: 'rooms' as const, shard },
    ]),
  );
  let repairing: Promise<void> = Promise.resolve();
  redis.on('refresh', () => {
    for (const [master, shards] of watch.changed()) {
      repairing = repairing
        .then(() => repair(store, fanOut, master, shards, lastingMs))
        .catch((error: unknown) => {
          watch.forget(shards); // the next look tries again
          failed(error);
        });
    }
  });
}

function repairRegularly(store: Store, redis: Redis, failed: (error: unknown) => void, lastingMs: number): void {
  const all = new Set(store.keys.allShards);
  const repairAll = (): void =>
    void repairMemberships(store, redis, { users: all, rooms: all }, lastingMs)
      .then(() => repairNames(store, redis, { users: all, rooms: all }, lastingMs))
      .catch(failed);
  setInterval(repairAll, CHECK_EVERY_MS).unref();
  if (redis.status === 'ready') repairAll();
  else redis.once('ready', repairAll);
}

/** Completes names again and again while older processes may go on. */
function completeNamesOften(store: Store, failed: (error: unknown) => void): void {
  const { redis, keys } = store;
  const all = new Set(keys.allShards);
  const completeAll = async (): Promise<void> => {
    for (const master of redis instanceof Cluster ? redis.nodes('master') : [redis])
      await completeNames(store, master, { users: all, rooms: all }, 'nicks');
  };
  const timer = setInterval(() => void completeAll().catch(failed), NAMES_EVERY_MS).unref();
  setTimeout(() => clearInterval(timer), NAMES_FOR_MS).unref();
}

interface Watched {
  key: string;
  kind: keyof Shards;
  shard: number;
}

/** Tells which shards have another connection to their master than at the last look. */
class MasterWatch {
  readonly #cluster: Cluster;
  readonly #watched: Watched[];
  readonly #known = new Map<string, Redis | null>();

  constructor(cluster: Cluster, watched: Watched[]) {
    this.#cluster = cluster;
    this.#watched = watched;
  }

  /** Returns the changed shards by master. A master that is away is looked at when it, or another one, is there. */
  changed(): Map<Redis, Shards> {
    const groups = new Map<Redis, { users: Set<number>; rooms: Set<number> }>();
    for (const { key, kind, shard } of this.#watched) {
      const [former, master] = [this.#known.get(key), masterOf(this.#cluster, key)];
      if (former === master || master?.status !== 'ready') continue;
      this.#known.set(key, master);
      const group = groups.get(master) ?? { users: new Set(), rooms: new Set() };
      group[kind].add(shard);
      groups.set(master, group);
    }
    return groups;
  }

  /** Makes these shards count as changed at the next look. */
  forget(shards: Shards): void {
    for (const { key, kind, shard } of this.#watched) if (shards[kind].has(shard)) this.#known.set(key, null);
  }
}

/**
 * Repairs the shards of one master: deliveries, memberships and names. A room that fails does not stop the others.
 * Rejects with the first error when everything else is done.
 */
export async function repair(
  store: Store,
  fanOut: FanOut,
  master: Redis,
  shards: Shards,
  lastingMs = LASTING_MS,
): Promise<void> {
  const since = `${Date.now() - RECENT_MS}-0`;
  const memberships = membershipsAt(store, master, shards);
  const failures: unknown[] = [];
  const repairNext = async (): Promise<void> => {
    for await (const { shard, room } of memberships)
      await fanOut.repairRoom(room, shard, since).catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: CONCURRENT_MAX }, repairNext));
  await repairMemberships(store, master, shards, lastingMs);
  await repairNames(store, master, shards, lastingMs);
  if (failures.length > 0) throw failures[0];
}

/** Repairs memberships that have been one-sided for `lastingMs`, if one master holds one of the two sides. */
async function repairMemberships(store: Store, master: Redis, shards: Shards, lastingMs: number): Promise<void> {
  const lasting = await foundTwice(
    () => oneSidedAt(store, master, shards),
    ({ room, user, by }) => `${room} ${user.id} ${by}`,
    lastingMs,
  );
  for (const membership of lasting) await completeMembership(store, membership);
}

/** Completes the names of rooms, and removes nicknames of the former version that no user has any more. */
async function repairNames(store: Store, master: Redis, shards: Shards, lastingMs: number): Promise<void> {
  for (const kind of ['nicks', 'holders'] as const) await completeNames(store, master, shards, kind);
  const strays = await foundTwice(
    () => strayClaimsAt(store, master),
    ({ key, id }) => `${key} ${id}`,
    lastingMs,
  );
  for (const { key } of strays) await store.redis.unlink(key);
}

/** Completes the names of the rooms that have this kind of key. */
async function completeNames(store: Store, master: Redis, shards: Shards, kind: 'nicks' | 'holders'): Promise<void> {
  for await (const room of roomsWith(store, kind, master, shards)) await indexNames(store, room);
}

/** Resolves with what is found twice, `lastingMs` apart. */
async function foundTwice<T>(
  find: () => AsyncGenerator<T>,
  keyOf: (one: T) => string,
  lastingMs: number,
): Promise<T[]> {
  const before = await byKey(find(), keyOf);
  if (before.size === 0) return [];
  await sleep(lastingMs);
  const after = await byKey(find(), keyOf);
  return [...before].filter(([key]) => after.has(key)).map(([, one]) => one);
}

async function byKey<T>(found: AsyncGenerator<T>, keyOf: (one: T) => string): Promise<Map<string, T>> {
  const items = new Map<string, T>();
  for await (const one of found) items.set(keyOf(one), one);
  return items;
}

/** The user's shard is right, as the user's client believes the same. */
function completeMembership(store: Store, { room, user, by }: OneSided): Promise<void> {
  return by === 'room' ? exitOneSided(store, room, user) : enterOneSided(store, room, user);
}
