import type { ErrorCode, ErrorDetails } from '../../../shared/protocol/errors.js';
import type { OperationName } from '../../../shared/protocol/operations.js';
import type { Answers } from './answers.js';
import type { WayName } from './api.js';
import { ABANDONED, Failure } from './errors.js';

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

/** ms that a request other than a poll may take. */
export const PATIENCE = 10_000;

interface ErrorBody extends ErrorDetails {
  code: ErrorCode;
  message: string;
}

/** Opens the envelope that both ways share. Throws the failure it holds. */
export function unwrap<A>(body: unknown): A {
  const envelope = body as { ok?: boolean; error?: ErrorBody } | null;
  if (envelope && envelope.ok === true) return body as A;
  const error = envelope && envelope.error;
  if (!error || !error.code) throw new Failure('network', 'Something other than the chat server answered.');
  throw new Failure(error.code, error.message, error);
}

/**
 * A request that is settled once, in time. `begin` sends it, takes what to call with the body or when nobody was reached,
 * and gives what to do when it is settled, whatever has settled it.
 */
export function within<A>(patienceMs: number, begin: (give: (body: unknown) => void, lost: () => void) => () => void): Call<A> {
  let abandon: () => void = () => undefined;
  const done = new Promise<A>((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      end();
      act();
    };
    const fail = (failure: Failure): void => settle(() => reject(failure));
    const timer = setTimeout(() => fail(new Failure('network', 'The server took too long to answer.')), patienceMs);
    abandon = () => fail(ABANDONED);
    const end = begin((body) => settle(() => {
      try { resolve(unwrap<A>(body)); } catch (failure) { reject(failure); }
    }), () => fail(new Failure('network', 'The server could not be reached.')));
  });
  return { done, abandon };
}
