/** Tells how much of a poll's answer was wasted, from how soon it came and from the numbers of its events. */
import { LRUCache } from 'lru-cache';
import { ownCopy } from '../../../shared/store/tokens.js';
import type { GivenEvents, PollResult } from '../reply.js';

/** An empty answer that comes sooner was wasted: a poll that waits is held for longer. */
const AT_ONCE_MS = 1_000;
/** Users of whom it is remembered at a time what they were given. */
const USERS_MAX = 20_000;

/** A poll that has been answered, a stream that is over, or an `ack`. */
export interface AnsweredPoll {
  readonly token: string;
  /** The time from its arrival to its answer. */
  readonly ms: number;
  readonly result: PollResult;
  /** Its events. Null for an `ack`. */
  readonly given: GivenEvents | null;
}

export class WastedPolls {
  /** The highest number of an event that each user was given. */
  readonly #highest = new LRUCache<string, number>({ max: USERS_MAX });

  /**
   * Returns which share of the answer had nothing new, 0 to 1: it was empty and came at once, or it repeated events
   * that the client does not acknowledge, whatever its cursor says.
   */
  wastedShare({ token, ms, result, given }: AnsweredPoll): number {
    if (result === 'nothing') return ms < AT_ONCE_MS ? 1 : 0;
    if (result === 'signal' || !given) return 0;
    const highest = this.#highest.get(token);
    this.#note(token, given, highest);
    if (highest === undefined) return 0;
    const { after, to } = given;
    return to <= highest ? 1 : Math.max(0, (highest - after) / (to - after));
  }

  #note(token: string, { to, reset }: GivenEvents, highest: number | undefined): void {
    if (highest === undefined) this.#highest.set(ownCopy(token), to);
    else if (reset || to > highest) this.#highest.set(token, to);
  }
}
