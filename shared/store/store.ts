/** The parts that every function of the store needs: connections, keys and settings. */
import type { Config } from '../config/config.js';
import { CircuitBreaker } from '../redis/circuit-breaker.js';
import type { RedisClient } from '../redis/client.js';
import { Keys } from './keys.js';

export interface Store {
  readonly redis: RedisClient;
  /** For steps that wait for replicas: a WAIT holds up its connection. */
  readonly durable: RedisClient;
  /** For calls that must not wait for a master that is away. */
  readonly breaker: CircuitBreaker;
  readonly keys: Keys;
  readonly config: Config;
  /** Whether one script may use the keys of users and of rooms together, and need not wait for replicas. */
  readonly colocated: boolean;
}

export function createStore(redis: RedisClient, config: Config, durable = redis): Store {
  return {
    redis,
    durable,
    breaker: new CircuitBreaker(redis),
    keys: new Keys(config.shards, config.redisPrefix),
    config,
    colocated: !redis.isCluster && config.redisWait === 0,
  };
}

/** The user behind a request: its id, and the SHA-256 of its token. */
export interface Credentials {
  readonly id: number;
  readonly tokenHash: string;
}
