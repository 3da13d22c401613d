/**
 * Bounds the guessing of rooms' keys, and of the secrets of webhooks. A wrong key counts for its address, as an invalid
 * token does. An address that tries many has to wait, except with keys that were right here: guessing does not keep out
 * the people of a room.
 */
import { LRUCache } from 'lru-cache';
import { ChatError } from '../../../shared/protocol/errors.js';
import { ownCopy } from '../../../shared/store/tokens.js';
import { Cooldowns } from './cooldowns.js';

/** Right keys remembered at a time: many more than a process has busy rooms with one. */
const RIGHT_KEYS_MAX = 10_000;

export class RoomKeys {
  readonly #count: (address: string) => Promise<void>;
  readonly #right = new LRUCache<string, true>({ max: RIGHT_KEYS_MAX });
  readonly #cooldowns = new Cooldowns();

  /** `count` counts one failure of an address in all processes. It rejects with `rate_limited`. */
  constructor(count: (address: string) => Promise<void>) {
    this.#count = count;
  }

  /**
   * Returns an entry that notes whether its key was right. Throws `rate_limited` for an address that has to wait.
   * `key`: with its room.
   */
  guard<Result>(address: string, key: string, enter: () => Promise<Result> | null): () => Promise<Result> | null {
    if (!this.#right.has(key)) this.#cooldowns.check(address, 'failures');
    return () => {
      const entered = enter();
      entered?.then(
        () => this.#right.set(ownCopy(key), true),
        (error: unknown) => this.#noteFailure(address, key, error),
      );
      return entered;
    };
  }

  #noteFailure(address: string, key: string, error: unknown): void {
    const isWrong = error instanceof ChatError && (error.details.reason === 'key' || error.details.field === 'hook');
    if (!isWrong) return;
    this.#right.delete(key);
    this.#count(address).catch((refusal: unknown) => {
      // any other error means that Redis is away
      if (refusal instanceof ChatError) this.#cooldowns.start(address, (refusal.details.retryAfter ?? 1) * 1_000);
    });
  }
}
