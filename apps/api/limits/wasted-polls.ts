/** Whether a poll's answer gave its user anything: told from how soon it came, and from where the user said it was. */
import { ownCopy } from '../../../shared/store/tokens.js';
import type { PollResult } from '../reply.js';
import { keepNewest } from './bounded.js';

/** An empty answer that comes sooner (ms) was not worth a poll: one that waits is held for longer. */
const AT_ONCE_MS = 1_000;
/** Users whose last place is known at a time. */
const USERS_MAX = 20_000;

/** A poll that has been answered. */
export interface AnsweredPoll {
  readonly token: string;
  /** Where its cursor said the user was; null without one. */
  readonly position: number | null;
  /** ms from its arrival to its answer. */
  readonly took: number;
  readonly result: PollResult;
}

export class WastedPolls {
  /** Where each user was when it was last given events. */
  readonly #positions = new Map<string, number>();

  /** False when it had nothing new: at once, or the same events as the last one, which the client does not acknowledge. */
  gaveSomething({ token, position, took, result: gave }: AnsweredPoll): boolean {
    if (gave === 'nothing') return took >= AT_ONCE_MS;
    if (gave === 'signal' || position === null) return true;
    const known = this.#positions.get(token);
    if (known === position) return false;
    this.#positions.set(known === undefined ? ownCopy(token) : token, position);
    keepNewest(this.#positions, USERS_MAX);
    return true;
  }
}
