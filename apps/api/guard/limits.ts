/**
 * The limits that all processes count together, in Redis. What is over its limit is refused from memory until it may be
 * tried again, so that a flood costs Redis nothing.
 */
import { ReplyError } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { Away, type Patience } from '../../../shared/patience.js';
import { rateLimited } from '../../../shared/store/refusals.js';
import type { Store } from '../../../shared/store/store.js';

export type LimitName = 'joins' | 'rooms' | 'sends' | 'reads' | 'failures' | 'forgets';

const MINUTE = 60;
const HOUR = 3_600;
/** Short, so that who was too fast need not wait long. */
const SHORTLY = 10;

export class Limits {
  readonly #limiters: Record<LimitName, RateLimiterRedis>;
  readonly #patience: Patience;

  constructor({ redis, patience, config }: Store) {
    const limiter = (name: string, points: number, duration: number) => new RateLimiterRedis({
      storeClient: redis, keyPrefix: `limit:${name}`, points, duration, inMemoryBlockOnConsumed: points, rejectIfRedisNotReady: true,
    });
    this.#patience = patience;
    this.#limiters = {
      joins: limiter('joins', config.addressJoins, MINUTE),
      rooms: limiter('rooms', config.addressRooms, HOUR),
      sends: limiter('sends', config.addressSends, SHORTLY),
      reads: limiter('reads', config.addressReads, SHORTLY),
      failures: limiter('failures', config.addressFailures, MINUTE),
      forgets: limiter('forgets', config.addressForgets, MINUTE),
    };
  }

  /**
   * Counts one. Throws `rate_limited`; rejects when Redis is away. One that takes no writes (no memory) limits nothing, nor does a
   * master of a cluster that is away: what is limited may concern others only.
   */
  async count(name: LimitName, key: string): Promise<void> {
    try {
      await this.#patience.for(this.#limiters[name].getKey(key), () => this.#limiters[name].consume(key));
    } catch (refused) {
      if (refused instanceof RateLimiterRes) throw rateLimited(refused.msBeforeNext, undefined, name);
      if (!(refused instanceof ReplyError || refused instanceof Away)) throw refused;
    }
  }
}
