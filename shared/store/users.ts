/** Users: made by `join`, ended by `leave` or when stale. */
import { ChatError } from '../protocol/errors.js';
import type { UserRef } from '../protocol/events.js';
import { claimName, foldName, nameTaken, releaseName } from './names.js';
import { renameInRoom } from './rooms.js';
import { run } from './scripts.js';
import type { Credentials, Store } from './store.js';
import { hashToken, randomSecret, unauthorized } from './tokens.js';

/** How many guest names are tried before giving up. */
const GUEST_TRIES = 8;
/** Ids that a restored Redis may count up again before a free one is met. */
const ID_TRIES = 10_000;
/** Seconds' worth of messages that may come at once. */
const SEND_BURST = 4;

export interface NewUser extends UserRef {
  token: string;
}

/** Makes a user. Without a name, a guest name is found. Throws `name_taken`. */
export async function createUser(store: Store, name: string | undefined): Promise<NewUser> {
  const user = await createNamed(store, name ?? guestName());
  if (await claimName(store, foldName(user.name), user.id)) return user;
  if (name === undefined) return claimGuestName(store, user);
  await eraseUser(store, user.id);
  throw await nameTaken(store, name);
}

async function createNamed(store: Store, name: string): Promise<NewUser> {
  for (let attempt = 0; attempt < ID_TRIES; attempt += 1) {
    const id = await store.redis.incr(store.keys.nextUser);
    const token = `${id}.${randomSecret()}`;
    const seen = store.keys.seen(store.keys.userShard(id));
    if (await run<number>(store.redis, 'create', store.keys.user(id), seen, id, hashToken(token), name, foldName(name))) {
      return { id, name, token };
    }
  }
  throw new ChatError('unavailable', 'No free user id was found.', { retryAfter: 1 });
}

async function claimGuestName(store: Store, user: NewUser): Promise<NewUser> {
  for (let attempt = 0; attempt < GUEST_TRIES; attempt += 1) {
    const name = guestName();
    if (await takeName(store, user.id, name)) return { ...user, name };
  }
  await eraseUser(store, user.id);
  throw new ChatError('unavailable', 'No free guest name was found. Try again, or give a name.', { retryAfter: 1 });
}

function guestName(): string {
  return `guest-${Math.floor(10_000 + Math.random() * 90_000)}`;
}

/**
 * Wants a name, claims it, takes it, gives the former one back. After a crash in between, the hash tells which names the
 * user may hold; what an earlier attempt left is given back first. False when the name is somebody else's.
 */
async function takeName(store: Store, id: number, name: string): Promise<boolean> {
  const key = store.keys.user(id);
  const folded = foldName(name);
  const [nick, spare] = await store.redis.hmget(key, 'nick', 'spare');
  if (spare && spare !== nick) await releaseName(store, spare, id);
  if (!await run<number>(store.redis, 'rename-user', key, 'want', folded)) throw unauthorized();
  if (!await claimName(store, folded, id)) return false;
  if (!await run<number>(store.redis, 'rename-user', key, 'take', folded, name)) {
    await releaseName(store, folded, id);
    throw unauthorized();
  }
  if (nick && nick !== folded) await releaseName(store, nick, id);
  return true;
}

export interface Authorized {
  name: string;
  room: string;
}

type AuthorizeReply = ['ok', string, string] | ['unauthorized'] | ['not_in_room'] | ['which_room', number] | ['rate_limited', number];

/**
 * Checks a token and notes that its user was seen. `room`: must be one of the user's; undefined: the user's only public
 * room; null: none needed. `counted` takes one message from the user's rate.
 * Throws `unauthorized`, `not_in_room`, `bad_request`, `rate_limited`.
 */
export async function authorize(store: Store, user: Credentials, room: string | undefined | null, counted = false): Promise<Authorized> {
  const { keys, config, redis } = store;
  const cost = counted && config.rateLimits ? 1_000 / config.sendRate : 0;
  const reply = await run<AuthorizeReply>(redis, 'authorize', keys.user(user.id), keys.userRooms(user.id),
    keys.seen(keys.userShard(user.id)), user.id, user.tokenHash, room === null ? '*' : room ?? '', cost, SEND_BURST * 1_000);
  switch (reply[0]) {
    case 'ok': return { name: reply[1], room: reply[2] };
    case 'unauthorized': throw unauthorized();
    case 'not_in_room': throw notInRoom(room ?? '');
    case 'which_room': throw whichRoom(reply[1]);
    case 'rate_limited': throw rateLimited(reply[1]);
  }
}

export function notInRoom(room: string): ChatError {
  return new ChatError('not_in_room', `You are not in the room ${room}: enter it first.`, { field: 'room' });
}

function whichRoom(count: number): ChatError {
  if (count === 0) return new ChatError('not_in_room', 'You are in no room: enter one first.', { field: 'room' });
  return new ChatError('bad_request', `room is needed: you are in ${count} rooms.`, { field: 'room' });
}

function rateLimited(ms: number): ChatError {
  const retryAfter = Math.ceil(ms / 100) / 10;
  return new ChatError('rate_limited', `Too many messages. Try again in ${retryAfter} s.`, { retryAfter });
}

/** Gives a user a new name, in all its rooms. Safe to repeat after a crash. Throws `unauthorized`, `name_taken`. */
export async function renameUser(store: Store, user: Credentials, name: string): Promise<{ user: UserRef; rooms: string[] }> {
  await authorize(store, user, null);
  if (!await takeName(store, user.id, name)) throw await nameTaken(store, name);
  const rooms = await store.redis.smembers(store.keys.userRooms(user.id));
  for (const room of rooms) await renameInRoom(store, room, { id: user.id, name });
  return { user: { id: user.id, name }, rooms };
}

/** Removes what is left of an ended user. */
export async function eraseUser(store: Store, id: number): Promise<void> {
  const { keys } = store;
  const shard = keys.userShard(id);
  await run(store.redis, 'erase', keys.user(id), keys.inbox(id), keys.userRooms(id), keys.seen(shard), keys.attached(shard), id);
}
