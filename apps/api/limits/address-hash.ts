/**
 * Hashes addresses before they are counted in Redis or noted for a ban. Each day has a salt that all processes share.
 * Redis forgets the salt when the next day is over, as a ban may last a day. After that nobody can tell which address a
 * hash belongs to.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Store } from '../../../shared/store/store.js';

/** The day, the day after, and one hour by which clocks may differ. */
const SALT_TTL_S = 49 * 3_600;
const DAY_MS = 86_400_000;

export class AddressHash {
  readonly #store: Pick<Store, 'redis' | 'keys'>;
  #day = '';
  #salt: Promise<string> = Promise.resolve('');
  #yesterday: Promise<string> = Promise.resolve('');

  constructor(store: Pick<Store, 'redis' | 'keys'>) {
    this.#store = store;
    // Redis may have lost the salt, and another process may have made a new one since
    store.redis.on('ready', () => this.#forget());
  }

  /**
   * Resolves with the hash of an address by today's salt. Rejects if Redis is away and today's salt is not known yet.
   */
  async hash(address: string): Promise<string> {
    return hashWithSalt(await this.#today(), address);
  }

  /** Resolves with the hashes of an address by today's salt and, if there was one, yesterday's. */
  async hashes(address: string): Promise<string[]> {
    return (await this.currentSalts()).map((salt) => hashWithSalt(salt, address));
  }

  /**
   * Resolves with today's salt and, if there was one, yesterday's. Every hash of the last 24 h was made with one of
   * them.
   */
  async currentSalts(): Promise<string[]> {
    const today = await this.#today();
    return [today, await this.#yesterday].filter((salt) => salt !== '');
  }

  #today(): Promise<string> {
    const day = dayOf(Date.now());
    if (day !== this.#day) {
      const { keys, redis } = this.#store;
      this.#day = day;
      this.#salt = this.#agreeOnSalt(keys.salt(day));
      this.#yesterday = redis.get(keys.salt(dayOf(Date.now() - DAY_MS))).then((salt) => salt ?? '');
      for (const salt of [this.#salt, this.#yesterday]) salt.catch(() => this.#forget());
    }
    return this.#salt;
  }

  /** Makes the next call ask Redis for the salts again. */
  #forget(): void {
    this.#day = '';
  }

  /** The first process to come makes the salt. */
  async #agreeOnSalt(key: string): Promise<string> {
    const fresh = randomBytes(18).toString('base64url');
    const { redis } = this.#store;
    return (await redis.set(key, fresh, 'EX', SALT_TTL_S, 'NX')) === 'OK' ? fresh : ((await redis.get(key)) ?? fresh);
  }
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

export function hashWithSalt(salt: string, address: string): string {
  return createHash('sha256').update(salt).update(address).digest('base64url').slice(0, 22);
}
