/** Rooms: members, roster, log. All that adds to a room's log is here. */
import { ChatError } from '../protocol/errors.js';
import { privateRoomUsers, type UserRef } from '../protocol/events.js';
import { MEMBERS_MAX, NONCE_TTL, PRIVATE_ROOMS_MAX, ROOMS_MAX, ROOMS_PER_USER_MAX } from '../protocol/limits.js';
import { Away } from '../patience.js';
import { runDurably } from './durable.js';
import { eventText, withId } from './event-text.js';
import { rateLimited } from './rates.js';
import { run } from './scripts.js';
import type { Store } from './store.js';
import { hashToken, randomSecret, unauthorized } from './tokens.js';

/** Longer (ms) than a cluster's client tries a command again. */
const RETRY_TTL = 30_000;

/** A message as it is sent. */
export interface Outgoing {
  room: string;
  from: UserRef;
  text?: string | undefined;
  data?: unknown;
  nonce?: string | undefined;
  /** The token of the room's owner, whom its rules do not bind. */
  owner?: string | undefined;
}

export interface Accepted {
  id: string;
  duplicate: boolean;
}

type AppendReply = ['ok', string] | ['duplicate', string] | ['not_in_room'] | ['full'] | ['read_only'] | ['muted' | 'slow', number];

/**
 * Appends a message to its room's log: from here on it is accepted. Null when the sender (or, in a private room, either
 * of the two) is not in the roster. Throws `unavailable` when fan-out cannot follow,
 * `not_allowed` or `rate_limited` by the room's rules.
 */
export async function appendMessage(store: Store, message: Outgoing): Promise<Accepted | null> {
  const { keys, config } = store;
  const { room, from, nonce, owner } = message;
  const isPrivate = privateRoomUsers(room) !== null;
  const body = eventText({ type: 'message', room, from, text: message.text, data: message.data, private: isPrivate || undefined });
  // a cluster's client sends again what may have been done, when a master goes: that must not add it twice
  const retry = nonce === undefined && store.redis.isCluster ? { nonce: randomSecret(), ttl: RETRY_TTL } : { nonce, ttl: NONCE_TTL };
  const reply = await runDurably<AppendReply>(store, 'append', keys.log(room), keys.roster(room), keys.delivered(room),
    keys.dirty(keys.roomShard(room)), keys.nonce(room, from.id, retry.nonce ?? ''), keys.rules(room), keys.slow(room, from.id),
    from.id, body, room, isPrivate ? 2 : 1, retry.nonce === undefined ? 0 : retry.ttl, config.logMax, owner === undefined ? '' : hashToken(owner));
  switch (reply[0]) {
    case 'ok': return { id: reply[1], duplicate: false };
    case 'duplicate': return { id: reply[1], duplicate: nonce !== undefined };
    case 'not_in_room': return null;
    case 'full': throw new ChatError('unavailable', `The room ${room} has more messages than can be delivered now.`, { retryAfter: 1 });
    case 'read_only': throw new ChatError('not_allowed', `Only its owner may speak in the room ${room}.`, { field: 'room' });
    case 'muted': throw new ChatError('not_allowed', `The owner of the room ${room} does not let you speak for another ${Math.ceil(reply[1] / 1_000)} s.`, { field: 'room' });
    case 'slow': throw rateLimited(reply[1], `The room ${room} is in slow mode.`);
  }
}

type EnterReply = ['ok', string] | ['unauthorized'] | ['too_many'];

/**
 * Brings a user into a room: the user's shard, the room's shard, and last the user's shard again, because the user may
 * have ended in between. Repeating it does no harm. `tokenHash` null: brought in by another user's private message.
 * `owner`: the token that a room that is made by this is to belong to.
 * Throws `unauthorized` for who is not, or no longer, a user.
 */
