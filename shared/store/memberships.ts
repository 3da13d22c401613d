/**
 * Memberships. Two accounts say that a user is in a room: the room's (its roster) and the user's (its rooms, and the
 * members of its shard). They are on different shards. Each entry and each exit is a move with a number from the user's
 * shard, and takes three steps: the user's shard, the room's shard, the user's shard again. A step of an older move
 * does not undo a newer one, so both accounts agree in the end, whatever the order of the steps. If the process of a
 * move dies, the worker settles the move.
 */
import { ChatError } from '../protocol/errors.js';
import { privateRoomUsers, type UserRef } from '../protocol/events.js';
import {
  ADDRESS_KEPT_NAMES_MAX,
  KEPT_NAME_TTL_MS,
  KEPT_NAMES_MAX,
  PRIVATE_ROOMS_MAX,
  ROOMS_PER_USER_MAX,
} from '../protocol/limits.js';
import { notAllowed, notInRoom } from './denials.js';
import { eventText } from './event-text.js';
import type { ForgetScope } from './forget.js';
import { foldName } from './nicknames.js';
import { runDurably } from './replication.js';
import { askForName, indexNames, type NameRequest, showName } from './room-names.js';
import { type EntryRequest, entryArguments, entryRefused } from './rooms.js';
import type { Begun, Confirmed, Entered } from './script-replies.js';
import { run, type ScriptInput } from './scripts.js';
import type { Store } from './store.js';
import { hashOrNone, unauthorized } from './tokens.js';

/** How long a room remembers that a user has exited. No step of an older entry can be on its way for so long. */
const EXITED_TTL_MS = 60_000;
/**
 * The events that a user still gets of a room that it has exited, when that is no log id: all that were accepted
 * before, or none.
 */
const ALL = '+';
const NOTHING = '';

/** An entry or an exit. */
export interface Move {
  id: number;
  number: number;
  room: string;
}

/**
 * Brings a user into a room. Repeating it does no harm. `tokenHash` null: another user's private message brings it in.
 * Throws `unauthorized` when the user does not exist or has ended, `not_allowed` when it may not enter, `name_taken`
 * when a member has its name, `not_in_room` when it has exited meanwhile, or moved since `since`. `owns`: it has made
 * the room. `stay`: for an owner that has come back what the room says about its stay, else null.
 */
export async function enterRoom(
  store: Store,
  room: string,
  id: number,
  tokenHash: string | null,
  entry: EntryRequest = {},
): Promise<UserRef & { owns: boolean; stay: string | null }> {
  const isKnown = store.colocated && entry.name !== undefined;
  const atOnce = isKnown ? await enterAtOnce(store, room, id, tokenHash, entry) : null;
  const begun = atOnce?.[0] ?? (await enterByUser(store, room, id, tokenHash, entry));
  const { name, number, owed } = beginningOf(begun, room);
  const user = { id, name };
  const step = enterByRoom(store, room, user, number, entry);
  const entered = await askForName(store, room, name, step, atOnce?.[1]);
  if (!hasEntered(entered)) {
    if (entered[0] !== 'late') await exitRoom(store, room, user, { owed });
    // after a late entry, the user's shard knows that it has exited
    await finishExit(store, { id, number, room }, NOTHING);
    throw entered[0] === 'late' ? notInRoom(room) : await entryRefused(store, room, user, entered);
  }
  const move = { id, number, room };
  const confirmed = atOnce?.[2];
  // A rename in between did not find the user in the room. The move is still under way: should this process die, the
  // worker does the same.
  if (!confirmed && (await showName(store, room, id)) === 'taken') {
    await exitRoom(store, room, user, { owed });
    const now = await store.redis.hget(store.keys.user(id), 'name');
    throw await entryRefused(store, room, { id, name: now ?? name }, ['taken', '']);
  }
  const current = await confirm(store, move, user, confirmed ?? (await finishEntry(store, move)));
  const [outcome, stay = null] = entered;
  return { id, name: current, owns: outcome === 'made', stay };
}

const hasEntered = (entered: Entered): entered is Extract<Entered, ['made'] | ['new' | 'in', unknown]> =>
  /^(made|new|in)$/.test(entered[0]);

/**
 * All steps of an entry in one call, for keys on one Redis. Resolves with null if the user has another name than the
 * entry says.
 */
