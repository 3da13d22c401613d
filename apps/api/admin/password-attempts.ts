/** Limits guesses of the host's password. An address with too many wrong guesses has to wait, even with a right one. */
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Store } from '../../../shared/store/store.js';

const WINDOW_S = 600;

export class PasswordAttempts {
  readonly #limiter: RateLimiterRedis;
  readonly #hash: (address: string) => Promise<string>;

  /**
   * `tries`: wrong guesses of an address in ten minutes, in all processes. While Redis is away each process counts
   * alone.
   */
  constructor({ redis, keys }: Store, tries: number, hash: (address: string) => Promise<string>) {
    const insurance = new RateLimiterMemory({ keyPrefix: 'password', points: tries, duration: WINDOW_S });
    this.#limiter = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: keys.limit('password'),
      points: tries,
      duration: WINDOW_S,
      rejectIfRedisNotReady: true,
      insuranceLimiter: insurance,
    });
    this.#hash = hash;
  }

  /**
   * Counts a guess before it is checked, so that many guesses at once are not checked beyond the limit, and none takes
   * longer than another. Resolves with the number of seconds that the address has to wait, 0 for none.
   */
  async count(address: string): Promise<number> {
    try {
      await this.#limiter.consume(await this.#keyOf(address));
      return 0;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
      throw refusal;
    }
  }

  /** Takes a guess back that was right. */
  async uncount(address: string): Promise<void> {
    await this.#limiter.reward(await this.#keyOf(address));
  }

  /** While Redis is away and the salt is not known, the address itself is the key, only in memory. */
  #keyOf(address: string): Promise<string> {
    return this.#hash(address).catch(() => address);
  }
}