export async function enterRoom(store: Store, room: string, id: number, tokenHash: string | null, owner?: string): Promise<UserRef & { owns: boolean }> {
  const { keys, redis } = store;
  const shard = keys.userShard(id);
  const most = privateRoomUsers(room) ? PRIVATE_ROOMS_MAX : ROOMS_PER_USER_MAX;
  const reply = await runDurably<EnterReply>(store, 'enter-user', keys.user(id), keys.userRooms(id), keys.members(shard, room),
    keys.attached(shard), id, room, tokenHash ?? '', most);
  if (reply[0] === 'unauthorized') throw unauthorized();
  if (reply[0] === 'too_many') throw new ChatError('bad_request', `A user can be in ${most} ${privateRoomUsers(room) ? 'private ' : ''}rooms at most: exit one first.`, { field: 'room' });
  const user = { id, name: reply[1] };
  const joined = privateRoomUsers(room) ? '' : eventText({ type: 'joined', room, from: user });
  const outcome = await runDurably<number>(store, 'enter-room', ...roomKeys(store, room), id, user.name, shard, room, joined, owner === undefined ? '' : hashToken(owner));
  const owns = outcome === 2;
  const [token, ended, name] = await redis.hmget(keys.user(id), 'token', 'ended', 'name');
  if (!token || ended) {
    await exitRoom(store, room, user);
    throw unauthorized();
  }
  if (!name || name === user.name) return { ...user, owns };
  await renameInRoom(store, room, { id, name }); // renamed in between: that did not know of this room yet
  return { id, name, owns };
}

/** Takes a user out of a room, `by` its owner: the room's shard, then the user's shard. Repeating it does no harm. */
export async function exitRoom(store: Store, room: string, user: UserRef, by?: UserRef): Promise<void> {
  const { keys, config } = store;
  const shard = keys.userShard(user.id);
  const left = privateRoomUsers(room) ? '' : eventText({ type: 'left', room, from: user, by });
  await runDurably(store, 'exit-room', ...roomKeys(store, room), user.id, shard, room, left, config.roomTtl * 1_000);
  await runDurably(store, 'exit-user', keys.user(user.id), keys.userRooms(user.id), keys.members(shard, room), keys.position(shard, room),
    keys.attached(shard), user.id, room);
}

/** Gives a member its new name in a room. Repeating it does no harm. */
export async function renameInRoom(store: Store, room: string, user: UserRef): Promise<void> {
  const { keys, redis } = store;
  const was = await redis.hget(keys.roster(room), String(user.id)) ?? user.name;
  const renamed = privateRoomUsers(room) ? '' : eventText({ type: 'renamed', room, from: user, was });
  await run(redis, 'rename-room', keys.roster(room), keys.log(room), keys.delivered(room), keys.dirty(keys.roomShard(room)),
    user.id, user.name, room, renamed);
}

function roomKeys({ keys }: Store, room: string): [string, ...string[]] {
  const shard = keys.roomShard(room);
  return [keys.roster(room), keys.roomShards(room), keys.log(room), keys.delivered(room), keys.dirty(shard), keys.publicRooms(shard),
    keys.rules(room)];
}

/** The members of a room by id; `more` when there are more than one answer names. */
export async function readMembers(store: Store, room: string): Promise<{ members: UserRef[]; more: boolean }> {
  const key = store.keys.roster(room);
  const more = await store.redis.hlen(key) > MEMBERS_MAX;
  const flat = more ? (await store.redis.hscan(key, 0, 'COUNT', MEMBERS_MAX))[1] : Object.entries(await store.redis.hgetall(key)).flat();
  const members: UserRef[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) members.push({ id: Number(flat[i]), name: flat[i + 1] ?? '' });
  return { members: members.sort((a, b) => a.id - b.id).slice(0, MEMBERS_MAX), more };
}

/** A page of a room's log, oldest first, as event texts; before the log id `before`, or the newest. */
export async function readHistory(store: Store, room: string, limit: number, before?: string): Promise<{ events: string[]; more: boolean }> {
  if (before !== undefined && /^0+-0+$/.test(before)) return { events: [], more: false }; // Redis refuses "before the first possible"
  const end = before === undefined ? '+' : `(${before}`;
  const entries = await store.redis.xrevrange(store.keys.log(room), end, '-', 'COUNT', limit + 1);
  const events = entries.slice(0, limit).map(([id, fields]) => withId(id, fields[3] ?? '{}'));
  return { events: events.reverse(), more: entries.length > limit };
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
