/**
 * Tokens that are worth nothing. One that was refused is refused again from memory, so that a page that goes on with an old
 * token costs nothing and counts once; an address that tries many different ones has to wait, but for its tokens that have
 * been good here: who guesses keeps nobody out who is in.
 */
import { ChatError } from '../../../shared/protocol/errors.js';
import { isToken, ownCopy, unauthorized } from '../../../shared/store/tokens.js';
import { keepNewest } from './bounded.js';
import { Cooldowns, Until } from './cooldowns.js';

/** A refused token is remembered so long (ms): none ever becomes valid again, but a Redis may come back with what it had lost. */
const REMEMBER_MS = 60_000;
/** Good tokens remembered at a time: the connections of a process. */
const VALID_TOKENS_MAX = 20_000;

export class InvalidTokens {
  readonly #count: (address: string) => Promise<void>;
  readonly #refused = new Until();
  readonly #cooldowns = new Cooldowns();
  readonly #valid = new Set<string>();

  /** `count` counts one failure of an address in all processes; throws `rate_limited`. */
  constructor(count: (address: string) => Promise<void>) {
    this.#count = count;
  }

  /** Throws `rate_limited` for an address that has to wait, `unauthorized` for a token that was refused shortly before. */
  check(address: string, token: string): void {
    if (this.#valid.has(token)) return;
    this.#cooldowns.check(address, 'failures');
    if (this.#refused.left(token) > 0) throw unauthorized();
  }

  /** A call with this token was answered well. */
  noteValid(token: string): void {
    if (this.#valid.has(token)) return;
    this.#valid.add(ownCopy(token));
    keepNewest(this.#valid, VALID_TOKENS_MAX);
  }

  /** Takes note of how a call with a token failed. Never throws. */
  noteFailure(address: string, token: string, error: unknown): void {
    if (!(error instanceof ChatError) || error.code !== 'unauthorized' || !isToken(token)) return; // what is no token costs nothing
    this.#valid.delete(token);
    if (this.#refused.left(token) > 0) return; // counted already
    this.#refused.set(ownCopy(token), REMEMBER_MS);
    this.#count(address).catch((refused: unknown) => {
      if (refused instanceof ChatError) this.#cooldowns.start(address, (refused.details.retryAfter ?? 1) * 1_000); // else Redis is away
    });
  }
}
