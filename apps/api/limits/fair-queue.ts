/**
 * What can wait goes a few at a time, so that who talks need not wait for it, however much of it there is. When the process or Redis is slow,
 * so is the lane, by itself: that is what makes it yield. Whoever has least in it goes first, so that no address fills it for the others.
 */
import PQueue from 'p-queue';
import { rateLimited } from '../../../shared/store/denials.js';

/** Enough for a lecture hall that comes at once; each of them makes ten calls of Redis, one after the other. */
const CONCURRENT_MAX = 4;
/** Calls that wait, at which an address that has some already gets no more; who has none has as many again. */
const WAITING_MAX = 300;
/** How long (ms) a call waits before it is refused: shorter than clients do for an answer. */
const WAIT_MS = 5_000;
/** When (ms) who was refused may come again. */
const RETRY_MS = 3_000;

export class FairQueue {
  readonly #name: string;
  readonly #queue = new PQueue({ concurrency: CONCURRENT_MAX });
  /** Calls of each address that wait or are under way. */
  readonly #calls = new Map<string, number>();

  /** `name`: of the limit, in the figures. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Runs a call when it is its turn. Rejects with `rate_limited` when that takes too long. */
  async run<Result>(address: string, call: () => Promise<Result> | Result): Promise<Result> {
    const before = this.#calls.get(address) ?? 0;
    if (this.#queue.size >= (before > 0 ? WAITING_MAX : 2 * WAITING_MAX)) throw this.#full();
    this.#calls.set(address, before + 1);
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(this.#full()), WAIT_MS);
    try {
      return await this.#queue.add(
        () => {
          clearTimeout(timer); // what has begun is not given up
          return call();
        },
        { priority: -before, signal: waiting.signal },
      );
    } finally {
      clearTimeout(timer);
      this.#left(address);
    }
  }

  #left(address: string): void {
    const calls = (this.#calls.get(address) ?? 0) - 1;
    if (calls > 0) this.#calls.set(address, calls);
    else this.#calls.delete(address);
  }

  #full(): Error {
    return rateLimited(RETRY_MS, 'Very many are coming or reading at the moment.', this.#name);
  }
}
