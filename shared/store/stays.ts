/**
 * Stays: a room whose owner has come back stays when it is empty, until OWNED_TTL after the owner's last visit. The
 * field `stay` of the room's rules has the end (ms since 1970), or why it does not stay. An index of all stays bounds
 * them, for each network and in all: strangers must not fill Redis for months. Room and index are on different shards,
 * and the index comes first. If the process dies in between, the index has a room that does not stay; `tendStays`
 * removes it.
 */
import type { Stay } from '../protocol/events.js';
import { CircuitOpen } from '../redis/circuit-breaker.js';
import { pagesOf } from './scan.js';
import { run } from './scripts.js';
import type { Store } from './store.js';
import { derivedSecret, randomSecret } from './tokens.js';

/** A stay is extended once a day at most: that saves writes. */
const EXTEND_EVERY_MS = 86_400_000;
/** Rooms of the index that one command reads. */
const PAGE_COUNT = 100;

/**
 * Notes a visit of a room's owner: the room stays for OWNED_TTL from now on. `stay`: what the room says about it.
 * `network`: of the owner's address, in clear. In a cluster, nothing is noted while the index is away. The next visit
 * makes up for it.
 */
export async function extendStay(store: Store, room: string, stay: string, network: string): Promise<void> {
  const { breaker, config, keys, redis } = store;
  const ttl = config.ownedTtl * 1_000;
  if (untilOf(stay) > Date.now() + ttl - Math.min(EXTEND_EVERY_MS, ttl / 2)) return;
  const claimed = await breaker.run(keys.stays, () => claim(store, room, stay, network)).catch(unlessAway);
  if (claimed === null) return;
  await redis.hset(keys.rules(room), 'stay', claimed);
  if (untilOf(claimed) === 0) return;
  // the host may have ended the stay in between
  const isCounted = async (): Promise<boolean> => (await redis.zscore(keys.stays, room)) !== null;
  if ((await breaker.run(keys.stays, isCounted).catch(unlessAway)) === false) await expireRoom(store, room, true);
}

/** Resolves with what the room says from now on. */
async function claim(store: Store, room: string, stay: string, network: string): Promise<string> {
  const { config, keys, redis } = store;
  const [outcome, until] = await run(redis, 'claim-stay', {
    stays: keys.stays,
    networks: keys.stayNetworks,
    counts: keys.stayCounts,
    room,
    ttl: config.ownedTtl * 1_000,
    isOn: untilOf(stay) > Date.now() ? '1' : '',
    network: derivedSecret(await secretOf(store), network),
    networkMax: config.addressOwnedRooms,
    roomsMax: config.ownedRoomsMax,
  });
  return outcome === 'ok' ? String(until) : outcome;
}

/** The first process to come makes the key. */
async function secretOf({ keys, redis }: Store): Promise<string> {
  const fresh = randomSecret();
  return (await redis.set(keys.staySecret, fresh, 'NX')) === 'OK'
    ? fresh
    : ((await redis.get(keys.staySecret)) ?? fresh);
}

function unlessAway(error: unknown): null {
  if (error instanceof CircuitOpen) return null;
  throw error;
}

/** Ends the stay of a room. If it is empty, it is gone after ROOM_TTL. */
export async function endStay(store: Store, room: string): Promise<void> {
  await expireRoom(store, room, true);
  await dropStay(store, room);
  await expireRoom(store, room, true); // of a visit in between, the index knows nothing any more
}

/** Says again when the keys of a room expire, if it is empty. Resolves with true when it stays. */
export async function expireRoom({ config, keys, redis }: Store, room: string, ends = false): Promise<boolean> {
  const stays = await run(redis, 'expire-room', {
    roster: keys.roster(room),
    log: keys.log(room),
    delivered: keys.delivered(room),
    rules: keys.rules(room),
    values: keys.values(room),
    ownValues: keys.ownValues(room),
    presence: keys.presence(room),
    holders: keys.holders(room),
    roomTtl: config.roomTtl * 1_000,
    ends: ends ? '1' : '',
  });
  return stays === 1;
}

/** Takes a room out of the index. `ends`: only if the index still has it with this end. */
async function dropStay({ keys, redis }: Store, room: string, ends = ''): Promise<void> {
  await run(redis, 'end-stay', {
    stays: keys.stays,
    networks: keys.stayNetworks,
    counts: keys.stayCounts,
    secret: keys.staySecret,
    room,
    ends,
  });
}

/**
 * Looks at all rooms of the index. A room that does not stay any more leaves it. A process of a former version may have
 * let a room expire that stays: that is corrected here. Resolves with how many rooms stay.
 */
export async function tendStays(store: Store): Promise<number> {
  const { keys, redis } = store;
  let count = 0;
  for await (const page of pagesOf((cursor) => redis.zscan(keys.stays, cursor, 'COUNT', PAGE_COUNT))) {
    for (const [room, ends] of page) {
      if (await expireRoom(store, room)) count += 1;
      else await dropStay(store, room, ends); // unless its owner has just come
    }
  }
  return count;
}

/** Counts the rooms that stay. */
export function countStays({ keys, redis }: Store): Promise<number> {
  return redis.zcard(keys.stays);
}

/** Returns what an owner is told about the stay of a room. */
export function stayOf(stay: string | null | undefined): Stay | undefined {
  if (stay === 'address' || stay === 'server') return { refused: stay };
  const until = untilOf(stay);
  return until > Date.now() ? { until } : undefined;
}

/** Returns the end of a stay, 0 for none. */
const untilOf = (stay: string | null | undefined): number => Number(stay) || 0;
