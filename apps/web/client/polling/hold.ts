import { POLL_TIMEOUT_DEFAULT_S } from '../../../../shared/protocol/limits.js';

/** A shorter hold is not worth the request. */
const HOLD_MIN_S = 2;
/** The hold when requests wait for each other: over HTTP/1.1, a browser opens six connections to a host. */
const CROWDED_HOLD_S = 3;

/**
 * Knows how long the server may hold a poll on this network. Some proxies cut silent requests. Two polls in a row that
 * were cut, both after a while, shorten the hold to less than that while. A single one may be a train in a tunnel.
 */
export class Hold {
  seconds = POLL_TIMEOUT_DEFAULT_S;
  /** The seconds after which the last poll was cut; Infinity if it was answered. */
  private cutAt = Infinity;

  /** Whether requests wait for each other. */
  get isCrowded(): boolean {
    return this.seconds <= CROWDED_HOLD_S;
  }

  answered(): void {
    this.cutAt = Infinity;
  }

  /**
   * Takes note that a poll failed after `elapsedMs`. Returns true if the network seems to cut polls, rather than to be
   * gone.
   */
  failed(elapsedMs: number): boolean {
    const after = Math.min(elapsedMs / 1_000, this.seconds);
    if (after < HOLD_MIN_S) return false;
    if (this.cutAt < Infinity) this.shorten(Math.min(after, this.cutAt) * 0.75);
    else this.cutAt = after;
    return true;
  }

  crowded(): void {
    this.shorten(CROWDED_HOLD_S);
  }

  private shorten(seconds: number): void {
    this.seconds = Math.max(HOLD_MIN_S, Math.min(this.seconds, Math.floor(seconds)));
    this.cutAt = Infinity;
  }
}
