/**
 * Memberships: a user is in a room by the room's account (its roster) and by its own (its rooms, and the members of its shard), which are
 * on different shards. Each entry and each exit is a move with a number from the user's shard, and goes through three steps: the user's
 * shard, the room's shard, the user's shard again. A step of an older move does not undo a newer one, so that both accounts agree whatever
 * the order of the steps. A move whose process died is settled by the worker.
 */
import { ChatError } from '../protocol/errors.js';
import { privateRoomUsers, type UserRef } from '../protocol/events.js';
import { PRIVATE_ROOMS_MAX, ROOMS_PER_USER_MAX } from '../protocol/limits.js';
import { notAllowed } from './denials.js';
import { eventText } from './event-text.js';
import { foldName } from './names.js';
import { runDurably } from './replication.js';
import { type EntryRequest, entryArguments, renameInRoom } from './rooms.js';
import { run, type ScriptReply } from './scripts.js';
import type { Store } from './store.js';
import { hashOrNone, unauthorized } from './tokens.js';
import { notInRoom } from './users.js';

/** A room remembers so long (ms) that a user has exited: longer than a step of an entry that began before can be on its way. */
const EXITED_TTL_MS = 60_000;
/** What a user is given of a room that it has exited, where that is no log id: all that was accepted before, or nothing. */
const ALL = '+';
const NOTHING = '';

/** An entry or an exit. */
export interface Move {
  id: number;
  number: number;
  room: string;
}

/**
 * Brings a user into a room. Repeating it does no harm. `tokenHash` null: brought in by another user's private message.
 * Throws `unauthorized` when the user is not, or no longer, there; `not_allowed` when it may not enter; `not_in_room` when it has exited
 * meanwhile.
 */
export async function enterRoom(
  store: Store,
  room: string,
  id: number,
  tokenHash: string | null,
  entry: EntryRequest = {},
): Promise<UserRef & { owns: boolean }> {
  const { name, number, owed } = await enterByUser(store, room, id, tokenHash, entry);
  const user = { id, name };
  const [outcome, ms] = await enterByRoom(store, room, user, number, entry);
  if (outcome !== 'made' && outcome !== 'new' && outcome !== 'in') {
    if (outcome !== 'late') await exitRoom(store, room, user, { owed });
    await finishExit(store, { id, number, room }, NOTHING); // of a late one the user's shard knows: it has exited
    throw outcome === 'late' ? notInRoom(room) : notAllowed(outcome, ms);
  }
  const current = await confirm(store, { id, number, room }, user);
  if (current !== name) await renameInRoom(store, room, { id, name: current }); // renamed in between: that did not know of this room yet
  return { id, name: current, owns: outcome === 'made' };
}

/** The first step, on the user's shard. Returns the user's name, the number of the move, and what the user is owed of a former exit. */
async function enterByUser(
  store: Store,
  room: string,
  id: number,
  tokenHash: string | null,
  entry: EntryRequest,
): Promise<{ name: string; number: number; owed: string }> {
  const { keys } = store;
  const shard = keys.userShard(id);
  const isPrivate = privateRoomUsers(room) !== null;
  const most = isPrivate ? PRIVATE_ROOMS_MAX : ROOMS_PER_USER_MAX;
  const [outcome, name = '', number = 0, owed = NOTHING] = await runDurably(store, 'enter-user', {
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
    roomsMax: most,
    address: entry.addresses?.[0] ?? '',
  });
  if (outcome === 'unauthorized') throw unauthorized();
  if (outcome === 'too_many') {
    throw new ChatError(
      'bad_request',
      `A user can be in ${most} ${isPrivate ? 'private ' : ''}rooms at most: exit one first.`,
      { field: 'room' },
    );
  }
  return { name, number, owed };
}

/** The second step, on the room's shard. */
function enterByRoom(
  store: Store,
  room: string,
  user: UserRef,
  number: number,
  entry: EntryRequest,
): Promise<ScriptReply<'enter-room'>> {
  const { keys, config } = store;
  return runDurably(store, 'enter-room', {
    ...roomKeys(store, room, user.id),
    id: user.id,
    name: user.name,
    nick: foldName(user.name),
    shard: keys.userShard(user.id),
    room,
    event: privateRoomUsers(room) ? '' : eventText({ type: 'joined', room, from: user }),
    freshHash: hashOrNone(entry.fresh),
    ...entryArguments(config, room, entry),
    number,
  });
}

