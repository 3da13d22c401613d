/**
 * The limits that all processes count together, in Redis. What is over its limit is refused from memory until it may be
 * tried again, so that a flood costs Redis nothing.
 */
import { ReplyError } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../../../shared/config/config.js';
import { type CircuitBreaker, CircuitOpen } from '../../../shared/redis/circuit-breaker.js';
import type { RedisClient } from '../../../shared/redis/slot-owners.js';
import { rateLimited } from '../../../shared/store/denials.js';
import type { Store } from '../../../shared/store/store.js';
import { NETWORK_FACTOR } from './client-address.js';

export type LimitName = 'joins' | 'rooms' | 'sends' | 'reads' | 'failures' | 'forgets' | 'roomJoins';

const MINUTE_S = 60;
const HOUR_S = 3_600;
/** Short, so that who was too fast need not wait long. */
const SHORT_S = 10;

export class RateLimits {
  readonly #limiters: Record<LimitName, RateLimiterRedis>;
  /** The same for networks. */
  readonly #wider: Record<LimitName, RateLimiterRedis>;
  readonly #breaker: CircuitBreaker;

  constructor({ redis, breaker, config }: Store) {
    this.#limiters = limiters(redis, config, 'limit', 1);
    this.#wider = limiters(redis, config, 'limit:wider', NETWORK_FACTOR);
    this.#breaker = breaker;
  }

  /**
   * Counts `points`, of a `wider` network too. Throws `rate_limited`; rejects when Redis is away. One that takes no writes (no memory)
   * limits nothing, nor does a master of a cluster that is away: what is limited may concern others only.
   */
  async count(name: LimitName, key: string, points: number, wider = false): Promise<void> {
    const limiter = (wider ? this.#wider : this.#limiters)[name];
    try {
      await this.#breaker.run(limiter.getKey(key), () => limiter.consume(key, points));
    } catch (refused) {
      if (refused instanceof RateLimiterRes) throw rateLimited(refused.msBeforeNext, undefined, name);
      if (!(refused instanceof ReplyError || refused instanceof CircuitOpen)) throw refused;
    }
  }
}

function limiters(
  redis: RedisClient,
  config: Config,
  prefix: string,
  times: number,
): Record<LimitName, RateLimiterRedis> {
  const limiter = (name: string, most: number, duration: number): RateLimiterRedis => {
    const points = most * times;
    return new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `${prefix}:${name}`,
      points,
      duration,
      inMemoryBlockOnConsumed: points,
      rejectIfRedisNotReady: true,
    });
  };
  return {
    joins: limiter('joins', config.addressJoins, MINUTE_S),
    rooms: limiter('rooms', config.addressRooms, HOUR_S),
    sends: limiter('sends', config.addressSends, SHORT_S),
    reads: limiter('reads', config.addressReads, SHORT_S),
    failures: limiter('failures', config.addressFailures, MINUTE_S),
    forgets: limiter('forgets', config.addressForgets, MINUTE_S),
    roomJoins: limiter('room-joins', config.roomJoins, SHORT_S),
  };
}
