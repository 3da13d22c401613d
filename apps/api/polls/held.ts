/** The polls that wait in the blocking way at the moment, by user. */
import type { Poll } from './poll.js';

export class HeldPolls {
  readonly #byUser = new Map<number, Poll>();

  get size(): number {
    return this.#byUser.size;
  }

  ofUser(id: number): Poll | undefined {
    return this.#byUser.get(id);
  }

  add(poll: Poll): void {
    this.#byUser.set(poll.userId, poll);
  }

  remove(poll: Poll): void {
    if (this.#byUser.get(poll.userId) === poll) this.#byUser.delete(poll.userId);
  }
}
