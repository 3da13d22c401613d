/** Rooms: who may enter, members, roster. */
import type { Config } from '../config.js';
import { ChatError } from '../protocol/errors.js';
import { privateRoomUsers, type UserRef } from '../protocol/events.js';
import { MEMBERS_MAX, PRIVATE_ROOMS_MAX, ROOMS_MAX, ROOMS_PER_USER_MAX } from '../protocol/limits.js';
import { Away } from '../patience.js';
import { runDurably } from './durable.js';
import { eventText, withId } from './event-text.js';
import { foldName } from './names.js';
import { notAllowed } from './refusals.js';
import { run } from './scripts.js';
import type { Store } from './store.js';
import { hashToken, unauthorized } from './tokens.js';

/** What decides whether a user may come into a room, beside who it is. */
export interface Entry {
  /** The token that a room that is made by this is to belong to. */
  fresh?: string | undefined;
  /** The owner token that the user has. */
  owner?: string | undefined;
  /** Hashes of its address, by the salts of today and of yesterday. */
  addresses?: readonly string[];
}

type Refused = ['off' | 'reserved' | 'closed'] | ['banned', number];

/**
 * Looks whether somebody may enter a room, before anything is done for it. `id` null: who is no user yet; `name` undefined: a guest's.
 * Throws `not_allowed`.
 */
export async function admitToRoom({ keys, redis, config }: Store, room: string, id: number | null, name: string | undefined, entry: Entry): Promise<void> {
  const [reason, ms] = await run<Refused | []>(redis, 'admit', keys.rules(room), keys.roster(room), id ?? '',
    name === undefined ? '' : foldName(name), ...addressesOf(entry), hashOf(entry.owner), isReserved(config, room) ? '1' : '');
  if (reason) throw notAllowed(reason, ms);
}

/** Whether a room is one that only the host opens. */
export function isReserved({ reservedRooms }: Config, room: string): boolean {
  const small = room.toLowerCase();
  return reservedRooms.some((prefix) => small.startsWith(prefix));
}

const hashOf = (token: string | undefined): string => token === undefined ? '' : hashToken(token);
const addressesOf = ({ addresses: [today = '', yesterday = ''] = [] }: Entry): [string, string] => [today, yesterday];

type EnterReply = ['ok', string] | ['unauthorized'] | ['too_many'];

/**
 * Brings a user into a room: the user's shard, the room's shard, and last the user's shard again, because the user may
 * have ended in between. Repeating it does no harm. `tokenHash` null: brought in by another user's private message.
 * Throws `unauthorized` for who is not, or no longer, a user, `not_allowed` for who may not enter.
 */
export async function enterRoom(store: Store, room: string, id: number, tokenHash: string | null, entry: Entry = {}): Promise<UserRef & { owns: boolean }> {
  const { keys, redis, config } = store;
  const shard = keys.userShard(id);
  const most = privateRoomUsers(room) ? PRIVATE_ROOMS_MAX : ROOMS_PER_USER_MAX;
  const addresses = addressesOf(entry);
  const reply = await runDurably<EnterReply>(store, 'enter-user', keys.user(id), keys.userRooms(id), keys.members(shard, room),
    keys.attached(shard), keys.position(shard, room), id, room, tokenHash ?? '', most, addresses[0]);
  if (reply[0] === 'unauthorized') throw unauthorized();
  if (reply[0] === 'too_many') throw new ChatError('bad_request', `A user can be in ${most} ${privateRoomUsers(room) ? 'private ' : ''}rooms at most: exit one first.`, { field: 'room' });
  const user = { id, name: reply[1] };
  const joined = privateRoomUsers(room) ? '' : eventText({ type: 'joined', room, from: user });
  const [outcome, ms] = await runDurably<Refused | ['made' | 'new' | 'in']>(store, 'enter-room', ...roomKeys(store, room), id, user.name, shard, room, joined,
    hashOf(entry.fresh), hashOf(entry.owner), foldName(user.name), ...addresses, isReserved(config, room) ? '1' : '');
  if (outcome !== 'made' && outcome !== 'new' && outcome !== 'in') {
    await exitUser(store, room, id);
    throw notAllowed(outcome, ms);
  }
  const owns = outcome === 'made';
  const [token, ended, name] = await redis.hmget(keys.user(id), 'token', 'ended', 'name');
  if (!token || ended) {
    await exitRoom(store, room, user);
    throw unauthorized();
  }
  if (!name || name === user.name) return { ...user, owns };
  await renameInRoom(store, room, { id, name }); // renamed in between: that did not know of this room yet
  return { id, name, owns };
}

