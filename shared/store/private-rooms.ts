/**
 * Private rooms: which users may open one. A user may open it with somebody who shares a public room with it at that
 * moment, or who is still in the private room of the two. Once both are in it, a message is appended as in any room.
 */
import { ChatError } from '../protocol/errors.js';
import { privateRoom, type UserRef } from '../protocol/events.js';
import { notAllowed } from './denials.js';
import { enterRoom, exitRoom } from './memberships.js';
import type { Store } from './store.js';
import { blocker } from './user-blocks.js';

/** Rooms of a user that are read at a time: most users have fewer, and Redis is held up for some 0.1 ms. */
const ROOMS_SCAN_COUNT = 1_000;
/**
 * Private rooms of a full user that are looked at for abandoned ones, taken at random: where a fiftieth of all is
 * abandoned, one is found in 98 of 100 cases.
 */
const SAMPLE_COUNT = 200;
/** Abandoned rooms that are given up at a time: room for as many more strangers, for some 100 short calls. */
const ABANDONED_MAX = 50;

const isPrivate = (room: string): boolean => room.includes(':');

/**
 * Brings `from` and `to` into their private room; repeating it does no harm.
 * Throws `no_such_user` for somebody unknown and for a stranger alike; `not_allowed` when one of the two has blocked
 * the other, or `to` is in as many private rooms as there may be; `bad_request` when `from` is.
 */
export async function openPrivateRoom(store: Store, room: string, from: number, to: number): Promise<void> {
  const known = (await store.redis.hexists(store.keys.roster(room), String(to))) === 1;
  if (!known && !(await shareRoom(store, from, to))) throw noSuchUser(to);
  await refuseBlocked(store, from, to);
  // the other first: there may be no such user
  await bringIn(store, room, to).catch((error: unknown) => {
    throw asOther(error, to);
  });
  try {
    await bringIn(store, room, from);
    await refuseBlocked(store, from, to); // again: a block that came before `to` was in the room has not taken it out
  } catch (error) {
    if (!known || isCode(error, 'not_allowed')) await exitRoom(store, room, { id: to, name: '' });
    throw error;
  }
}

/** Takes a user out of its private room with another, if it is in it. */
export async function closePrivateRoom(store: Store, user: UserRef, other: number): Promise<void> {
  const room = privateRoom(user.id, other);
  if (await store.redis.sismember(store.keys.userRooms(user.id), room)) await exitRoom(store, room, user);
}

function noSuchUser(id: number): ChatError {
  return new ChatError('no_such_user', `There is no user ${id} in a room of yours.`, { field: 'to' });
}

/** Whether two users are in a public room together, by what each one's shard says. */
async function shareRoom({ keys, redis }: Store, one: number, other: number): Promise<boolean> {
  let cursor = '0';
  do {
    const [next, rooms] = await redis.sscan(keys.userRooms(one), cursor, 'COUNT', ROOMS_SCAN_COUNT);
    const open = rooms.filter((room) => !isPrivate(room));
    if (open.length > 0 && (await redis.smismember(keys.userRooms(other), open)).includes(1)) return true;
    cursor = next;
  } while (cursor !== '0');
  return false;
}

async function refuseBlocked(store: Store, from: number, to: number): Promise<void> {
  const by = await blocker(store, from, to);
  if (by === to) throw notAllowed('blocked');
  if (by === from)
    throw new ChatError('not_allowed', 'You have blocked this user.', { field: 'to', reason: 'blocked' });
}

/** Brings a user into a private room; that it exits at the same moment is no failure. */
async function bringIn(store: Store, room: string, id: number): Promise<void> {
  try {
    await enterRoom(store, room, id, null);
  } catch (error) {
    if (isCode(error, 'not_in_room')) return;
    if (!isCode(error, 'bad_request') || !(await giveUpAbandoned(store, id))) throw error;
    await enterRoom(store, room, id, null);
  }
}

/** Takes a user out of some private rooms that the other side has left. Returns whether there were any. */
async function giveUpAbandoned(store: Store, id: number): Promise<boolean> {
  const { keys, redis } = store;
  const rooms = (await redis.srandmember(keys.userRooms(id), SAMPLE_COUNT)).filter(isPrivate);
  const members = await Promise.all(rooms.map((room) => redis.hlen(keys.roster(room))));
  const abandoned = rooms.filter((_, i) => (members[i] ?? 0) < 2).slice(0, ABANDONED_MAX);
  await Promise.all(abandoned.map((room) => exitRoom(store, room, { id, name: '' })));
  return abandoned.length > 0;
}

/** What went wrong with the other user, as the sender is told of it. */
function asOther(error: unknown, id: number): unknown {
  if (isCode(error, 'unauthorized')) return noSuchUser(id);
  return isCode(error, 'bad_request') ? notAllowed('full') : error;
}

function isCode(error: unknown, code: ChatError['code']): boolean {
  return error instanceof ChatError && error.code === code;
}
