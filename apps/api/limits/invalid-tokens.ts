/**
 * A negative cache of tokens. A token that was refused is refused again from memory: a page that goes on with an old
 * token costs nothing and counts once. An address that tries many different tokens has to wait, except with its tokens
 * that have worked here: guessing does not keep out users that are in.
 */
import { LRUCache } from 'lru-cache';
import { ChatError } from '../../../shared/protocol/errors.js';
import { isToken, ownCopy, unauthorized } from '../../../shared/store/tokens.js';
import { Cooldowns } from './cooldowns.js';

/** How long a refused token is remembered. None ever becomes valid again, but a Redis may come back with lost users. */
const REMEMBER_MS = 60_000;
const REFUSED_TOKENS_MAX = 10_000;
/** Valid tokens remembered at a time: as many as a process has connections. */
const VALID_TOKENS_MAX = 20_000;
/** The time is read once a second at most: nobody waits for the end of this minute. */
const CLOCK_MS = 1_000;

export class InvalidTokens {
  readonly #count: (address: string) => Promise<void>;
  readonly #refused = new LRUCache<string, true>({
    max: REFUSED_TOKENS_MAX,
    ttl: REMEMBER_MS,
    ttlResolution: CLOCK_MS,
  });
  readonly #valid = new LRUCache<string, true>({ max: VALID_TOKENS_MAX });
  readonly #cooldowns = new Cooldowns();

  /** `count` counts one failure of an address in all processes. It rejects with `rate_limited`. */
  constructor(count: (address: string) => Promise<void>) {
    this.#count = count;
  }

  /** Throws `rate_limited` for an address that has to wait, and `unauthorized` for a token that was refused lately. */
  check(address: string, token: string): void {
    if (this.#valid.has(token)) return;
    this.#cooldowns.check(address, 'failures');
    if (this.#refused.has(token)) throw unauthorized();
  }

  /** Notes that a call with this token succeeded. */
  noteValid(token: string): void {
    if (!this.#valid.has(token)) this.#valid.set(ownCopy(token), true);
  }

  /**
   * Notes how a call with a token failed. Never throws. A text that cannot be a token costs nothing, so it is ignored.
   */
  noteFailure(address: string, token: string, error: unknown): void {
    if (!(error instanceof ChatError) || error.code !== 'unauthorized' || !isToken(token)) return;
    this.#valid.delete(token);
    if (this.#refused.has(token)) return; // it has been counted already
    this.#refused.set(ownCopy(token), true);
    this.#count(address).catch((refusal: unknown) => {
      // any other error means that Redis is away
      if (refusal instanceof ChatError) this.#cooldowns.start(address, (refusal.details.retryAfter ?? 1) * 1_000);
    });
  }
}
