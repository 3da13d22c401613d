import type { Fields } from '../answers.js';
import { asFailure, type Failure } from '../errors.js';

/** The pause between two signals of a room. It is short enough for a pointer to move smoothly. */
const GAP_MS = 60;

/** The codes of mistakes in the page itself. */
const MISTAKE = /^(bad_request|too_large|not_in_room)$/;

interface Waiting {
  values: Fields;
  done: Array<(failure: Failure | null) => void>;
}

/**
 * Returns a function that sends signals as fast as the network can, and no faster. While one is being sent, the newest
 * signal of the same room replaces the one that waits. A signal may be lost, so its promise only says that its turn is
 * over. The promise rejects if the signal could never be sent.
 */
export function makeSignals(post: (values: Fields) => Promise<unknown>) {
  const busy = new Set<string>();
  const waiting = new Map<string, Waiting>();

  const run = async (room: string): Promise<void> => {
    busy.add(room);
    for (let next = waiting.get(room); next; next = waiting.get(room)) {
      waiting.delete(room);
      const failure = await post(next.values).then(() => null, asFailure);
      const { code = '', retryAfter = 0 } = (failure || {}) as Partial<Failure>;
      for (const settle of next.done) settle(MISTAKE.test(code) ? failure : null);
      await new Promise((resolve) => setTimeout(resolve, GAP_MS + retryAfter * 1_000));
    }
    busy.delete(room);
  };

  return (room: string, values: Fields): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (failure: Failure | null): void => {
        failure ? reject(failure) : resolve();
      };
      const before = waiting.get(room);
      waiting.set(room, { values, done: (before ? before.done : []).concat(settle) });
      if (!busy.has(room)) void run(room);
    });
}