async function enterAtOnce(
  store: Store,
  room: string,
  id: number,
  tokenHash: string | null,
  entry: EntryRequest,
): Promise<[Begun, Entered?, Confirmed?] | null> {
  const byRoom = byRoomInput(store, room, { id, name: entry.name ?? '' }, 0, entry); // the script numbers the move
  const input = Object.assign(byRoom, byUserInput(store, room, id, tokenHash, entry));
  let reply = await run(store.redis, 'enter', input);
  if (reply[0] === 'unindexed') {
    await indexNames(store, room);
    reply = await run(store.redis, 'enter', Object.assign(input, { indexed: '1' }));
  }
  return reply[0] === 'outdated' ? null : (reply as [Begun, Entered?, Confirmed?]);
}

/** The first step of an entry, on the user's shard. */
function enterByUser(
  store: Store,
  room: string,
  id: number,
  tokenHash: string | null,
  entry: EntryRequest,
): Promise<Begun> {
  return runDurably(store, 'enter-user', byUserInput(store, room, id, tokenHash, entry));
}

function byUserInput(
  { keys }: Store,
  room: string,
  id: number,
  tokenHash: string | null,
  entry: EntryRequest,
): ScriptInput<'enter-user'> {
  const shard = keys.userShard(id);
  return {
    user: keys.user(id),
    rooms: keys.userRooms(id),
    members: keys.members(shard, room),
    attached: keys.attached(shard),
    position: keys.position(shard, room),
    moves: keys.moves(shard),
    leaving: keys.leaving(shard),
    id,
    room,
    tokenHash: tokenHash ?? '',
    roomsMax: roomsMaxOf(room),
    address: entry.addresses?.[0] ?? '',
    since: entry.since ?? '',
  };
}

function roomsMaxOf(room: string): number {
  return privateRoomUsers(room) ? PRIVATE_ROOMS_MAX : ROOMS_PER_USER_MAX;
}

/**
 * Returns the user's name, the number of the move, and what the user is owed from an earlier exit. Throws if the user
 * may not enter.
 */
function beginningOf(
  [outcome, name = '', number = 0, owed = NOTHING]: Begun,
  room: string,
): { name: string; number: number; owed: string } {
  if (outcome === 'unauthorized') throw unauthorized();
  if (outcome === 'moved') throw notInRoom(room);
  if (outcome === 'blocked') throw notAllowed('blocked');
  if (outcome === 'too_many') {
    throw new ChatError(
      'bad_request',
      `A user can be in at most ${roomsMaxOf(room)} ${privateRoomUsers(room) ? 'private ' : ''}rooms. Exit one first.`,
      { field: 'room' },
    );
  }
  return { name, number, owed };
}

/** The second step of an entry, on the room's shard. */
function enterByRoom(store: Store, room: string, user: UserRef, number: number, entry: EntryRequest) {
  return (request: NameRequest): Promise<Entered> =>
    runDurably(store, 'enter-room', { ...byRoomInput(store, room, user, number, entry), ...request });
}

function byRoomInput(
  store: Store,
  room: string,
  user: UserRef,
  number: number,
  entry: EntryRequest,
): ScriptInput<'enter-room'> {
  const { keys, config } = store;
  return {
    ...roomKeys(store, room, user.id),
    id: user.id,
    name: user.name,
    nick: foldName(user.name),
    shard: keys.userShard(user.id),
    room,
    event: privateRoomUsers(room) ? '' : eventText({ type: 'joined', room, from: user }),
    freshHash: entry.claims === false ? '-' : hashOrNone(entry.fresh),
    ...entryArguments(config, room, user.name, entry),
    origin: entry.origin ?? '',
    number,
    from: '',
    indexed: '',
  };
}

/**
 * Ends an entry by the reply of its last step. Resolves with the user's name now. Throws when the user has ended or
 * exited meanwhile.
 */
async function confirm(store: Store, move: Move, user: UserRef, [outcome, name = '']: Confirmed): Promise<string> {
  const { room, number } = move;
  if (outcome === 'in') return name;
  if (outcome === 'ended') {
    await exitEnded(store, room, user, { number });
    throw unauthorized();
  }
  if (outcome === 'late') await settleMove(store, move);
  throw notInRoom(room);
}

