import { POLL_TIMEOUT_DEFAULT_S } from '../../../../shared/protocol/limits.js';

/** A poll held for less than this is not worth its request. */
const SHORTEST = 2;
/** Seconds a hold is cut to when requests wait for each other (browsers open six connections to a host). */
const CROWDED = 3;

/**
 * How long the server may hold a poll on this network. Some proxies cut silent requests: two polls cut in a row,
 * both after a while, shorten the hold to below that while. A single one may be a train in a tunnel.
 */
export class Hold {
  seconds = POLL_TIMEOUT_DEFAULT_S;
  private cutBefore = Infinity;

  answered(): void {
    this.cutBefore = Infinity;
  }

  /** A poll failed after `elapsedMs`. Gives true when that looks like the network's habit rather than its absence. */
  failed(elapsedMs: number): boolean {
    const after = Math.min(elapsedMs / 1_000, this.seconds);
    if (after < SHORTEST) return false;
    if (this.cutBefore < Infinity) this.shorten(Math.min(after, this.cutBefore) * 0.75);
    else this.cutBefore = after;
    return true;
  }

  crowded(): void {
    this.shorten(CROWDED);
  }

  private shorten(seconds: number): void {
    this.seconds = Math.max(SHORTEST, Math.min(this.seconds, Math.floor(seconds)));
    this.cutBefore = Infinity;
  }
}
