import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { dayOf, untilTomorrow } from '../times.js';

/** At most this long between two looks at the day: a timer stands still while the device sleeps. */
const CHECK_MS = 60_000;

/** The server's time, as well as it is known: the clock of the device may be wrong. */
export class Clock {
  /** Called when a new day has begun at the user's place. */
  onDay: () => void = () => undefined;
  /** How far the server's clock is ahead of the device's, at least. */
  private aheadMs = 0;
  private day = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `at`: the server's time now, in ms since 1970. */
  begin(at: number): void {
    this.aheadMs = at - Date.now();
    this.day = dayOf(this.now);
    this.check();
  }

  /** Something has happened at `at`, so the server's time is not earlier. */
  observe(at: number): void {
    this.aheadMs = Math.max(this.aheadMs, at - Date.now());
    this.check();
  }

  /** In ms since 1970. */
  get now(): number {
    return Date.now() + this.aheadMs;
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private check(): void {
    const day = dayOf(this.now);
    const isNewDay = day !== this.day;
    this.day = day;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), Math.min(CHECK_MS, untilTomorrow(this.now)));
    if (isNewDay) this.onDay();
  }
}

/**
 * Returns the server's time when the room was opened. An older server does not tell it: then that of the newest event.
 */
export function timeOf(ready: { at?: number | undefined; history: ChatEvent[] }): number {
  const newest = ready.history[ready.history.length - 1];
  return ready.at || (newest ? newest.at : Date.now());
}
