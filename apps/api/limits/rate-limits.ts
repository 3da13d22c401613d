/**
 * The limits that all processes count together, in fixed windows in Redis. A key over its limit is refused from memory
 * until its window ends, so that a flood costs Redis nothing.
 */
import { ReplyError } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../../../shared/config/config.js';
import { type CircuitBreaker, CircuitOpen } from '../../../shared/redis/circuit-breaker.js';
import type { RedisClient } from '../../../shared/redis/client.js';
import { rateLimited } from '../../../shared/store/denials.js';
import type { Window } from '../../../shared/store/messages.js';
import type { Store } from '../../../shared/store/store.js';
import { NETWORK_FACTOR } from './client-address.js';

export type LimitName = 'joins' | 'rooms' | 'sends' | 'reads' | 'failures' | 'forgets' | 'imports' | 'roomJoins';

const MINUTE_S = 60;
const HOUR_S = 3_600;
/** Short, so that a user that was too fast need not wait long. */
const SHORT_S = 10;

export class RateLimits {
  readonly #limiters: Record<LimitName, RateLimiterRedis>;
  /** The same limits for networks (/56), which may do more. */
  readonly #networkLimiters: Record<LimitName, RateLimiterRedis>;
  readonly #breaker: CircuitBreaker;

  constructor({ redis, keys, breaker, config }: Store) {
    this.#limiters = limiters(redis, config, (name) => keys.limit(name), 1);
    this.#networkLimiters = limiters(redis, config, (name) => keys.limit(`wider:${name}`), NETWORK_FACTOR);
    this.#breaker = breaker;
  }

  /** Returns the window of a limit for the key of an address or a network, for a script that counts it. */
  windowOf(name: LimitName, key: string, isNetwork = false): Window {
    const limiter = (isNetwork ? this.#networkLimiters : this.#limiters)[name];
    return { key: limiter.getKey(key), max: limiter.points, ms: limiter.duration * 1_000 };
  }

  /**
   * Counts `points` for the key of an address or, with `isNetwork`, of a network. Rejects with `rate_limited`, or with
   * another error when Redis is away. A Redis that takes no writes (no memory) limits nothing, and neither does a
   * master of a cluster that is away: the call itself may need only other masters.
   */
  async count(name: LimitName, key: string, points: number, isNetwork = false): Promise<void> {
    const limiter = (isNetwork ? this.#networkLimiters : this.#limiters)[name];
    try {
      await this.#breaker.run(limiter.getKey(key), () => limiter.consume(key, points));
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) throw rateLimited(refusal.msBeforeNext, undefined, name);
      if (!(refusal instanceof ReplyError || refusal instanceof CircuitOpen)) throw refusal;
    }
  }
}

function limiters(
  redis: RedisClient,
  config: Config,
  keyOf: (name: string) => string,
  factor: number,
): Record<LimitName, RateLimiterRedis> {
  const limiter = (name: string, callsMax: number, windowS: number): RateLimiterRedis => {
    const points = callsMax * factor;
    return new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: keyOf(name),
      points,
      duration: windowS,
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
    imports: limiter('imports', config.addressImports, HOUR_S),
    roomJoins: limiter('room-joins', config.roomJoins, SHORT_S),
  };
}
