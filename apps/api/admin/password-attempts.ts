/** Guesses of the host's password: an address that has guessed wrong too often waits, with a right one too. */
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisClient } from '../../../shared/redis/slot-owners.js';

/** Seconds. */
const WINDOW_S = 600;

export class PasswordAttempts {
  readonly #limiter: RateLimiterRedis;
  readonly #hash: (address: string) => Promise<string>;

  /** `tries`: wrong ones of an address in ten minutes, in all processes; in this one alone while Redis is away. */
  constructor(redis: RedisClient, tries: number, hash: (address: string) => Promise<string>) {
    const insurance = new RateLimiterMemory({ keyPrefix: 'password', points: tries, duration: WINDOW_S });
    this.#limiter = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: 'limit:password',
      points: tries,
      duration: WINDOW_S,
      rejectIfRedisNotReady: true,
      insuranceLimiter: insurance,
    });
    this.#hash = hash;
  }

  /**
   * Counts a guess before it is looked at, so that of many at once none is looked at too much, and none takes longer than another.
   * Gives for how many s the address has to wait, 0 for not at all.
   */
  async count(address: string): Promise<number> {
    try {
      await this.#limiter.consume(await this.#keyOf(address));
      return 0;
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return Math.max(1, Math.ceil(refused.msBeforeNext / 1_000));
      throw refused;
    }
  }

  /** A guess that was right is not counted. */
  async uncount(address: string): Promise<void> {
    await this.#limiter.reward(await this.#keyOf(address));
  }

  /** In clear, in memory, while Redis is away and has not said the salt. */
  #keyOf(address: string): Promise<string> {
    return this.#hash(address).catch(() => address);
  }
}
