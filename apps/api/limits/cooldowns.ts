/** Who has to wait, in memory: what was refused for a while is refused again without asking anybody. */
import { rateLimited } from '../../../shared/store/denials.js';
import { keepNewest } from './bounded.js';

/** Entries of a memory: beyond it the oldest goes, which at worst costs asking once more. */
const COOLDOWNS_MAX = 10_000;

/** Times (ms since 1970) until which something holds, by key; the newest 10,000. */
export class Until {
  readonly #times = new Map<string, number>();

  /** How long (ms) it still holds; 0 for no longer, or never. */
  left(key: string): number {
    if (this.#times.size === 0) return 0; // most of the time nobody has to wait for anything
    return Math.max(0, (this.#times.get(key) ?? 0) - Date.now());
  }

  /** Holds for `ms` from now on. */
  set(key: string, ms: number): void {
    this.#times.delete(key);
    this.#times.set(key, Date.now() + ms);
    keepNewest(this.#times, COOLDOWNS_MAX);
  }
}

export class Cooldowns {
  readonly #until = new Until();

  /** Throws `rate_limited`, by a limit of that name, for who has to wait. */
  check(key: string, limit: string): void {
    const ms = this.#until.left(key);
    if (ms > 0) throw rateLimited(ms, undefined, limit);
  }

  /** Has to wait for `ms` from now on. */
  start(key: string, ms: number): void {
    this.#until.set(key, ms);
  }
}
