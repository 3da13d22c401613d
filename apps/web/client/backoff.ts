import { asFailure, type Failure, mayRetry } from './errors.js';

/** The longest first wait. On average it is three quarters of this. */
const FIRST_WAIT_MS = 400;
/** No wait is longer, unless the server asks for more. */
const WAIT_MAX_MS = 15_000;

/**
 * Returns the ms to wait after this many failures in a row. The wait doubles with each failure. Its random part keeps
 * pages from retrying at the same moment.
 */
export function backoff(failures: number, retryAfterS = 0): number {
  const step = Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 20));
  return retryAfterS * 1_000 + step / 2 + Math.random() * (step / 2);
}

/** The waits of one chat. All of them end early when the browser reports something new, such as being online again. */
export interface Pauses {
  /** Resolves after `ms`, or when `wake` is called. */
  wait(ms: number): Promise<void>;
  /** Ends all waits now. */
  wake(): void;
}

export function makePauses(): Pauses {
  const waiting = new Set<() => void>();
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          waiting.delete(end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        waiting.add(end);
      }),
    wake: () => {
      for (const end of waiting) end();
    },
  };
}

/**
 * Repeats `attempt` while its failures may pass, for about `forMs` at the most. Calls `trouble` with each failure.
 * Throws the last one.
 */
export async function persist<T>(
  attempt: () => Promise<T>,
  pauses: Pauses,
  forMs: number,
  trouble?: (failure: Failure) => void,
): Promise<T> {
  const end = Date.now() + forMs;
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (!mayRetry(failure) || Date.now() > end) throw failure;
      if (trouble) trouble(failure);
      await pauses.wait(backoff(failures, failure.retryAfter));
    }
  }
}