/** The last step of an entry, on the user's shard: whether the user is in, and under which name. */
function finishEntry({ keys, redis }: Store, { id, number, room }: Move): Promise<Confirmed> {
  const shard = keys.userShard(id);
  return run(redis, 'entered', {
    user: keys.user(id),
    rooms: keys.userRooms(id),
    moves: keys.moves(shard),
    leaving: keys.leaving(shard),
    id,
    room,
    number,
  });
}

/** The user who sent a member out, and for how many seconds that member cannot come back. */
interface Kick {
  by: UserRef;
  banned?: number;
}

interface Exit {
  /** The member is sent out, and told so. */
  kick?: Kick;
  /** The events that the user still gets: `ALL`, `NOTHING`, or the events up to this log id. */
  owed?: string;
  /** The number of the user's last move. With it, the exit is only done when the user has not moved since. */
  since?: string;
}

/**
 * Takes a user out of a room. Repeating it does no harm. The user still gets what was accepted before its `left` event,
 * and that event, too, when it was sent out. Resolves with false when nothing was done, because the user has moved
 * `since`.
 */
export async function exitRoom(
  store: Store,
  room: string,
  user: UserRef,
  { kick, owed = ALL, since = '' }: Exit = {},
): Promise<boolean> {
  const { keys } = store;
  const { id } = user;
  const shard = keys.userShard(id);
  const number = await runDurably(store, 'exit-user', {
    user: keys.user(id),
    rooms: keys.userRooms(id),
    members: keys.members(shard, room),
    attached: keys.attached(shard),
    moves: keys.moves(shard),
    leaving: keys.leaving(shard),
    id,
    room,
    since,
  });
  if (number < 0) return false;
  if (number === 0) await exitEnded(store, room, user);
  else {
    const { removed, last } = await exitByRoom(store, room, user, number, { kick });
    const bound = removed && !kick && !privateRoomUsers(room) ? idBefore(last) : last;
    await finishExit(store, { id, number, room }, owed === ALL ? bound : owed);
  }
  return true;
}

/** Takes a user out of a room when only the room's account has it. Does nothing when the user has moved meanwhile. */
export async function exitOneSided(store: Store, room: string, user: UserRef): Promise<void> {
  const { keys, redis } = store;
  const since = (await redis.hget(keys.user(user.id), 'move')) ?? '';
  if ((await redis.sismember(keys.userRooms(user.id), room)) === 0) await exitRoom(store, room, user, { since });
}

/**
 * Makes a membership whole that only the user's account has: the user enters. If it may not, or has ended, it exits.
 * Does nothing when the user has moved meanwhile.
 */
export async function enterOneSided(store: Store, room: string, user: UserRef): Promise<void> {
  const { keys, redis } = store;
  const since = (await redis.hget(keys.user(user.id), 'move')) ?? '';
  const isIn = (await redis.sismember(keys.userRooms(user.id), room)) === 1; // else only fan-out counts it as a member
  const refusal = isIn ? await enterRoom(store, room, user.id, null, { since }).then(noError, chatError) : null;
  if (!isIn || refusal) await exitRoom(store, room, user, { since });
}

const noError = (): null => null;

/** Returns the error of a call that was refused. Throws any other. */
function chatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  throw error;
}

interface EndedExit {
  number?: number | '';
  /** For a while, the user may have its name back by its secret. */
  keepsName?: boolean;
  /** Removes from the room what the user has left there. */
  forget?: ((scope: ForgetScope) => Promise<void>) | undefined;
}

/**
 * Takes an ended user out of a room. The room's shard comes first: if the process dies, the user's own account still
 * says what is left to do. It also does so while the user wants to be forgotten there, and `forget` is not given.
 */
export async function exitEnded(
  store: Store,
  room: string,
  user: UserRef,
  { number = '', keepsName = true, forget }: EndedExit = {},
): Promise<void> {
  await forget?.('all'); // first, because the event that it left must stay
  await exitByRoom(store, room, user, '', { keepsName });
  await forget?.('message'); // it may have said more until now, or been out already
  await finishExit(store, { id: user.id, number, room }, NOTHING, forget !== undefined);
}

/**
 * The second step of an exit, on the room's shard; number '' for an ended user. Resolves with whether the user was in
 * the roster, and the log id of its `left` event, or else of the last event.
 */
