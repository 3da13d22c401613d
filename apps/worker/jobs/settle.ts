/**
 * Settles entries and exits whose process has died. Afterwards the user's shard and the room's shard agree on whether
 * the user is in the room.
 */
import { redisTime } from '../../../shared/redis/time.js';
import { type Move, movesUnderWay, settleMove } from '../../../shared/store/memberships.js';
import type { Store } from '../../../shared/store/store.js';
import type { FanOut } from './fan-out.js';

/**
 * A move that takes longer has died. Its steps take some ms, and each one waits for replicas for a few seconds at most.
 */
const ABANDONED_MS = 10_000;
/** Moves of one shard settled in one run. */
const MOVES_MAX = 200;

/**
 * Settles moves that have been under way for longer than `abandonedMs`. Moves fail separately. Rejects with the first
 * error when all others are done.
 */
export async function settle(store: Store, fanOut: FanOut, abandonedMs = ABANDONED_MS): Promise<void> {
  const before = (await redisTime(store)) - abandonedMs;
  const failures: unknown[] = [];
  await Promise.all(
    store.keys.allShards.map(async (shard) => {
      const moves = await movesUnderWay(store, shard, before, MOVES_MAX).catch((error: unknown) => {
        failures.push(error);
      });
      for (const move of moves ?? [])
        await settleOne(store, fanOut, shard, move).catch((error: unknown) => failures.push(error));
    }),
  );
  if (failures.length > 0) throw failures[0];
}

/** Whether a move of a process that has died waits to be settled. `now`: Redis's time. */
export async function isAnyMoveAbandoned(store: Store, now: number): Promise<boolean> {
  const moves = await Promise.all(
    store.keys.allShards.map((shard) => movesUnderWay(store, shard, now - ABANDONED_MS, 1)),
  );
  return moves.some((some) => some.length > 0);
}

/**
 * Settles one move. If the user still lacks events after this long, they are delivered now: the room may count them as
 * delivered.
 */
async function settleOne(store: Store, fanOut: FanOut, shard: number, move: Move): Promise<void> {
  if (!(await settleMove(store, move))) return;
  await fanOut.repairRoom(move.room, shard, `${move.number}-0`);
  await settleMove(store, move);
}
