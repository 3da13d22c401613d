/**
 * Removes a user's events from the logs of its rooms, in steps. Work that is not finished is noted in `forgetting`,
 * beside the rooms. A worker goes on with it when the process that began it died, or when it is more than one request
 * should do.
 */
import { privateRoomUsers } from '../protocol/events.js';
import { run } from './scripts.js';
import type { Store } from './store.js';

/** Steps of one request: 16 MB of logs. A full log of usual messages takes 2, a log of the largest messages 50. */
const REQUEST_STEPS_MAX = 64;
/** Entries of `forgetting` that one command reads. */
const SCAN_COUNT = 100;

/** The events to remove: the user's messages, or all its events. */
export type ForgetScope = 'message' | 'all';

/** How much one request may still do, and how much it has done. */
export class ForgetBudget {
  /** Bytes of logs that it has read. */
  bytesRead = 0;

  constructor(public steps = REQUEST_STEPS_MAX) {}
}

/** Unfinished work in a room: removing a user's events (`forget`), or writing the log anew. */
export interface Unfinished {
  room: string;
  /** When its last step was, or since when the log waits to be written anew (ms since 1970, Redis's time). */
  since: number;
  forget: { user: number; scope: ForgetScope } | null;
}

/**
 * Removes a user's events from a public room's log, and its messages that wait for approval. Resolves with true when
 * all is done, else a worker goes on.
 */
export async function forgetIn(
  store: Store,
  room: string,
  { user, scope }: { user: number; scope: ForgetScope },
  budget: ForgetBudget,
): Promise<boolean> {
  for (let step: 'begin' | 'on' = 'begin'; step === 'begin' || budget.steps > 0; step = 'on') {
    if (await forgetStep(store, room, { user, scope, step }, budget)) return true;
  }
  return false;
}

/** Removes a room's log, with the events of all users. */
export async function eraseLog({ keys, redis }: Store, room: string): Promise<void> {
  await run(redis, 'erase-log', { log: keys.log(room), delivered: keys.delivered(room) });
}

/** Removes what an ended user has left in a room: its events, or the whole log of a private room. */
export async function forgetRoom(
  store: Store,
  room: string,
  forgotten: { user: number; scope: ForgetScope },
  budget: ForgetBudget,
): Promise<void> {
  if (privateRoomUsers(room)) await eraseLog(store, room);
  else await forgetIn(store, room, forgotten, budget);
}

/** Whether there is unfinished work of any room. */
export async function isAnythingUnfinished({ keys, redis }: Store): Promise<boolean> {
  const counts = await Promise.all(keys.allShards.map((shard) => redis.hlen(keys.forgetting(shard))));
  return counts.some((count) => count > 0);
}

/** Yields the unfinished work of one room shard, in no order. */
export async function* unfinished({ keys, redis }: Store, roomShard: number): AsyncGenerator<Unfinished> {
  let cursor = '0';
  do {
    const [next, flat] = await redis.hscan(keys.forgetting(roomShard), cursor, 'COUNT', SCAN_COUNT);
    for (let i = 0; i + 1 < flat.length; i += 2) yield parse(flat[i] ?? '', flat[i + 1] ?? '');
    cursor = next;
  } while (cursor !== '0');
}

function parse(field: string, state: string): Unfinished {
  const words = field.split(' ');
  if (words[0] === 'renew') return { room: words[1] ?? '', since: Number(state.split(' ')[1]), forget: null };
  return {
    room: words[2] ?? '',
    since: Number(state.split(' ')[2]),
    forget: { user: Number(words[0]), scope: words[1] === 'all' ? 'all' : 'message' },
  };
}

/** Does one more step. Resolves with true when all is done. */
export async function continueUnfinished(store: Store, { room, forget }: Unfinished): Promise<boolean> {
  if (forget) return forgetStep(store, room, { ...forget, step: 'on' }, new ForgetBudget());
  const { keys, redis } = store;
  const done = await run(redis, 'renew-log', {
    log: keys.log(room),
    copy: keys.logCopy(room),
    forgetting: keys.forgetting(keys.roomShard(room)),
    room,
  });
  return done === 1;
}

async function forgetStep(
  { keys, redis }: Store,
  room: string,
  { user, scope, step }: { user: number; scope: ForgetScope; step: 'begin' | 'on' },
  budget: ForgetBudget,
): Promise<boolean> {
  const shard = keys.roomShard(room);
  const [done, bytes] = await run(redis, 'forget', {
    log: keys.log(room),
    pending: keys.pending(room),
    forgetting: keys.forgetting(shard),
    delivered: keys.delivered(room),
    dirty: keys.dirty(shard),
    roster: keys.roster(room),
    user,
    scope,
    room,
    step,
  });
  budget.steps -= 1;
  budget.bytesRead += bytes;
  return done === 1;
}
