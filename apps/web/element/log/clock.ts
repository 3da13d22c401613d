import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { dayOf, untilTomorrow } from './times.js';

/** ms between two looks at the day at most: a timer does not count while a machine sleeps. */
const LOOK = 60_000;

/** The server's time, as far as it is known: the visitor's clock may be far from it. */
export class Clock {
  /** Called when another day has begun where the visitor is. */
  onDay: () => void = () => undefined;
  /** ms by which the server's clock is ahead of the visitor's, at least. */
  private ahead = 0;
  private day = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `at`: the server's time now. */
  begin(at: number): void {
    this.ahead = at - Date.now();
    this.day = dayOf(this.now);
    this.look();
  }

  /** Something happened at `at`, so it is no earlier now. */
  hear(at: number): void {
    this.ahead = Math.max(this.ahead, at - Date.now());
    this.look();
  }

  /** ms since 1970. */
  get now(): number {
    return Date.now() + this.ahead;
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private look(): void {
    const day = dayOf(this.now);
    const turned = day !== this.day;
    this.day = day;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), Math.min(LOOK, untilTomorrow(this.now)));
    if (turned) this.onDay();
  }
}

/** The server's time as a room was opened. A server of before says nothing of it: then that of the newest event. */
export function timeOf({ at, history }: { at?: number | undefined; history: ChatEvent[] }): number {
  const newest = history[history.length - 1];
  return at || (newest ? newest.at : Date.now());
}
