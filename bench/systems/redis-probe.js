/** Questions to the Redis of a system under load, over one connection that is not counted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** Commands that block Redis longer than this (us) are looked at. */
const SLOW = 1_000;

export class RedisProbe {
  /** The connection, for those who need Redis itself. */
  redis;

  constructor(/** @type {Redis} */ redis) {
    this.redis = redis;
  }

  /** Waits for a Redis that is starting. */
  static async connect(/** @type {string} */ url, /** @type {number} */ patience) {
    const redis = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    redis.on('error', () => undefined);
    const late = sleep(patience, null, { ref: false }).then(() => {
      throw new Error('Redis did not start');
    });
    await Promise.race([redis.config('SET', 'slowlog-log-slower-than', SLOW, 'slowlog-max-len', 1_024), late]);
    late.catch(() => undefined);
    return new RedisProbe(redis);
  }

  /** Connections to Redis beside this one. */
  async connections() {
    const list = String(await this.redis.client('LIST'));
    return list.trim().split('\n').length - 1;
  }

  async forgetSlow() {
    await this.redis.call('SLOWLOG', 'RESET');
  }

  /** The longest (ms) that one command has blocked Redis since `forgetSlow`; null when none took a millisecond. */
  async longestBlock() {
    const reply = await this.redis.call('SLOWLOG', 'GET', 1_024);
    const entries = /** @type {[id: number, at: number, microseconds: number][]} */ (reply);
    const longest = Math.max(0, ...entries.map(([, , microseconds]) => microseconds));
    return longest === 0 ? null : longest / 1_000;
  }

  /** What every command has been called and has taken (us) so far; scripts by what they call, too. */
  async commands() {
    const info = await this.redis.info('commandstats');
    const found = info.matchAll(/^cmdstat_(\S+):calls=(\d+),usec=(\d+)/gm);
    return Object.fromEntries(
      [...found].map(([, name, calls, microseconds]) => [name, { calls: Number(calls), us: Number(microseconds) }]),
    );
  }

  close() {
    this.redis.disconnect();
  }
}
