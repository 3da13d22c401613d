/**
 * Counts wasted calls in a fixed window: polls that returned at once without anything new, and calls that were refused.
 * Honest clients make few. Each process counts alone, so that polls wait for nothing.
 *
 * A user that makes too many has to wait with all its calls. If an address makes very many, its users that make them
 * have to wait too. Other users of that address notice nothing.
 */
import { LRUCache } from 'lru-cache';
import { rateLimited } from '../../../shared/store/denials.js';
import { ownCopy } from '../../../shared/store/tokens.js';

/** The length of the window. A user that has made too many waits for the rest of it. */
const WINDOW_MS = 10_000;
/** A user with at most this many in a window never has to wait because of others of its address. */
const INNOCENT_CALLS_MAX = 10;
/** Users, and addresses, counted at a time. */
const KEYS_MAX = 10_000;

interface Count {
  made: number;
  mustWait: boolean;
}

type Counts = LRUCache<string, Count>;

export class WastedCalls {
  readonly #userMax: number;
  readonly #addressMax: number;
  readonly #users: Counts = new LRUCache({ max: KEYS_MAX, ttl: WINDOW_MS, ttlResolution: 0 });
  readonly #addresses: Counts = new LRUCache({ max: KEYS_MAX, ttl: WINDOW_MS });

  constructor(userMax: number, addressMax: number) {
    this.#userMax = userMax;
    this.#addressMax = addressMax;
  }

  /** Throws `rate_limited` for a user that has to wait. */
  check(token: string): void {
    if (!this.#users.peek(token)?.mustWait) return;
    const ms = this.#users.getRemainingTTL(token);
    if (ms > 0) throw rateLimited(ms, 'Too many requests that returned nothing or were refused.', 'fruitless');
  }

  /** Counts `cost` calls for a user and its address. */
  count(address: string, token: string, cost: number): void {
    const user = countOf(this.#users, token);
    const all = countOf(this.#addresses, address);
    user.made += cost;
    all.made += cost;
    const isPartOfFlood = all.made > this.#addressMax && user.made > INNOCENT_CALLS_MAX;
    if (user.made > this.#userMax || isPartOfFlood) user.mustWait = true;
  }
}

/** Returns the count of a key in its window. The window begins with the first call. */
function countOf(counts: Counts, key: string): Count {
  const known = counts.get(key);
  if (known) return known;
  const fresh = { made: 0, mustWait: false };
  counts.set(ownCopy(key), fresh);
  return fresh;
}
