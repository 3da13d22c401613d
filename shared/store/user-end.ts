/** The end of a user, by `leave` or because it is stale. Each step may be repeated after a crash. */
import { privateRoomUsers } from '../protocol/events.js';
import { ForgetBudget, type ForgetScope, forgetRoom } from './forget.js';
import { exitEnded } from './memberships.js';
import { run, type ScriptReply } from './scripts.js';
import type { Credentials, Store } from './store.js';
import { unauthorized } from './tokens.js';
import { eraseUser } from './users.js';

/** Rooms of an ended user that one command reads. */
const ROOMS_PAGE_COUNT = 100;

type EndReply = ScriptReply<'end'>;

/**
 * Ends a user that leaves. With `forget`, what it has said in its rooms goes, too: its events in public rooms, the
 * whole log of private ones. A worker does what is more than the budget allows. Resolves with the public rooms it was
 * in; in private rooms nobody is told. Throws `unauthorized`.
 */
export async function leave(store: Store, user: Credentials, forget?: ForgetBudget): Promise<string[]> {
  const reply = await markEnded(store, user.id, { tokenHash: user.tokenHash, before: '', forget: forget ? '1' : '' });
  if (reply[0] !== 'ended') throw unauthorized();
  return removeEnded(store, user.id, reply, { budget: forget, keepsName: false });
}

/**
 * Lets expiry end a user in `after` s, unless it is seen again: its page may only be reloading. Throws `unauthorized`.
 */
export async function leaveSoon({ keys, redis, config }: Store, user: Credentials, after: number): Promise<void> {
  const shard = keys.userShard(user.id);
  const known = await run(redis, 'farewell', {
    user: keys.user(user.id),
    seen: keys.seen(shard),
    attached: keys.attached(shard),
    id: user.id,
    tokenHash: user.tokenHash,
    after: Math.min(after, config.userTtl) * 1_000,
    userTtl: config.userTtl * 1_000,
  });
  if (!known) throw unauthorized();
}

/**
 * Ends a user that was not seen since `before` (ms). Resolves with its public rooms; with none if it was seen
 * meanwhile.
 */
export async function expireUser(store: Store, id: number, before: number): Promise<string[]> {
  const reply = await markEnded(store, id, { tokenHash: '', before, forget: '' });
  return reply[0] === 'ended' ? removeEnded(store, id, reply) : [];
}

/**
 * Ends a user whose page is dead, because somebody with the secret of its name has come back. Resolves with the public
 * rooms it was in.
 */
export async function endFormer(store: Store, id: number): Promise<string[]> {
  const reply = await markEnded(store, id, { tokenHash: '', before: '', forget: '' });
  return reply[0] === 'ended' ? removeEnded(store, id, reply) : [];
}

interface Ending {
  tokenHash: string;
  before: number | '';
  forget: '1' | '';
}

function markEnded({ keys, redis }: Store, id: number, { tokenHash, before, forget }: Ending): Promise<EndReply> {
  const shard = keys.userShard(id);
  return run(redis, 'end', {
    user: keys.user(id),
    seen: keys.seen(shard),
    attached: keys.attached(shard),
    id,
    tokenHash,
    staleBefore: before,
    forget,
  });
}

type Ended = Extract<EndReply, ['ended', ...unknown[]]>;

async function removeEnded(
  store: Store,
  id: number,
  [, name]: Ended,
  { budget = new ForgetBudget(), keepsName = true }: { budget?: ForgetBudget | undefined; keepsName?: boolean } = {},
): Promise<string[]> {
  const { keys, redis } = store;
  const told = new Set<string>();
  const someRooms = (): Promise<string[]> => redis.srandmember(keys.userRooms(id), ROOMS_PAGE_COUNT);
  for (let rooms = await someRooms(); rooms.length > 0; rooms = await someRooms()) {
    const forgets = (await redis.hexists(keys.user(id), 'forget')) === 1; // `leave` may have said so beside expiry
    for (const room of rooms) {
      const forget = (scope: ForgetScope) => forgetRoom(store, room, { user: id, scope }, budget);
      await exitEnded(store, room, { id, name }, { keepsName, forget: forgets ? forget : undefined });
      if (!privateRoomUsers(room)) told.add(room);
    }
  }
  await eraseUser(store, id);
  return [...told];
}

/** Reads ids of users of one shard that were not seen since `before` (ms), the longest unseen first. */
export async function staleUsers(
  { keys, redis }: Store,
  shard: number,
  before: number,
  limit: number,
): Promise<number[]> {
  const ids = await redis.zrangebyscore(keys.seen(shard), '-inf', before, 'LIMIT', 0, limit);
  return ids.map(Number);
}