/** Who made a member go, and for how many seconds it may not come back. */
export interface SentOut {
  by: UserRef;
  banned?: number;
}

/**
 * Takes a user out of a room: the room's shard, then the user's shard. Repeating it does no harm. Who was sent out is told, as fan-out does
 * not know it as a member any more; who goes by itself knows.
 */
export async function exitRoom(store: Store, room: string, user: UserRef, sent?: SentOut): Promise<void> {
  const { keys, config } = store;
  const left = privateRoomUsers(room) ? '' : eventText({ type: 'left', room, from: user, ...sent });
  const id = await runDurably<string>(store, 'exit-room', ...roomKeys(store, room), user.id, keys.userShard(user.id), room, left, config.roomTtl * 1_000);
  await exitUser(store, room, user.id, sent && id !== '' ? { id, text: withId(id, left) } : undefined);
}

/** The user's part of leaving a room; `left` is what it is told. */
async function exitUser(store: Store, room: string, id: number, left = { id: '', text: '' }): Promise<void> {
  const { keys, config } = store;
  const shard = keys.userShard(id);
  await runDurably(store, 'exit-user', keys.user(id), keys.userRooms(id), keys.members(shard, room), keys.position(shard, room), keys.attached(shard),
    keys.inbox(id), id, room, left.id, left.text, keys.userTag(shard), config.inboxMax, config.inboxBytes);
}

/** Gives a member its new name in a room. Repeating it does no harm. */
export async function renameInRoom(store: Store, room: string, user: UserRef): Promise<void> {
  const { keys, redis } = store;
  const was = await redis.hget(keys.roster(room), String(user.id)) ?? user.name;
  const renamed = privateRoomUsers(room) ? '' : eventText({ type: 'renamed', room, from: user, was });
  await run(redis, 'rename-room', keys.roster(room), keys.log(room), keys.delivered(room), keys.dirty(keys.roomShard(room)),
    keys.rules(room), user.id, user.name, room, renamed);
}

function roomKeys({ keys }: Store, room: string): [string, ...string[]] {
  const shard = keys.roomShard(room);
  return [keys.roster(room), keys.roomShards(room), keys.log(room), keys.delivered(room), keys.dirty(shard), keys.publicRooms(shard),
    keys.rules(room), keys.held(room)];
}

/** Returns the members of a room by id; `count`, how many there are, where that is more than one answer names. */
export async function readMembers(store: Store, room: string): Promise<{ members: UserRef[]; count?: number }> {
  if (privateRoomUsers(room)) return { members: await readPrivateMembers(store, room) };
  const key = store.keys.roster(room);
  const count = await store.redis.hlen(key);
  const more = count > MEMBERS_MAX;
  const flat = more ? (await store.redis.hscan(key, 0, 'COUNT', MEMBERS_MAX))[1] : Object.entries(await store.redis.hgetall(key)).flat();
  const members: UserRef[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) members.push({ id: Number(flat[i]), name: flat[i + 1] ?? '' });
  return { members: members.sort((a, b) => a.id - b.id).slice(0, MEMBERS_MAX), ...(more && { count }) };
}

/** By the names that they bear now: a rename does not go through thousands of private rooms. */
async function readPrivateMembers({ keys, redis }: Store, room: string): Promise<UserRef[]> {
  const members = Object.entries(await redis.hgetall(keys.roster(room))).map(([id, name]) => ({ id: Number(id), name }));
  const names = await Promise.all(members.map(({ id }) => redis.hget(keys.user(id), 'name')));
  return members.map(({ id, name }, i) => ({ id, name: names[i] ?? name })).sort((a, b) => a.id - b.id);
}

/**
 * Public rooms with members, busiest first. Each room shard keeps its own list, exact at every moment; those of a cluster's
 * master that is away are left out.
 */
export async function readRooms({ keys, redis, patience }: Store): Promise<{ name: string; members: number }[]> {
  const lists = await Promise.all(keys.allShards.map((shard) => {
    const key = keys.publicRooms(shard);
    return patience.for(key, () => redis.zrevrange(key, 0, ROOMS_MAX - 1, 'WITHSCORES')).catch(unlessAway);
  }));
  const rooms = lists.flatMap((list) => pairs(list).map(([name, members]) => ({ name, members: Number(members) })));
  return rooms.sort((a, b) => b.members - a.members || (a.name < b.name ? -1 : 1)).slice(0, ROOMS_MAX);
}

function unlessAway(error: unknown): [] {
  if (error instanceof Away) return [];
  throw error;
}

function pairs(flat: string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? '']);
}
