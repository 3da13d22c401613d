/** Asks the Redis of a system under load, over a connection that is not counted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** Commands that block Redis for longer than this many microseconds are in its slow log. */
const SLOW_US = 1_000;
const SLOW_LOG_MAX = 1_024;
const RETRY_AFTER_MS = 50;

export class RedisProbe {
  redis;

  constructor(/** @type {Redis} */ redis) {
    this.redis = redis;
  }

  /** Connects to a Redis that is starting. Rejects after `timeoutMs`. */
  static async connect(/** @type {string} */ url, /** @type {number} */ timeoutMs) {
    const redis = new Redis(url, { retryStrategy: () => RETRY_AFTER_MS, maxRetriesPerRequest: null });
    redis.on('error', () => undefined);
    const late = sleep(timeoutMs, null, { ref: false }).then(() => {
      throw new Error('Redis did not start');
    });
    await Promise.race([
      redis.config('SET', 'slowlog-log-slower-than', SLOW_US, 'slowlog-max-len', SLOW_LOG_MAX),
      late,
    ]);
    late.catch(() => undefined);
    return new RedisProbe(redis);
  }

  /** Resolves with the number of other connections to Redis. */
  async connections() {
    const list = String(await this.redis.client('LIST'));
    return list.trim().split('\n').length - 1;
  }

  async forgetSlow() {
    await this.redis.call('SLOWLOG', 'RESET');
  }

  /** Resolves with the ms of the slowest command since `forgetSlow`, or null when none took a millisecond. */
  async longestBlock() {
    const reply = await this.redis.call('SLOWLOG', 'GET', SLOW_LOG_MAX);
    const entries = /** @type {[id: number, at: number, microseconds: number][]} */ (reply);
    const longest = Math.max(0, ...entries.map(([, , microseconds]) => microseconds));
    return longest === 0 ? null : longest / 1_000;
  }

  /** Resolves with the calls and microseconds of every command so far. Commands inside scripts count, too. */
  async commands() {
    const info = await this.redis.info('commandstats');
    const found = info.matchAll(/^cmdstat_(\S+):calls=(\d+),usec=(\d+)/gm);
    return Object.fromEntries(
      [...found].map(([, name, calls, microseconds]) => [name, { calls: Number(calls), us: Number(microseconds) }]),
    );
  }

  /** Resolves with the bytes of the append-only file. */
  async fileBytes() {
    const info = await this.redis.info('persistence');
    return Number(/^aof_current_size:(\d+)/m.exec(info)?.[1]);
  }

  close() {
    this.redis.disconnect();
  }
}
