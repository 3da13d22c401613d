/**
 * Private rooms, and which users may open one. A user may open it with somebody who is in a public room with it at that
 * moment, or who is still in the private room of the two. Once both are in it, messages are appended as in any room.
 * A room with the rule `private: false` keeps its members from it, unless one of the two has a role there.
 */
import { ChatError } from '../protocol/errors.js';
import { privateRoom, type UserRef } from '../protocol/events.js';
import { notAllowed } from './denials.js';
import { isPrivate, sharedRooms } from './kept-apart.js';
import { enterRoom, exitRoom } from './memberships.js';
import type { Store } from './store.js';
import { blocker } from './user-blocks.js';

/**
 * When a user has too many private rooms, so many of them are checked at random for abandoned ones. If a fiftieth of
 * all is abandoned, one is found in 98 of 100 cases.
 */
const SAMPLE_COUNT = 200;
/** Abandoned rooms that are left at a time. That makes room for as many strangers, and takes about 100 short calls. */
const ABANDONED_MAX = 50;

/**
 * Brings `from` and `to` into their private room. Repeating it does no harm. Throws `no_such_user` for a user that does
 * not exist and for a stranger alike; `not_allowed` when one of the two has blocked the other, or `to` is in too many
 * private rooms; `bad_request` when `from` is in too many.
 */
export async function openPrivateRoom(store: Store, room: string, from: number, to: number): Promise<void> {
  const known = (await store.redis.hexists(store.keys.roster(room), String(to))) === 1;
  if (!known && !(await shareRoom(store, from, to))) throw noSuchUser(to);
  await refuseBlocked(store, from, to);
  // the other user first, because it may not exist
  await bringIn(store, room, to).catch((error: unknown) => {
    throw asOther(error, to);
  });
  try {
    await bringIn(store, room, from);
    await refuseBlocked(store, from, to); // again, because a block from before `to` was in the room did not take it out
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
  return new ChatError('no_such_user', `There is no user ${id} in your rooms.`, { field: 'to' });
}

/** Whether two users are in a public room together, by their own accounts. */
async function shareRoom(store: Store, one: number, other: number): Promise<boolean> {
  for await (const rooms of sharedRooms(store, one, other)) if (rooms.length > 0) return true;
  return false;
}

async function refuseBlocked(store: Store, from: number, to: number): Promise<void> {
  const by = await blocker(store, from, to);
  if (by === to) throw notAllowed('blocked');
  if (by === from)
    throw new ChatError('not_allowed', 'You have blocked this user.', { field: 'to', reason: 'blocked' });
}

/** Brings a user into a private room. It is no failure when the user exits at the same moment. */
async function bringIn(store: Store, room: string, id: number): Promise<void> {
  try {
    await enterRoom(store, room, id, null);
  } catch (error) {
    if (isCode(error, 'not_in_room')) return;
    if (!isCode(error, 'bad_request') || !(await giveUpAbandoned(store, id))) throw error;
    await enterRoom(store, room, id, null);
  }
}

/** Takes a user out of some private rooms that the other user has left. Resolves with whether there were any. */
async function giveUpAbandoned(store: Store, id: number): Promise<boolean> {
  const { keys, redis } = store;
  const rooms = (await redis.srandmember(keys.userRooms(id), SAMPLE_COUNT)).filter(isPrivate);
  const members = await Promise.all(rooms.map((room) => redis.hlen(keys.roster(room))));
  const abandoned = rooms.filter((_, i) => (members[i] ?? 0) < 2).slice(0, ABANDONED_MAX);
  await Promise.all(abandoned.map((room) => exitRoom(store, room, { id, name: '' })));
  return abandoned.length > 0;
}

/** Returns an error about the other user in the form for the sender. */
function asOther(error: unknown, id: number): unknown {
  if (isCode(error, 'unauthorized')) return noSuchUser(id);
  return isCode(error, 'bad_request') ? notAllowed('full') : error;
}

function isCode(error: unknown, code: ChatError['code']): boolean {
  return error instanceof ChatError && error.code === code;
}
