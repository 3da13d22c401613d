/** The users that a user has blocked. The list is in the user's own hash, so it ends with the user. */
import { ChatError } from '../protocol/errors.js';
import { BLOCKS_MAX } from '../protocol/limits.js';
import { runDurably } from './replication.js';
import type { Store } from './store.js';
import { unauthorized } from './tokens.js';

/**
 * Blocks a user for another one, or unblocks it. Resolves with the ids on the list, oldest first.
 * Throws `unauthorized` for an ended user, `bad_request` when the list is full.
 */
export async function setBlocked(store: Store, id: number, other: number, on: boolean): Promise<number[]> {
  const [outcome, blocks] = await runDurably(store, 'block', {
    user: store.keys.user(id),
    other,
    on: on ? '1' : '',
    blocksMax: BLOCKS_MAX,
  });
  if (outcome === 'gone') throw unauthorized();
  if (outcome === 'too_many') {
    throw new ChatError('bad_request', `A user can block at most ${BLOCKS_MAX} others. Unblock one first.`, {
      field: 'user',
    });
  }
  return idsOf(blocks);
}

/** Reads the ids of the users that a user has blocked, oldest first. */
export async function readBlocked({ keys, redis }: Store, id: number): Promise<number[]> {
  return idsOf(await redis.hget(keys.user(id), 'blocks'));
}

/** Resolves with the one of two users that has blocked the other, or null. */
export async function blocker(store: Store, one: number, other: number): Promise<number | null> {
  const [mine, theirs] = await Promise.all([readBlocked(store, one), readBlocked(store, other)]);
  if (mine.includes(other)) return one;
  return theirs.includes(one) ? other : null;
}

function idsOf(blocks: string | null = null): number[] {
  return (blocks ?? '')
    .split(' ')
    .filter((id) => id !== '')
    .map(Number);
}
