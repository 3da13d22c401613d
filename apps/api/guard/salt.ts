/**
 * The salt of the day, with which addresses are hashed before they are counted in Redis. All processes share it, and Redis
 * forgets it after the day: nobody can tell then what was hashed with it.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { RedisClient } from '../../../shared/redis-owners.js';

/** Seconds: the day, and what clocks may differ by. */
const KEPT = 25 * 3_600;

export class Salt {
  readonly #redis: RedisClient;
  #day = '';
  #salt: Promise<string> = Promise.resolve('');

  constructor(redis: RedisClient) {
    this.#redis = redis;
    redis.on('ready', () => { this.#day = ''; }); // it may have forgotten the salt, and another process made one since
  }

  /** An address as it may be kept for a while. Rejects when Redis is away and has not said today's salt yet. */
  async hash(address: string): Promise<string> {
    return createHash('sha256').update(await this.#today()).update(address).digest('base64url').slice(0, 22);
  }

  #today(): Promise<string> {
    const day = new Date().toISOString().slice(0, 10);
    if (day !== this.#day) {
      this.#day = day;
      this.#salt = this.#agree(`salt:${day}`);
      this.#salt.catch(() => { this.#day = ''; }); // asked for again by the next
    }
    return this.#salt;
  }

  /** Whoever is first makes it. */
  async #agree(key: string): Promise<string> {
    const fresh = randomBytes(18).toString('base64url');
    return await this.#redis.set(key, fresh, 'EX', KEPT, 'NX') === 'OK' ? fresh : await this.#redis.get(key) ?? fresh;
  }
}
