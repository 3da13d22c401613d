/**
 * The salt of the day, with which addresses are hashed before they are counted in Redis, or noted for a ban. All processes share it, and
 * Redis forgets it when the day after is over, as a ban may last a day: nobody can tell then what was hashed with it.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { RedisClient } from '../../../shared/redis/slot-owners.js';

/** Seconds: the day, the day after, and what clocks may differ by. */
const SALT_TTL_S = 49 * 3_600;
const DAY_MS = 86_400_000;

export class AddressHash {
  readonly #redis: RedisClient;
  #day = '';
  #salt: Promise<string> = Promise.resolve('');
  #yesterday: Promise<string> = Promise.resolve('');

  constructor(redis: RedisClient) {
    this.#redis = redis;
    redis.on('ready', () => {
      this.#day = '';
    }); // it may have forgotten the salt, and another process made one since
  }

  /** An address as it may be kept for a while. Rejects when Redis is away and has not said today's salt yet. */
  async hash(address: string): Promise<string> {
    return hashWithSalt(await this.#today(), address);
  }

  /** An address by today's salt and, where there was one, yesterday's. */
  async hashes(address: string): Promise<string[]> {
    return (await this.currentSalts()).map((salt) => hashWithSalt(salt, address));
  }

  /** Today's salt and, where there was one, yesterday's: what was hashed less than a day ago was hashed with one of them. */
  async currentSalts(): Promise<string[]> {
    const today = await this.#today();
    return [today, await this.#yesterday].filter((salt) => salt !== '');
  }

  #today(): Promise<string> {
    const day = dayOf(Date.now());
    if (day !== this.#day) {
      this.#day = day;
      this.#salt = this.#agree(`salt:${day}`);
      this.#yesterday = this.#redis.get(`salt:${dayOf(Date.now() - DAY_MS)}`).then((salt) => salt ?? '');
      for (const salt of [this.#salt, this.#yesterday])
        salt.catch(() => {
          this.#day = '';
        }); // asked for again by the next
    }
    return this.#salt;
  }

  /** Whoever is first makes it. */
  async #agree(key: string): Promise<string> {
    const fresh = randomBytes(18).toString('base64url');
    return (await this.#redis.set(key, fresh, 'EX', SALT_TTL_S, 'NX')) === 'OK'
      ? fresh
      : ((await this.#redis.get(key)) ?? fresh);
  }
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** An address by one salt. */
export function hashWithSalt(salt: string, address: string): string {
  return createHash('sha256').update(salt).update(address).digest('base64url').slice(0, 22);
}
