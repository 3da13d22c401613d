/**
 * Tokens that are worth nothing. One that was refused is refused again from memory, so that a page that goes on with an old
 * token costs nothing and counts once; an address that tries many different ones has to wait, but for its tokens that have
 * been good here: who guesses keeps nobody out who is in.
 */
import { ChatError } from '../../../shared/protocol/errors.js';
import { isToken, ownCopy, unauthorized } from '../../../shared/store/tokens.js';
import { keepNewest } from './bounded.js';
import { Until, Waits } from './cooldowns.js';

/** A refused token is remembered so long (ms): none ever becomes valid again, but a Redis may come back with what it had lost. */
const REMEMBERED = 60_000;
/** Good tokens remembered at a time: the connections of a process. */
const GOOD_MOST = 20_000;

export class Failures {
  readonly #count: (address: string) => Promise<void>;
  readonly #refused = new Until();
  readonly #waiting = new Waits();
  readonly #good = new Set<string>();

  /** `count` counts one failure of an address in all processes; throws `rate_limited`. */
  constructor(count: (address: string) => Promise<void>) {
    this.#count = count;
  }

  /** Throws `rate_limited` for an address that has to wait, `unauthorized` for a token that was refused shortly before. */
  check(address: string, token: string): void {
    if (this.#good.has(token)) return;
    this.#waiting.check(address, 'failures');
    if (this.#refused.left(token) > 0) throw unauthorized();
  }

  /** A call with this token was answered well. */
  worked(token: string): void {
    if (this.#good.has(token)) return;
    this.#good.add(ownCopy(token));
    keepNewest(this.#good, GOOD_MOST);
  }

  /** Takes note of how a call with a token failed. Never throws. */
  note(address: string, token: string, error: unknown): void {
    if (!(error instanceof ChatError) || error.code !== 'unauthorized' || !isToken(token)) return; // what is no token costs nothing
    this.#good.delete(token);
    if (this.#refused.left(token) > 0) return; // counted already
    this.#refused.set(ownCopy(token), REMEMBERED);
    this.#count(address).catch((refused: unknown) => {
      if (refused instanceof ChatError) this.#waiting.add(address, (refused.details.retryAfter ?? 1) * 1_000); // else Redis is away
    });
  }
}
