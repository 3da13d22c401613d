import type { ErrorDetails, Reason } from '../../../shared/protocol/errors.js';
import type { ChatFailure } from './api.js';

/** The only error that the library rejects with. */
export class Failure extends Error implements ChatFailure {
  readonly code: ChatFailure['code'];
  readonly field?: string;
  readonly suggestion?: string;
  readonly retryAfter?: number;
  readonly reason?: Reason;
  readonly value?: unknown;
  readonly version?: string;

  constructor(code: ChatFailure['code'], message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = 'ChatError';
    this.code = code;
    Object.assign(this, details);
  }
}

/** Messages of the failure `network` if no chat server has answered. The element offers more help then. */
export const NO_ANSWER = {
  unreachable: 'The server could not be reached.',
  late: 'The server did not answer in time.',
  noChat: 'No chat server answered.',
  /** The server has ended a stream: its process ends. */
  ended: 'The stream has ended.',
};

/** Whether the same request may succeed later: the server was not reached, or it says when to try again. */
export function mayRetry({ code, retryAfter }: Failure): boolean {
  return code === 'network' || (retryAfter !== undefined && code !== 'not_allowed'); // a muted user decides anew
}

/**
 * Returns whatever was thrown as a Failure. An error of another kind means that the request never reached the server.
 */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure('network', String(thrown));
}

/** Returns a copy, as JSON expresses it. Throws `bad_request` if JSON cannot: no retry would help. */
export function asJson<T>(value: T, field: string): T {
  try {
    return JSON.parse(JSON.stringify(value)) as T;
  } catch (_) {
    throw new Failure('bad_request', `${field} cannot be written as JSON.`, { field });
  }
}

/** Whether a call was abandoned on purpose. Only its caller should see that. */
export function isAbandoned(thrown: unknown): boolean {
  return thrown === ABANDONED;
}

export const ABANDONED = new Failure('network', 'Abandoned.');
