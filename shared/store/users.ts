/** Users. `join` makes them; `leave` or expiry ends them. */
import { crc32 } from 'node:zlib';
import type { Config } from '../config/config.js';
import { ChatError } from '../protocol/errors.js';
import { privateRoomUsers, type UserRef } from '../protocol/events.js';
import { rateLimited } from './denials.js';
import { claimName, foldName, guestName, holdsName, nameOfRole, nameTaken, releaseName } from './nicknames.js';
import { runDurably } from './replication.js';
import { saysRole } from './role-names.js';
import { renameInRoom } from './rooms.js';
import { run, type ScriptReply } from './scripts.js';
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
/** The messages or signals of so many seconds may come at once. */
const BURST_S = 4;
/** The cost of a call. A call that adds a presence event to a room costs as much as four messages. */
type Cost = 'nothing' | 'message' | 'presence' | 'signal';
const PRESENCE_COST_COUNT = 4;
/** A rename is an event in each of the user's public rooms. It costs once for each started so many rooms. */
const RENAME_ROOMS_COUNT = 10;
/** Rooms of a user that one command reads. */
const ROOMS_SCAN_COUNT = 500;
/** The same text again costs as much as so many messages, if it comes within so long. */
const REPEATED_COST_COUNT = 4;
const REPEATED_WITHIN_MS = 30_000;

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

/** The cost of a call, and the text that the user wants to say by it. */
export interface Charge {
  /** Without it, the call costs nothing. */
  cost?: Cost;
  /** How many times that. */
  times?: number;
  /**
   * The text that the user wants to say. Saying the same text again soon costs at least REPEATED_COST_COUNT messages.
   */
  text?: string | undefined;
  /** The nonce of that text: a retry has the same one, and is not charged as a repetition. */
  nonce?: string | undefined;
}

/**
 * Checks a token, charges its user, and notes that the user was seen. A call that costs more than the burst needs all
 * of it, and the user waits for the rest afterwards. Resolves with the user's name. Throws `unauthorized`,
 * `rate_limited`.
 */
export async function authorize(store: Store, user: Credentials, charge: Charge = {}): Promise<{ name: string }> {
  const reply = await charged(store, user, ANY_ROOM, charge);
  if (reply[0] === 'ok') return { name: reply[1] };
  throw denialOf(reply, '');
}

/**
 * As `authorize`, for a call in a room of the user's; without a room, in its only public one. Resolves with the user's
 * name and the room. Throws also `not_in_room`, and `bad_request` when the user must name the room.
 */
export async function authorizeIn(
  store: Store,
  user: Credentials,
  room: string | undefined,
  charge: Charge = {},
): Promise<{ name: string; room: string }> {
  const reply = await charged(store, user, room ?? ONLY_ROOM, charge);
  if (reply[0] === 'ok') return { name: reply[1], room: reply[2] };
  if (reply[0] !== 'which_room') throw denialOf(reply, room ?? '');
  const [only] = reply[1] === 1 ? await publicRooms(store, user.id) : [];
  if (only === undefined) throw whichRoom(reply[1] === 1 ? 0 : reply[1]);
  return authorizeIn(store, user, only, charge);
}

/** The words that the script takes instead of a room's name. */
const ANY_ROOM = '*';
const ONLY_ROOM = '';

function charged(
  { keys, redis, config }: Store,
  user: Credentials,
  room: string,
  charge: Charge,
): Promise<ScriptReply<'authorize'>> {
  return run(redis, 'authorize', {
    user: keys.user(user.id),
    rooms: keys.userRooms(user.id),
    seen: keys.seen(keys.userShard(user.id)),
    id: user.id,
    tokenHash: user.tokenHash,
    room,
    rateField: charge.cost === 'signal' ? 'signals' : 'rate',
    ...chargeInput(config, charge),
  });
}

/** Returns what scripts that charge a user are given for it. */
export function chargeInput(config: Config, { cost = 'nothing', times = 1, text, nonce = '' }: Charge) {
  const ms = costInMs(config, cost);
  return {
    cost: times * ms,
    burst: BURST_S * 1_000,
    textHash: text === undefined ? '' : crc32(text),
    nonce,
    repeatedCost: Math.max(times, REPEATED_COST_COUNT) * ms,
    repeatedWithin: REPEATED_WITHIN_MS,
  };
}

/** Returns the error of a call that the script refused. `room`: the one that was asked for. */
export function denialOf(reply: Exclude<ScriptReply<'authorize'>, ['ok', ...unknown[]]>, room: string): ChatError {
  switch (reply[0]) {
    case 'unauthorized':
      return unauthorized();
    case 'not_in_room':
      return notInRoom(room);
    case 'which_room':
      return whichRoom(reply[1]);
    case 'rate_limited':
      return rateLimited(reply[1]);
  }
}

/** The public rooms of a user, read in steps: it may be in thousands of private ones. */
async function publicRooms({ keys, redis }: Store, id: number): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, rooms] = await redis.sscan(keys.userRooms(id), cursor, 'COUNT', ROOMS_SCAN_COUNT);
    for (const room of rooms) if (!privateRoomUsers(room)) found.add(room);
    cursor = next;
  } while (cursor !== '0');
  return [...found];
}

function costInMs({ rateLimits, sendRate, signalRate }: Config, cost: Cost): number {
  if (!rateLimits || cost === 'nothing') return 0;
  if (cost === 'signal') return 1_000 / signalRate;
  return ((cost === 'presence' ? PRESENCE_COST_COUNT : 1) * 1_000) / sendRate;
}

export function notInRoom(room: string): ChatError {
  return new ChatError('not_in_room', `You are not in the room ${room}. Enter it first.`, { field: 'room' });
}

function whichRoom(count: number): ChatError {
  if (count === 0) return new ChatError('not_in_room', 'You are not in any room. Enter one first.', { field: 'room' });
  return new ChatError('bad_request', `You are in ${count} rooms. Give room.`, { field: 'room' });
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
  const told = await publicRooms(store, user.id);
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
