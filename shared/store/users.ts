/** Users. `join` makes them; `leave` or expiry ends them. */
import type { Config } from '../config/config.js';
import { ChatError } from '../protocol/errors.js';
import type { UserRef } from '../protocol/events.js';
import { authorize } from './authorize.js';
import { notAllowed } from './denials.js';
import { foldName, isGuestName } from './nicknames.js';
import { runDurably } from './replication.js';
import { saysRole } from './role-names.js';
import { type NameClaim, nameOfRole, nameTaken, releaseName, reserveName, showName } from './room-names.js';
import { publicRoomsOf } from './rooms.js';
import { run } from './scripts.js';
import type { Credentials, Store } from './store.js';
import { hashToken, randomSecret, unauthorized } from './tokens.js';

/** A rename that takes longer has died: all its commands together cannot take so long. */
const RENAME_TIMEOUT_MS = 30_000;
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

/** Makes a user. `secret`: for its token. */
export async function createUser(store: Store, name: string, secret = randomSecret()): Promise<NewUser> {
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

/** A step of a rename in the user's hash. */
interface RenameStep {
  step: 'begin' | 'take' | 'done';
  name: string;
  /** As the script has returned them. */
  ends: string;
  move: string;
}

/** Does one step of a rename. Throws `unauthorized`, `rate_limited`, `unavailable`. */
async function renameStep(
  { redis, keys }: Store,
  id: number,
  { step, name, ends, move }: RenameStep,
): Promise<{ isDone: boolean; ends: string; move: string }> {
  const [outcome, newEnds = '', newMove = ''] = await run(redis, 'rename-user', {
    user: keys.user(id),
    step,
    nick: foldName(name),
    name,
    move,
    ends,
    timeout: RENAME_TIMEOUT_MS,
  });
  if (outcome === 'gone') throw unauthorized();
  if (outcome === 'busy')
    throw new ChatError('rate_limited', 'Another rename of this user is in progress.', { retryAfter: 1 });
  if (outcome === 'late') throw new ChatError('unavailable', 'The rename took too long. Try again.', { retryAfter: 1 });
  return { isDone: outcome === 'ok', ends: newEnds, move: newMove };
}

/**
 * Gives a user another name. Holds the name in each public room of the user, then takes it, then shows it in the rooms.
 * A process that dies in between leaves held names, which are free when their time is up. Once the name is taken, the
 * user's hash tells that it is the user's. Resolves with the rooms. Throws `name_taken` if one of them refuses.
 */
async function takeName(store: Store, id: number, name: string): Promise<string[]> {
  const { ends, move } = await renameStep(store, id, { step: 'begin', name, ends: '', move: '' });
  const held = new Set<string>();
  const claim: NameClaim = { id, name, ends };
  try {
    let step = { isDone: false, move };
    while (!step.isDone) {
      for (const room of await publicRoomsOf(store, id)) await holdName(store, room, claim, held);
      // refused when the user has entered another room since
      step = await renameStep(store, id, { step: 'take', name, ends, move: step.move });
    }
  } catch (error) {
    for (const room of held) await releaseName(store, room, claim);
    await renameStep(store, id, { step: 'done', name, ends, move });
    throw error;
  }
  for (const room of held) if ((await showName(store, room, id)) === 'absent') await releaseName(store, room, claim);
  await renameStep(store, id, { step: 'done', name, ends, move });
  return [...held];
}

/**
 * Holds a name in one more room. Throws `name_taken`, and `not_allowed` for a guest's name in a room without guests.
 */
async function holdName(store: Store, room: string, claim: NameClaim, held: Set<string>): Promise<void> {
  if (held.has(room)) return;
  if (isGuestName(claim.name) && (await refusesGuest(store, room, claim))) throw notAllowed('name');
  if (!(await reserveName(store, room, claim)))
    throw await nameTaken(store, await publicRoomsOf(store, claim.id), claim.name);
  held.add(room);
}

/** Whether a room asks for names, and the user has neither a role there nor this name already. */
async function refusesGuest({ keys, redis }: Store, room: string, { id, name }: NameClaim): Promise<boolean> {
  const [names, role] = await redis.hmget(keys.rules(room), 'names', `role:${id}`);
  return names !== null && role === null && (await redis.hget(keys.roster(room), String(id))) !== name;
}

/**
 * Gives a user a new name, and tells its public rooms. Private rooms always show a user's name of now. Safe to repeat
 * after a crash. Throws `unauthorized`, `name_taken`, `not_allowed`.
 */
export async function renameUser(
  store: Store,
  user: Credentials,
  name: string,
): Promise<{ user: UserRef; rooms: string[] }> {
  const [publicCount, nick] = await store.redis.hmget(store.keys.user(user.id), 'public', 'nick');
  const rooms = Number(publicCount ?? 0);
  await authorize(store, user, { cost: 'presence', times: Math.max(1, Math.ceil(rooms / RENAME_ROOMS_COUNT)) });
  if (saysRole(name) && nick !== foldName(name))
    throw await nameOfRole(store, await publicRoomsOf(store, user.id), name);
  return { user: { id: user.id, name }, rooms: await takeName(store, user.id, name) };
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
