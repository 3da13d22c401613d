/**
 * A fair queue for calls that can wait, so that people who talk need not wait for them. A few calls run at a time.
 * While the process or Redis is slow, so is the queue: that is how it yields. The address with the fewest calls goes
 * first, so no address can fill the queue for the others.
 */
import PQueue from 'p-queue';
import { rateLimited } from '../../../shared/store/denials.js';

/** Enough for a lecture hall that joins at once. Each join makes ten calls of Redis, one after the other. */
const CONCURRENT_MAX = 4;
/**
 * Above this many waiting calls, an address that has some gets no more. An address without any may use as many again.
 */
const WAITING_MAX = 300;
/** How long a call waits before it is refused. Clients wait longer for an answer. */
const WAIT_MS = 5_000;
/** When a refused client may try again. */
const RETRY_MS = 3_000;

export class FairQueue {
  readonly #name: string;
  readonly #queue = new PQueue({ concurrency: CONCURRENT_MAX });
  /** Calls of each address that wait or are under way. */
  readonly #calls = new Map<string, number>();

  /** `name`: the name of the limit in the metrics. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Runs a call when it is its turn. Rejects with `rate_limited` if that takes too long. */
  async run<Result>(address: string, call: () => Promise<Result> | Result): Promise<Result> {
    const before = this.#calls.get(address) ?? 0;
    if (this.#queue.size >= (before > 0 ? WAITING_MAX : 2 * WAITING_MAX)) throw this.#fullError();
    this.#calls.set(address, before + 1);
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(this.#fullError()), WAIT_MS);
    try {
      return await this.#queue.add(
        () => {
          clearTimeout(timer); // a call that has begun is not aborted
          return call();
        },
        { priority: -before, signal: waiting.signal },
      );
    } finally {
      clearTimeout(timer);
      this.#leave(address);
    }
  }

  #leave(address: string): void {
    const calls = (this.#calls.get(address) ?? 0) - 1;
    if (calls > 0) this.#calls.set(address, calls);
    else this.#calls.delete(address);
  }

  #fullError(): Error {
    return rateLimited(RETRY_MS, 'Too many users are joining or reading at the moment.', this.#name);
  }
}
