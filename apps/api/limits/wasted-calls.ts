/**
 * Calls that cost us something and could not do anything for a user: polls that were answered at once without anything new, and
 * calls refused for what they asked. Honest clients make few. Counted in this process alone, so that polls wait for nothing.
 *
 * A user that makes many has to wait with all its calls. So have those of an address that make them, when they make very many
 * together; others of that address, who make none, do not notice.
 */

import { rateLimited } from '../../../shared/store/denials.js';
import { ownCopy } from '../../../shared/store/tokens.js';
import { keepNewest } from './bounded.js';

/** They are counted for so long (ms), and who made too many waits for the rest of it. */
const WINDOW_MS = 10_000;
/** A user with no more than so many in a window never has to wait for others of its address. */
const INNOCENT_CALLS_MAX = 10;
/** Users, and addresses, that are counted at a time; beyond it the oldest count is forgotten. */
const KEYS_MAX = 10_000;

interface Count {
  /** When its window ends, in ms since 1970. */
  readonly ends: number;
  made: number;
  waits: boolean;
}

export class WastedCalls {
  readonly #userMax: number;
  readonly #addressMax: number;
  readonly #users = new Map<string, Count>();
  readonly #addresses = new Map<string, Count>();

  constructor(userMost: number, addressMost: number) {
    this.#userMax = userMost;
    this.#addressMax = addressMost;
  }

  /** Throws `rate_limited` for a user that has to wait. */
  check(token: string): void {
    const count = this.#users.size > 0 ? this.#users.get(token) : undefined;
    const ms = count?.waits ? count.ends - Date.now() : 0;
    if (ms > 0) throw rateLimited(ms, 'Too many calls that could give nothing.', 'fruitless');
  }

  /** Counts `cost` for a user and its address. */
  count(address: string, token: string, cost: number): void {
    const user = countOf(this.#users, token);
    const all = countOf(this.#addresses, address);
    user.made += cost;
    all.made += cost;
    if (user.made > this.#userMax || (all.made > this.#addressMax && user.made > INNOCENT_CALLS_MAX)) user.waits = true;
  }
}

function countOf(counts: Map<string, Count>, key: string): Count {
  const now = Date.now();
  const former = counts.get(key);
  if (former && former.ends > now) return former;
  const fresh = { ends: now + WINDOW_MS, made: 0, waits: false };
  counts.delete(key);
  counts.set(ownCopy(key), fresh);
  keepNewest(counts, KEYS_MAX);
  return fresh;
}
