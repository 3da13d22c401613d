import { asFailure, mayRetry } from '../errors.js';

/** ms before the first retry, on average three quarters of it. */
const FIRST = 400;
/** ms that no wait exceeds, unless the server asks for more. */
const LONGEST = 15_000;

/** ms to wait after the given number of failures in a row: doubling, and spread so that pages do not march in step. */
export function backoff(failures: number, retryAfterS = 0): number {
  const step = Math.min(LONGEST, FIRST * 2 ** Math.min(failures - 1, 20));
  return retryAfterS * 1_000 + step / 2 + Math.random() * (step / 2);
}

/** Waits of one chat, which news from the browser (online again, visible again) cuts short. */
export class Pauses {
  private readonly waiting = new Set<() => void>();

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.waiting.add(end);
    });
  }

  /** Ends all waits now. */
  wake(): void {
    this.waiting.forEach((end) => end());
  }
}

/** Repeats `attempt` while it fails in a way that may pass, for at most about `forMs`; `trouble` hears why it failed. */
export async function persist<T>(
  attempt: () => Promise<T>,
  pauses: Pauses,
  forMs: number,
  trouble?: (reason: string) => void,
): Promise<T> {
  const end = Date.now() + forMs;
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (!mayRetry(failure) || Date.now() > end) throw failure;
      if (trouble) trouble(failure.message);
      await pauses.wait(backoff(failures, failure.retryAfter));
    }
  }
}
