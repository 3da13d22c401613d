import { ERRORS, type ErrorCode, type ErrorDetails } from '../../../shared/protocol/errors.js';
import type { ChatFailure } from './api.js';

/** The only error the library rejects with. */
export class Failure extends Error implements ChatFailure {
  readonly code: ErrorCode | 'network' | 'left';
  readonly field?: string;
  readonly suggestion?: string;
  readonly retryAfter?: number;

  constructor(code: ErrorCode | 'network' | 'left', message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = 'ChatError';
    this.code = code;
    if (details.field !== undefined) this.field = details.field;
    if (details.suggestion !== undefined) this.suggestion = details.suggestion;
    if (details.retryAfter !== undefined) this.retryAfter = details.retryAfter;
  }
}

/** The same request may succeed later. */
export function mayRetry(failure: Failure): boolean {
  if (failure.code === 'left') return false;
  return failure.code === 'network' || ERRORS[failure.code].retry;
}

/** Whatever was thrown, as a Failure: what is not one already never reached the server. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure('network', thrown instanceof Error ? thrown.message : String(thrown));
}

/** A call was given up on purpose; nobody but its caller should see it. */
export function isAbandoned(thrown: unknown): boolean {
  return thrown === ABANDONED;
}

export const ABANDONED = new Failure('network', 'The request was given up.');
