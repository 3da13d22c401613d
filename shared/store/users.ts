/** Users. `join` makes them; `leave` or expiry ends them. */
import type { Config } from '../config/config.js';
import { ChatError } from '../protocol/errors.js';
import type { UserRef } from '../protocol/events.js';
import { authorize } from './authorize.js';
import { claimName, foldName, guestName, holdsName, nameOfRole, nameTaken, releaseName } from './nicknames.js';
import { runDurably } from './replication.js';
import { saysRole } from './role-names.js';
import { publicRoomsOf, renameInRoom } from './rooms.js';
import { run } from './scripts.js';
import type { Credentials, Store } from './store.js';
import { hashToken, randomSecret, unauthorized } from './tokens.js';

/** A rename that takes longer has died: all its commands together cannot take so long. */
const RENAME_TIMEOUT_MS = 30_000;
/** How many guest names are tried. */
const GUEST_TRIES_MAX = 8;
/** A restored Redis may count up so many used ids before it reaches a free one. */
const ID_TRIES_MAX = 10_000;
/**
 * A user that makes no call after `join` ends after so long, and not after USER_TTL: pages poll at once. So of a flood
 * of users that never call again, a third as many exist at a time. Each is an event for its room when it comes and when
 * it goes.
 */
const NEWCOMER_TTL_MS = 30_000;
/** A rename is an event in each of the user's public rooms. It costs once for each started so many rooms. */
const RENAME_ROOMS_COUNT = 10;

export interface NewUser extends UserRef {
  token: string;
}

/** Makes a user. Without a name, the user gets a guest name. Throws `name_taken`. */
export async function createUser(store: Store, name: string | undefined): Promise<NewUser> {
  return claimOwnName(store, await createUnnamed(store, name, randomSecret()), name);
}

/**
 * Claims the nickname of a new user. A guest gets another one when it is taken. May be repeated. Throws `name_taken`.
 */
export async function claimOwnName(store: Store, user: NewUser, name: string | undefined): Promise<NewUser> {
  if (await claimName(store, foldName(user.name), user.id)) return user;
  if (name === undefined) return claimGuestName(store, user);
  await eraseUser(store, user.id);
  throw await nameTaken(store, name);
}

/**
 * Makes a user, before its nickname is claimed. `secret`: for its token. Throws `name_taken` for the name of a role.
 */
export async function createUnnamed(store: Store, wanted: string | undefined, secret: string): Promise<NewUser> {
  if (wanted !== undefined && saysRole(wanted)) throw await nameOfRole(store, wanted);
  const name = wanted ?? guestName();
  for (let attempt = 0; attempt < ID_TRIES_MAX; attempt += 1) {
    const id = await store.redis.incr(store.keys.nextUser);
    const token = `${id}.${secret}`;
    const seen = store.keys.seen(store.keys.userShard(id));
    const made = await runDurably(store, 'create', {
      user: store.keys.user(id),
      seen,
      id,
      tokenHash: hashToken(token),
      name,
      nick: foldName(name),
      seenAgo: newcomerSeen(store.config),
    });
    if (made === 1) return { id, name, token };
  }
  throw new ChatError('unavailable', 'No free user id was found. Try again.', { retryAfter: 1 });
}

/**
 * Returns how long ago (ms) a new user counts as seen. So it is stale NEWCOMER_TTL_MS after its join, unless it calls
 * again.
 */
export function newcomerSeen({ userTtl }: Config): number {
  return Math.max(0, userTtl * 1_000 - NEWCOMER_TTL_MS);
}

async function claimGuestName(store: Store, user: NewUser): Promise<NewUser> {
  for (let attempt = 0; attempt < GUEST_TRIES_MAX; attempt += 1) {
    const name = guestName();
    if (await takeName(store, user.id, name)) return { ...user, name };
  }
  await eraseUser(store, user.id);
  throw new ChatError('unavailable', 'No free guest name was found. Try again, or choose a name.', { retryAfter: 1 });
}

/**
 * Does one step of a rename in the user's hash. Resolves with the nicknames before it. Throws `unauthorized`,
 * `rate_limited`.
 */
async function renameStep(
  store: Store,
  id: number,
  step: 'begin' | 'want' | 'take' | 'done',
  folded = '',
  name = '',
): Promise<{ nick: string; spare: string }> {
  const [outcome, nick = '', spare = ''] = await run(store.redis, 'rename-user', {
    user: store.keys.user(id),
    step,
    nick: folded,
    name,
    timeout: RENAME_TIMEOUT_MS,
  });
  if (outcome === 'gone') throw unauthorized();
  if (outcome === 'busy')
    throw new ChatError('rate_limited', 'Another rename of this user is in progress.', { retryAfter: 1 });
  return { nick, spare };
}

/**
 * Gives a user another name: notes that it wants the name, claims it, takes it, and gives the former one back. After a
 * crash in between, the hash tells which names the user may hold. A name that an earlier attempt left is given back
 * first. Resolves with false when another user has the name.
 */
async function takeName(store: Store, id: number, name: string): Promise<boolean> {
  const folded = foldName(name);
  const { nick, spare } = await renameStep(store, id, 'begin', folded);
  if (spare !== '' && spare !== nick && spare !== folded) await releaseName(store, spare, id);
  await renameStep(store, id, 'want', folded);
  const claimed = await claimName(store, folded, id);
  if (claimed) await swapName(store, id, name, folded);
  await renameStep(store, id, 'done');
  return claimed;
}

async function swapName(store: Store, id: number, name: string, folded: string): Promise<void> {
  try {
    const { nick } = await renameStep(store, id, 'take', folded, name);
    if (nick !== '' && nick !== folded) await releaseName(store, nick, id);
  } catch (error) {
    if (error instanceof ChatError) await releaseName(store, folded, id); // the user has ended meanwhile
    throw error;
  }
}

/**
 * Gives a user a new name, and tells its public rooms. Private rooms always show a user's name of now. Safe to repeat
 * after a crash. Throws `unauthorized`, `name_taken`.
 */
export async function renameUser(
  store: Store,
  user: Credentials,
  name: string,
): Promise<{ user: UserRef; rooms: string[] }> {
  const rooms = Number((await store.redis.hget(store.keys.user(user.id), 'public')) ?? 0);
  await authorize(store, user, { cost: 'presence', times: Math.max(1, Math.ceil(rooms / RENAME_ROOMS_COUNT)) });
  if (saysRole(name) && !(await holdsName(store, user.id, foldName(name)))) throw await nameOfRole(store, name);
  if (!(await takeName(store, user.id, name))) throw await nameTaken(store, name);
  const told = await publicRoomsOf(store, user.id);
  for (const room of told) await renameInRoom(store, room, { id: user.id, name });
  return { user: { id: user.id, name }, rooms: told };
}

/** Removes the keys of an ended user. */
export async function eraseUser(store: Store, id: number): Promise<void> {
  const { keys } = store;
  const shard = keys.userShard(id);
  await run(store.redis, 'erase', {
    user: keys.user(id),
    inbox: keys.inbox(id),
    rooms: keys.userRooms(id),
    seen: keys.seen(shard),
    attached: keys.attached(shard),
    id,
  });
}
