/**
 * The salt of the day, with which addresses are hashed before they are counted in Redis. All processes share it, and Redis
 * forgets it after the day: nobody can tell then what was hashed with it.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';

/** Seconds: the day, the next, and what clocks may differ by. */
const KEPT = 49 * 3_600;

const DAY = 24 * 3_600_000;

const keyOf = (time: number): string => `salt:${new Date(time).toISOString().slice(0, 10)}`;

export class Salt {
  readonly #redis: Redis;
  #day = '';
  #salt: Promise<string> = Promise.resolve('');

  constructor(redis: Redis) {
    this.#redis = redis;
    redis.on('ready', () => { this.#day = ''; }); // it may have forgotten the salt, and another process made one since
  }

  /** An address as it may be kept for a while. Rejects when Redis is away and has not said today's salt yet. */
  async hash(address: string): Promise<string> {
    return this.hashWith(await this.#today(), address);
  }

  hashWith(salt: string, address: string): string {
    return createHash('sha256').update(salt).update(address).digest('base64url').slice(0, 22);
  }

  /** Today's salt and yesterday's, if there was one: what was hashed less than a day ago was hashed with one of them. */
  async inUse(): Promise<string[]> {
    const yesterday = await this.#redis.get(keyOf(Date.now() - DAY));
    return [await this.#today(), ...(yesterday === null ? [] : [yesterday])];
  }

  #today(): Promise<string> {
    const day = keyOf(Date.now());
    if (day !== this.#day) {
      this.#day = day;
      this.#salt = this.#agree(day);
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
