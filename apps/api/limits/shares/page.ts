/**
 * Pages as shares know them, and what they may do. A page is an origin. Where many authors share an origin, it is an
 * origin with a room.
 */

/** How much longer the answers of a page above its share are held at most. A poll is answered within 2 s at worst. */
export const HOLD_MAX_MS = 1_000;
/**
 * By how much holds grow in a step, for each share that the page is above its own; and by how much they shrink. They
 * shrink slowly: how short they may be is found out at the cost of the others.
 */
const LONGER_MS = 60;
const SHORTER_MS = 10;
/** A page that is far above its share counts as so many times above it. */
const EXCESS_MAX = 8;
/** The part of its sends and joins that a page above its share may always make. */
const ADMITTED_MIN = 0.05;
/** By which factor that part shrinks at most, and grows, in a step. */
const FEWER_FACTOR = 0.7;
const MORE_FACTOR = 1.1;
/** Events of its history that a join to such a page returns. `history` returns more. */
const HISTORY_MAX = 10;
/** When a refused client may try again, at least and at most. */
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 5_000;
/** How much a new second counts in its rate. Less would follow a burst too slowly, more would chase it. */
const FRESH_RATIO = 0.3;
/** A page with less work a second than this is idle. */
const IDLE_RATE_MIN = 0.05;

export class Page {
  /** Whether it is known well enough to be limited. */
  readonly isKnown: boolean;
  /** Sources that belong to it. */
  sources = 0;
  /** Its work since the last step, and its work a second, smoothed. */
  work = 0;
  rate = 0;
  /** How long its answers are held for more events to share them, in ms. 0: not at all. */
  holdMs = 0;
  /** The part of its sends and joins that is admitted, up to 1. */
  admitted = 1;
  #credit = 0;

  constructor(
    readonly key: string,
    isKnown: boolean,
  ) {
    this.isKnown = isKnown;
  }

  get isFree(): boolean {
    return this.holdMs === 0 && this.admitted === 1;
  }

  get isIdle(): boolean {
    return this.isFree && this.work === 0 && this.rate < IDLE_RATE_MIN;
  }

  /** How many events of its history a join may return. */
  get historyMax(): number {
    return this.holdMs > 0 ? HISTORY_MAX : Infinity;
  }

  /** Ends a step: turns the work that was noted in it into a rate. */
  measure(seconds: number): void {
    this.rate += (this.work / seconds - this.rate) * FRESH_RATIO;
    this.work = 0;
  }

  /** Holds it back one step more if its rate is above `share`, and one step less otherwise. First come longer holds. */
  adjust(share: number): void {
    const excess = this.isKnown ? Math.min(EXCESS_MAX, this.rate / share) : 0;
    if (excess <= 1) this.#loosen();
    else if (this.holdMs < HOLD_MAX_MS) this.holdMs = Math.min(HOLD_MAX_MS, this.holdMs + LONGER_MS * excess);
    else this.admitted = Math.max(ADMITTED_MIN, this.admitted * Math.max(FEWER_FACTOR, 1 / excess));
  }

  /** Returns how long a send or join has to wait, in ms; 0 if it is admitted. It spreads what is admitted evenly. */
  waitMs(): number {
    if (this.admitted === 1) return 0;
    this.#credit += this.admitted;
    if (this.#credit < 1) return Math.min(RETRY_MAX_MS, RETRY_MIN_MS / this.admitted);
    this.#credit -= 1;
    return 0;
  }

  #loosen(): void {
    if (this.admitted < 1) this.admitted = Math.min(1, this.admitted * MORE_FACTOR);
    else this.holdMs = Math.max(0, this.holdMs - SHORTER_MS);
  }
}