async function exitByRoom(
  store: Store,
  room: string,
  user: UserRef,
  number: number | '',
  { kick, keepsName = false }: { kick?: Kick | undefined; keepsName?: boolean } = {},
): Promise<{ removed: boolean; last: string }> {
  const { keys, config } = store;
  const isPrivate = privateRoomUsers(room) !== null;
  // An ended user enters nothing any more. But in a private room a late entry would let messages be accepted for it.
  const isRemembered = number !== '' || isPrivate;
  const [removed, last] = await runDurably(store, 'exit-room', {
    ...roomKeys(store, room, user.id),
    weights: keys.valueWeights(keys.roomShard(room)),
    id: user.id,
    shard: keys.userShard(user.id),
    room,
    event: isPrivate ? '' : eventText({ type: 'left', room, from: user, ...kick }),
    roomTtl: config.roomTtl * 1_000,
    number,
    exitedTtl: isRemembered ? EXITED_TTL_MS : 0,
    nickTtl: keepsName ? KEPT_NAME_TTL_MS : 0,
    nicksMax: KEPT_NAMES_MAX,
    addressNicksMax: ADDRESS_KEPT_NAMES_MAX,
  });
  return { removed: removed === 1, last };
}

/** The last step of an exit. Resolves with true when the user still gets some events, up to `bound`. */
async function finishExit(
  store: Store,
  { id, number, room }: Omit<Move, 'number'> & { number: number | '' },
  bound: string,
  forgotten = false,
): Promise<boolean> {
  const { keys } = store;
  const shard = keys.userShard(id);
  const owes = await runDurably(store, 'exited', {
    user: keys.user(id),
    rooms: keys.userRooms(id),
    members: keys.members(shard, room),
    position: keys.position(shard, room),
    moves: keys.moves(shard),
    leaving: keys.leaving(shard),
    id,
    room,
    number,
    bound,
    forgotten: forgotten ? '1' : '',
  });
  return owes === 1;
}

/** Returns the log id just below another. */
function idBefore(id: string): string {
  const [ms = 0, sequence = 0] = id.split('-').map(Number);
  return sequence > 0 ? `${ms}-${sequence - 1}` : `${ms - 1}-${Number.MAX_SAFE_INTEGER}`;
}

function roomKeys({ keys }: Store, room: string, id: number) {
  const shard = keys.roomShard(room);
  return {
    roster: keys.roster(room),
    shards: keys.roomShards(room),
    log: keys.log(room),
    delivered: keys.delivered(room),
    dirty: keys.dirty(shard),
    publicRooms: keys.publicRooms(shard),
    rules: keys.rules(room),
    pending: keys.pending(room),
    entries: keys.entries(room),
    exited: keys.exited(room, id),
    values: keys.values(room),
    ownValues: keys.ownValues(room),
    presence: keys.presence(room),
    holders: keys.holders(room),
    nicks: keys.nicks(room),
  };
}

/** Reads moves of one user shard that have been under way since before `before` (ms, Redis's time), oldest first. */
export async function movesUnderWay(
  { keys, redis }: Store,
  shard: number,
  before: number,
  limit: number,
): Promise<Move[]> {
  const found = await redis.zrangebyscore(keys.moves(shard), '-inf', before, 'LIMIT', 0, limit);
  return found.map((text) => {
    const [id, number, room = ''] = text.split(' ');
    return { id: Number(id), number: Number(number), room };
  });
}

/**
 * Settles a move whose process has died. A user that is in by both accounts stays in. Otherwise it goes out by both:
 * its process told nobody that it was in. Resolves with whether the user has exited and still gets some events.
 */
export async function settleMove(store: Store, move: Move): Promise<boolean> {
  const { keys, redis } = store;
  const { id, room, number } = move;
  // read first: `last` tells whether the user has moved since
  const [token, ended, last] = await redis.hmget(keys.user(id), 'token', 'ended', 'move');
  const isIn = (await redis.sismember(keys.userRooms(id), room)) === 1;
  const name = await redis.hget(keys.roster(room), String(id));
  const user = { id, name: name ?? '' };
  if (!token || ended) {
    await exitEnded(store, room, user, { number });
    return false;
  }
  if (!isIn) return finishExit(store, move, (await exitByRoom(store, room, user, number)).last);
  // the next run looks again
  if (name === null && !(await exitRoom(store, room, user, { since: last ?? '' }))) return false;
  if (name !== null && (await showName(store, room, id)) === 'taken') await exitRoom(store, room, user);
  else await finishEntry(store, move); // it may also be an exit that a later entry made void
  return false;
}
