/** Rooms: which users may enter, lists of members and rooms. */
import type { Config } from '../config/config.js';
import type { ChatError } from '../protocol/errors.js';
import { privateRoomUsers, type UserRef } from '../protocol/events.js';
import { ROOMS_MAX } from '../protocol/limits.js';
import { CircuitOpen } from '../redis/circuit-breaker.js';
import { notAllowed } from './denials.js';
import { areKeptApart } from './kept-apart.js';
import { foldName, isGuestName } from './nicknames.js';
import { askForName, nameTaken } from './room-names.js';
import { type RoomSummary, readSummary } from './room-overview.js';
import type { EntryDenial, NameDenial } from './script-replies.js';
import { pairs, run } from './scripts.js';
import type { Store } from './store.js';
import { hashOrNone } from './tokens.js';

/** Rooms of a user that one command reads. */
const ROOMS_SCAN_COUNT = 500;

/** The facts that decide about an entry, beside the user's id and name. */
export interface EntryRequest {
  /** The token that owns the room if this entry makes it. */
  fresh?: string | undefined;
  /** False: a room that this entry makes is still nobody's. The next user to enter it owns it. */
  claims?: boolean;
  /** The owner's token, when the user has it. */
  owner?: string | undefined;
  /** The key of the room, as it was given. */
  key?: string | undefined;
  /** The secret that gets the user's name back. */
  secret?: string | undefined;
  /** Hashes of the user's address, by the salts of today and of yesterday. */
  addresses?: readonly string[];
  /** The origin of the user's page, which is noted with a room that this entry makes. */
  origin?: string;
  /** The user's name, as the caller knows it. With it, an entry takes one call on one Redis. */
  name?: string;
  /** The number of the user's last move. With it, the entry is only done when the user has not moved since. */
  since?: string;
}

/**
 * Checks whether somebody may enter a room, before anything is done for it. `id` null: it is no user yet. Resolves with
 * the id of the member that has the name by the same secret, else with null. Throws `not_allowed`, `name_taken`.
 */
export async function admitToRoom(
  store: Store,
  room: string,
  id: number | null,
  name: string,
  entry: EntryRequest,
): Promise<number | null> {
  const { keys, redis, config } = store;
  const nick = foldName(name);
  const denial = await askForName(store, room, name, ({ from }) =>
    run(redis, 'admit', {
      rules: keys.rules(room),
      roster: keys.roster(room),
      holders: keys.holders(room),
      id: id ?? '',
      nick,
      ...entryArguments(config, room, name, entry),
      from,
    }),
  );
  if (denial[0] === 'own') return Number(denial[1]);
  if (isDenial(denial)) throw await entryRefused(store, room, { id, name }, denial);
  return null;
}

const isDenial = (reply: [] | EntryDenial | NameDenial): reply is EntryDenial | NameDenial => reply.length > 0;

/** Returns the error for somebody who may not enter a room. `id` null: it is no user yet. */
export async function entryRefused(
  store: Store,
  room: string,
  { id, name }: { id: number | null; name: string },
  [reason, ms]: EntryDenial | NameDenial,
): Promise<ChatError> {
  if (reason !== 'taken' && reason !== 'own' && reason !== 'unindexed') return notAllowed(reason, ms);
  const others = id === null ? [] : await publicRoomsOf(store, id); // the user may take the suggestion in all its rooms
  return nameTaken(store, new Set([room, ...others]), name);
}

/** Whether only the operator opens this room. */
export function isReserved({ reservedRooms }: Config, room: string): boolean {
  const small = room.toLowerCase();
  return reservedRooms.some((prefix) => small.startsWith(prefix));
}

/** Returns the arguments by which scripts decide about an entry. */
export function entryArguments(
  config: Config,
  room: string,
  name: string,
  { owner, key, secret, addresses = [] }: EntryRequest,
) {
  const [addressToday = '', addressYesterday = ''] = addresses;
  return {
    ownerHash: hashOrNone(owner),
    keyHash: hashOrNone(key),
    addressToday,
    addressYesterday,
    isReserved: isReserved(config, room) ? '1' : '',
    isGuest: isGuestName(name) ? '1' : '',
    secretHash: hashOrNone(secret),
  };
}

/** Reads a room as a member sees it, its members sorted by id. A private room has no rules. */
export async function readRoom(store: Store, room: string, reader: number): Promise<RoomSummary> {
  return privateRoomUsers(room)
    ? { members: await readPrivateMembers(store, room, reader) }
    : readSummary(store, room, reader);
}

/**
 * Reads the members with their names of now: a rename does not go through thousands of private rooms. If the two are
 * kept apart, the other's new name is no way round it, and the reader gets the one from before.
 */
async function readPrivateMembers(store: Store, room: string, reader: number): Promise<UserRef[]> {
  const { keys, redis } = store;

  const members = Object.entries(await redis.hgetall(keys.roster(room))).map(([id, name]) => ({
    id: Number(id),
    name,
  }));
  const names = await Promise.all(members.map(({ id }) => redis.hget(keys.user(id), 'name')));
  const pair = privateRoomUsers(room);
  const areApart = pair !== null && (await areKeptApart(store, ...pair));
  const nameOf = ({ id, name }: UserRef, i: number) => (areApart && id !== reader ? name : (names[i] ?? name));
  return members.map((member, i) => ({ id: member.id, name: nameOf(member, i) })).sort((a, b) => a.id - b.id);
}

/**
 * Reads the public rooms with members, the busiest first, without those that are not listed (a rule, or a key). Each
 * room shard keeps its own list, which is always exact. In a cluster, rooms of a master that is away are left out.
 */
export function readRooms(store: Store): Promise<RoomSize[]> {
  return roomsOfShards(store, (key) =>
    store.redis.zrevrangebyscore(key, '+inf', 1, 'WITHSCORES', 'LIMIT', 0, ROOMS_MAX),
  );
}

/** As `readRooms`, but only the rooms that are not listed. */
export function readUnlistedRooms(store: Store): Promise<RoomSize[]> {
  return roomsOfShards(store, (key) => store.redis.zrangebyscore(key, '-inf', -1, 'WITHSCORES', 'LIMIT', 0, ROOMS_MAX));
}

interface RoomSize {
  name: string;
  members: number;
}

/** `read`: names and counts of one shard. The count of a room that is not listed is negative. */
async function roomsOfShards({ keys, breaker }: Store, read: (key: string) => Promise<string[]>): Promise<RoomSize[]> {
  const lists = await Promise.all(
    keys.allShards.map((shard) => {
      const key = keys.publicRooms(shard);
      return breaker.run(key, () => read(key)).catch(unlessAway);
    }),
  );
  const rooms = lists.flatMap((list) =>
    pairs(list).map(([name, count]) => ({ name, members: Math.abs(Number(count)) })),
  );
  return rooms.sort((a, b) => b.members - a.members || (a.name < b.name ? -1 : 1)).slice(0, ROOMS_MAX);
}

/** Reads the public rooms of a user, in steps: it may be in thousands of private ones. */
export async function publicRoomsOf({ keys, redis }: Store, id: number): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, rooms] = await redis.sscan(keys.userRooms(id), cursor, 'COUNT', ROOMS_SCAN_COUNT);
    for (const room of rooms) if (!privateRoomUsers(room)) found.add(room);
    cursor = next;
  } while (cursor !== '0');
  return [...found];
}

function unlessAway(error: unknown): [] {
  if (error instanceof CircuitOpen) return [];
  throw error;
}
