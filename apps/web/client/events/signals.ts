import { asFailure, type Failure } from '../errors.js';
import type { Values } from '../transport/transport.js';

/** ms between two signals of a room: smooth enough for a pointer. */
const GAP = 60;

/** Codes of what is the page's own mistake. */
const WRONG = /^(bad_request|too_large|not_in_room)$/;

interface Waiting {
  values: Values;
  done: Array<(failure: Failure | null) => void>;
}

/**
 * Sends signals as fast as the network goes and no faster: while one is on its way, the newest of the same room
 * replaces the one that waits. A signal may be lost by its nature, so its promise says only that its turn is over. It
 * rejects for what could never be sent.
 */
export class Signals {
  private readonly busy = new Set<string>();
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly post: (values: Values) => Promise<unknown>) {}

  send(room: string, values: Values): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (failure: Failure | null): void => {
        failure ? reject(failure) : resolve();
      };
      const before = this.waiting.get(room);
      this.waiting.set(room, { values, done: (before ? before.done : []).concat(settle) });
      if (!this.busy.has(room)) void this.run(room);
    });
  }

  private async run(room: string): Promise<void> {
    this.busy.add(room);
    for (let next = this.take(room); next; next = this.take(room)) {
      const failure = await this.post(next.values).then(() => null, asFailure);
      next.done.forEach((settle) => settle(failure && WRONG.test(failure.code) ? failure : null));
      await new Promise((resolve) => setTimeout(resolve, GAP + ((failure && failure.retryAfter) || 0) * 1_000));
    }
    this.busy.delete(room);
  }

  private take(room: string): Waiting | undefined {
    const next = this.waiting.get(room);
    this.waiting.delete(room);
    return next;
  }
}
