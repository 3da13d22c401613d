/** Settles entries and exits whose process has died, so that a user is in a room by both accounts or by none. */
import { type Move, movesUnderWay, settleMove } from '../../../shared/store/memberships.js';
import { redisTime } from '../../../shared/store/presence.js';
import type { Store } from '../../../shared/store/store.js';
import type { FanOut } from './fan-out.js';

/** A move that is under way for longer (ms) has died: its steps take some ms, and each waits for replicas for some seconds at most. */
const ABANDONED_MS = 10_000;
/** Moves of one shard that one run settles. */
const MOVES_MAX = 200;

/** Settles what is under way for longer than `settled` ms. Moves fail separately; rejects with the first failure when all others are done. */
export async function settle(store: Store, fanOut: FanOut, settled = ABANDONED_MS): Promise<void> {
  const before = (await redisTime(store)) - settled;
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

/** A user that is still owed something, after so long, gets it now: the room may have it that all is delivered. */
async function settleOne(store: Store, fanOut: FanOut, shard: number, move: Move): Promise<void> {
  if (!(await settleMove(store, move))) return;
  await fanOut.repairRoom(move.room, shard, `${move.number}-0`);
  await settleMove(store, move);
}