/** Ends an entry. Returns the user's name now. Throws when the user is not in: it has ended, or exited. */
async function confirm(store: Store, move: Move, user: UserRef): Promise<string> {
  const { room, number } = move;
  const [outcome, name = ''] = await finishEntry(store, move);
  if (outcome === 'in') return name;
  if (outcome === 'ended') {
    await exitEnded(store, room, user, number);
    throw unauthorized();
  }
  if (outcome === 'late') await settleMove(store, move);
  throw notInRoom(room);
}

/** The last step of an entry, on the user's shard: whether the user is in, and under which name. */
function finishEntry({ keys, redis }: Store, { id, number, room }: Move): Promise<ScriptReply<'entered'>> {
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

/** Who made a member go, and for how many seconds it may not come back. */
interface Kick {
  by: UserRef;
  banned?: number;
}

interface Exit {
  /** The member was sent out: it is told. */
  kick?: Kick;
  /** What the user still gets: `ALL`, `NOTHING`, or what has a log id up to this. */
  owed?: string;
  /** The user's last move, when the exit is only for who has not moved since. */
  since?: string;
}

/**
 * Takes a user out of a room: the user's shard, the room's shard, the user's shard again. Repeating it does no harm. The user gets what was
 * accepted before its `left`; that itself, too, when it was sent out. Returns false when nothing was done, because the user has moved `since`.
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
    const { removed, last } = await exitByRoom(store, room, user, number, kick);
    const bound = removed && !kick && !privateRoomUsers(room) ? idBefore(last) : last;
    await finishExit(store, { id, number, room }, owed === ALL ? bound : owed);
  }
  return true;
}

/** Takes a user out of a room that it is in by the room's account only; not when it has moved meanwhile. */
export async function exitOneSided(store: Store, room: string, user: UserRef): Promise<void> {
  const { keys, redis } = store;
  const since = (await redis.hget(keys.user(user.id), 'move')) ?? '';
  if ((await redis.sismember(keys.userRooms(user.id), room)) === 0) await exitRoom(store, room, user, { since });
}

/** Takes an ended user out of a room. The room's shard comes first: should the process die, the user's own account says what is left to do. */
export async function exitEnded(store: Store, room: string, user: UserRef, number: number | '' = ''): Promise<void> {
  await exitByRoom(store, room, user, '');
  await finishExit(store, { id: user.id, number, room }, NOTHING);
}

/**
 * The step of an exit on the room's shard; number '' for an ended user. Returns whether the user was in the roster, and the log id of its
 * `left` or else of the last event there is.
 */
async function exitByRoom(
  store: Store,
  room: string,
  user: UserRef,
  number: number | '',
  kick?: Kick,
): Promise<{ removed: boolean; last: string }> {
  const { keys, config } = store;
  const isPrivate = privateRoomUsers(room) !== null;
  // an ended user enters nothing any more; in a private room an entry that comes late would have messages accepted for it all the same
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
  });
  return { removed: removed === 1, last };
}

/** The last step of an exit. Resolves with true when the user is still to be given something, up to `bound`. */
async function finishExit(
  store: Store,
  { id, number, room }: Omit<Move, 'number'> & { number: number | '' },
  bound: string,
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
  });
  return owes === 1;
}

/** A log id below another, and not below any other that is. */
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
  };
}

/** Moves of users of one shard that have been under way since before `before` (ms, Redis's time), the oldest first. */
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
 * Ends a move whose process has died. Who is in by both accounts stays; otherwise the user is out by both: its process told nobody that it
 * was in. Returns whether the user has exited and is still to be given something.
 */
export async function settleMove(store: Store, move: Move): Promise<boolean> {
  const { keys, redis } = store;
  const { id, room, number } = move;
  const [token, ended, last] = await redis.hmget(keys.user(id), 'token', 'ended', 'move'); // first: it tells whether the user has moved since
  const isIn = (await redis.sismember(keys.userRooms(id), room)) === 1;
  const name = await redis.hget(keys.roster(room), String(id));
  const user = { id, name: name ?? '' };
  if (!token || ended) {
    await exitEnded(store, room, user, number);
    return false;
  }
  if (!isIn) return finishExit(store, move, (await exitByRoom(store, room, user, number)).last);
  if (name === null && !(await exitRoom(store, room, user, { since: last ?? '' }))) return false; // the next run looks again
  await finishEntry(store, move); // or an exit that a later entry made void
  return false;
}
