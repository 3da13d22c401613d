/**
 * Tokens that are worth nothing. One that was refused is refused again from memory, so that a page that goes on with an old
 * token costs nothing and counts once; an address that tries many different ones has to wait.
 */
import { ChatError } from '../../../shared/protocol/errors.js';
import { isToken, unauthorized } from '../../../shared/store/tokens.js';
import { rateLimited } from '../../../shared/store/refusals.js';

/** A refused token is remembered so long (ms): none ever becomes valid again, but a Redis may come back with what it had lost. */
const REMEMBERED = 60_000;
/** Refused tokens, and addresses that have to wait, remembered at a time. */
const MOST = 10_000;

export class Failures {
  readonly #count: (address: string) => Promise<void>;
  readonly #tokens = new Map<string, number>();
  readonly #waiting = new Map<string, number>();

  /** `count` counts one failure of an address in all processes; throws `rate_limited`. */
  constructor(count: (address: string) => Promise<void>) {
    this.#count = count;
  }

  /** Throws `rate_limited` for an address that has to wait, `unauthorized` for a token that was refused shortly before. */
  check(address: string, token: string): void {
    const wait = this.#waiting.size > 0 ? (this.#waiting.get(address) ?? 0) - Date.now() : 0;
    if (wait > 0) throw rateLimited(wait, undefined, 'failures');
    if (this.#tokens.size > 0 && (this.#tokens.get(token) ?? 0) > Date.now()) throw unauthorized();
  }

  /** Takes note of how a call with a token failed. Never throws. */
  note(address: string, token: string, error: unknown): void {
    if (!(error instanceof ChatError) || error.code !== 'unauthorized' || !isToken(token)) return; // what is no token costs nothing
    if ((this.#tokens.get(token) ?? 0) > Date.now()) return; // counted already
    remember(this.#tokens, token, REMEMBERED);
    this.#count(address).catch((refused: unknown) => {
      if (refused instanceof ChatError) remember(this.#waiting, address, (refused.details.retryAfter ?? 1) * 1_000); // else Redis is away
    });
  }
}

/** Keeps the newest; an old entry does no harm. */
function remember(map: Map<string, number>, key: string, ms: number): void {
  map.delete(key);
  map.set(key, Date.now() + ms);
  if (map.size > MOST) for (const [oldest] of map) { map.delete(oldest); break; }
}
