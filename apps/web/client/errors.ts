import type { ErrorDetails, Reason } from '../../../shared/protocol/errors.js';
import type { ChatFailure } from './api.js';

/** The only error the library rejects with. */
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

/** The same request may succeed later: nobody was reached, or the server says when to come again. */
export function mayRetry({ code, retryAfter }: Failure): boolean {
  return code === 'network' || (retryAfter !== undefined && code !== 'not_allowed'); // who is muted should decide anew
}

/** Whatever was thrown, as a Failure: what is not one already never reached the server. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure('network', String(thrown));
}

/** A copy as JSON says it. Throws `bad_request` for what it cannot say: that would never arrive, however often it is tried. */
export function asJson<T>(value: T, field: string): T {
  try {
    return JSON.parse(JSON.stringify(value)) as T;
  } catch (_) {
    throw new Failure('bad_request', `${field} must be something that JSON can say.`, { field });
  }
}

/** A call was given up on purpose; nobody but its caller should see it. */
export function isAbandoned(thrown: unknown): boolean {
  return thrown === ABANDONED;
}

export const ABANDONED = new Failure('network', 'Given up.');
