/** Remembers what was refused for a while, so that it is refused again without asking anybody. */
import { LRUCache } from 'lru-cache';
import { rateLimited } from '../../../shared/store/denials.js';

/** Cooldowns kept at a time. Above it one is forgotten, which at worst costs asking once more. */
const COOLDOWNS_MAX = 10_000;

export class Cooldowns {
  // without a resolution of its own the cache may read a clock that stands still while the process is busy
  readonly #cooling = new LRUCache<string, true>({ max: COOLDOWNS_MAX, ttlResolution: 0 });

  /** Throws `rate_limited` while a key cools down. `limit`: the name of the limit in the metrics. */
  check(key: string, limit: string): void {
    if (this.#cooling.size === 0) return; // most of the time nobody has to wait
    const ms = this.#cooling.getRemainingTTL(key);
    if (ms > 0) throw rateLimited(ms, undefined, limit);
  }

  /** Starts a cooldown. One that runs is left as it is: calls that it refuses must not make it longer. */
  start(key: string, ms: number): void {
    if (ms > 0 && !this.#cooling.has(key)) this.#cooling.set(key, true, { ttl: ms });
  }
}
