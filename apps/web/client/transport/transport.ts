import type { ErrorCode, ErrorDetails } from '../../../../shared/protocol/errors.js';
import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers, Fields } from '../answers.js';
import type { TransportName } from '../api.js';
import { ABANDONED, asFailure, Failure, NO_ANSWER } from '../errors.js';

/** A request that has been sent. */
export interface Call<A> {
  /** Resolves with the answer. Rejects with a Failure. */
  done: Promise<A>;
  /** Stops waiting. `done` rejects with ABANDONED, and a late answer is ignored. */
  abandon(): void;
}

/** Carries one operation to the server, and its answer back. */
export interface Transport {
  readonly name: TransportName;
  call<O extends OperationName>(operation: O, values: Fields, timeoutMs: number): Call<Answers[O]>;
}

/** The time limit of a request that is not a poll, and of a pause within an answer. */
export const REQUEST_TIMEOUT_MS = 10_000;

interface ErrorBody extends ErrorDetails {
  code: ErrorCode;
  message: string;
}

/** Returns the answer out of the envelope that both transports share. Throws the failure that it holds. */
function unwrap<A>(body: unknown): A {
  const { ok, error } = (body || {}) as { ok?: boolean; error?: ErrorBody };
  if (ok === true) return body as A;
  const { code, message = '' } = (error || {}) as Partial<ErrorBody>;
  if (!code) throw new Failure('network', NO_ANSWER.noChat);
  throw new Failure(code, message, error);
}

/** The report of a transport about a request. */
export interface Progress {
  /** The body of the answer is here. */
  answered(body: unknown): void;
  /** There is no answer. A failure tells why; anything else means that the server could not be reached. */
  failed(thrown?: unknown): void;
  /** A part of the answer is here. The next one comes within `ms`. */
  alive(ms?: number): void;
}

/**
 * Makes a call that settles exactly once: by its answer, by a failure, by `abandon`, or after `timeoutMs`. `begin`
 * sends the request and returns a function that cleans up once the call is settled. If `begin` throws, the call fails.
 */
export function within<A>(timeoutMs: number, begin: (progress: Progress) => () => void): Call<A> {
  let abandon: () => void = () => undefined;
  const done = new Promise<A>((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      cleanUp();
      act();
    };
    const fail = (failure: Failure): void => settle(() => reject(failure));
    const expire = (): void => fail(new Failure('network', NO_ANSWER.late));
    let timer = setTimeout(expire, timeoutMs);
    let cleanUp = (): void => undefined;
    abandon = () => fail(ABANDONED);
    const progress: Progress = {
      answered: (body) =>
        settle(() => {
          try {
            resolve(unwrap<A>(body));
          } catch (failure) {
            reject(failure);
          }
        }),
      failed: (thrown) => fail(thrown instanceof Failure ? thrown : new Failure('network', NO_ANSWER.unreachable)),
      alive: (ms = REQUEST_TIMEOUT_MS) => {
        clearTimeout(timer);
        timer = setTimeout(expire, ms);
      },
    };
    try {
      cleanUp = begin(progress);
    } catch (thrown) {
      fail(asFailure(thrown));
    }
  });
  return { done, abandon };
}
