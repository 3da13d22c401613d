import type { Answers, Fields } from '../answers.js';
import { type Pauses, persist } from '../backoff.js';
import { Failure } from '../errors.js';
import { secret } from '../secret.js';

/** How long a write is retried. The server remembers a nonce for ten minutes, so no retry can send a message twice. */
const RETRY_FOR_MS = 5 * 60_000;

/** A message, or a write of a value, that the server has not answered yet. */
export interface PendingWrite {
  readonly operation: 'send' | 'set' | 'add';
  readonly fields: Fields;
  /** The token it was sent with, if the answer was lost or undecided. The server may have accepted it then. Else ''. */
  sentBy: string;
}

/** Resolves with the answer. `values` get their nonce, `id`, when their turn comes. Until then they may be replaced. */
export type Outbox = <O extends PendingWrite['operation']>(operation: O, values: Fields) => Promise<Answers[O]>;

/**
 * Makes an outbox. It sends what goes to the same room or user one after the other, so retries never change the order.
 * Calls `trouble` with each failure that is followed by a retry.
 */
export function makeOutbox(
  post: (write: PendingWrite) => Promise<unknown>,
  pauses: Pauses,
  trouble: (failure: Failure) => void,
): Outbox {
  /** The last write by room or user. */
  const last = new Map<unknown, Promise<unknown>>();

  const retry = (write: PendingWrite): Promise<unknown> => {
    const end = Date.now() + RETRY_FOR_MS;
    const attempt = async (): Promise<unknown> => {
      // as after a sleep: the server may have forgotten that it has the message
      if (write.sentBy && Date.now() > end) throw new Failure('network', 'No answer came. It may have been sent.');
      return post(write);
    };
    return persist(attempt, pauses, RETRY_FOR_MS, trouble);
  };

  return async <O extends PendingWrite['operation']>(operation: O, values: Fields) => {
    const place = values.room || values.to;
    const sent = (last.get(place) || Promise.resolve()).then(() =>
      retry({ operation, fields: Object.assign(values, { id: secret() }), sentBy: '' }),
    );
    last.set(
      place,
      sent.catch(() => undefined),
    );
    return sent as Promise<Answers[O]>;
  };
}
