import type { ErrorCode, ErrorDetails } from '../../../../shared/protocol/errors.js';
import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers } from '../answers.js';
import type { WayName } from '../api.js';
import { ABANDONED, asFailure, Failure } from '../errors.js';

export type Values = Record<string, unknown>;

/** A request on its way. */
export interface Call<A> {
  done: Promise<A>;
  /** Stops waiting for it: `done` rejects with ABANDONED, a late answer does nothing. */
  abandon(): void;
}

/** Carries one operation to the server and its answer back. Rejects only with Failure. */
export interface Transport {
  readonly way: WayName;
  call<O extends OperationName>(operation: O, values: Values, patienceMs: number): Call<Answers[O]>;
}

/** ms that a request other than a poll may take, and that an answer that has begun may pause. */
export const PATIENCE = 10_000;

interface ErrorBody extends ErrorDetails {
  code: ErrorCode;
  message: string;
}

/** Opens the envelope that both ways share. Throws the failure it holds. */
function unwrap<A>(body: unknown): A {
  const envelope = body as { ok?: boolean; error?: ErrorBody } | null;
  if (envelope && envelope.ok === true) return body as A;
  const error = envelope && envelope.error;
  if (!error || !error.code) throw new Failure('network', 'Something other than the chat server answered.');
  throw new Failure(error.code, error.message, error);
}

/** What a request that is on its way tells. */
export interface Progress {
  /** The body has come. */
  give(body: unknown): void;
  /** Nobody was reached. */
  lost(): void;
  /** A part of the answer has come. */
  alive(): void;
}

/**
 * A request that is settled once, in time. `begin` sends it, and gives what to do when it is settled, whatever has settled
 * it. What `begin` throws settles it too.
 */
export function within<A>(patienceMs: number, begin: (progress: Progress) => () => void): Call<A> {
  let abandon: () => void = () => undefined;
  const done = new Promise<A>((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      end();
      act();
    };
    const fail = (failure: Failure): void => settle(() => reject(failure));
    const late = (): void => fail(new Failure('network', 'The server took too long to answer.'));
    let timer = setTimeout(late, patienceMs);
    let end = (): void => undefined;
    abandon = () => fail(ABANDONED);
    const progress: Progress = {
      give: (body) =>
        settle(() => {
          try {
            resolve(unwrap<A>(body));
          } catch (failure) {
            reject(failure);
          }
        }),
      lost: () => fail(new Failure('network', 'The server could not be reached.')),
      alive: () => {
        clearTimeout(timer);
        timer = setTimeout(late, PATIENCE);
      },
    };
    try {
      end = begin(progress);
    } catch (thrown) {
      fail(asFailure(thrown));
    }
  });
  return { done, abandon };
}
