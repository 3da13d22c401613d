/** Tells whether a poll was wasted, from how soon its answer came and from the position in its cursor. */
import { LRUCache } from 'lru-cache';
import { ownCopy } from '../../../shared/store/tokens.js';
import type { PollResult } from '../reply.js';

/** An empty answer that comes sooner was wasted: a poll that waits is held for longer. */
const AT_ONCE_MS = 1_000;
/** Users whose last position is remembered at a time. */
const USERS_MAX = 20_000;

/** A poll that has been answered. */
export interface AnsweredPoll {
  readonly token: string;
  /** The position in its cursor. Null without a cursor. */
  readonly position: number | null;
  /** The time from its arrival to its answer. */
  readonly ms: number;
  readonly result: PollResult;
}

export class WastedPolls {
  /** The position at which each user was last given events. */
  readonly #positions = new LRUCache<string, number>({ max: USERS_MAX });

  /**
   * Returns true if the answer had nothing new: it was empty and came at once, or it had the same events as the last
   * one, which the client does not acknowledge.
   */
  isWasted({ token, position, ms, result }: AnsweredPoll): boolean {
    if (result === 'nothing') return ms < AT_ONCE_MS;
    if (result === 'signal' || position === null) return false;
    const known = this.#positions.get(token);
    if (known === position) return true;
    this.#positions.set(known === undefined ? ownCopy(token) : token, position);
    return false;
  }
}
