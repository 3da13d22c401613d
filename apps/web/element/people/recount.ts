import type { Chat } from '../../client/api.js';

/** How old the number of people may be while nobody tells who comes and goes. */
const EVERY_MS = 60_000;
/** All pages in a room learn at once that the rule has ended. They ask within this time, not all at once. */
const SPREAD_MS = 2_000;

/**
 * Reads the members anew now and then while every message of this user waits for approval: then the server does not
 * tell it who comes and goes. And once when that ends.
 */
export class Recount {
  private isHeld = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly chat: Chat) {}

  /** `isHeld`: every message of this user waits for approval. */
  update(isHeld: boolean): void {
    if (isHeld === this.isHeld) return;
    this.isHeld = isHeld;
    this.schedule(isHeld ? EVERY_MS : Math.random() * SPREAD_MS);
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.isHeld) this.schedule(EVERY_MS);
      this.chat.members().catch(() => undefined); // the next time will do
    }, ms);
  }
}
