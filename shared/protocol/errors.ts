/**
 * Every error a client can meet: its HTTP status on `/api` and whether the same request may succeed later.
 * The server throws from this table, the browser library decides from it.
 */
export const ERRORS = {
  callback_missing: { status: 400, retry: false },
  callback_invalid: { status: 400, retry: false },
  unknown_operation: { status: 404, retry: false },
  bad_request: { status: 400, retry: false },
  method_not_allowed: { status: 405, retry: false },
  name_taken: { status: 409, retry: false },
  conflict: { status: 409, retry: false },
  unauthorized: { status: 401, retry: false },
  not_in_room: { status: 403, retry: false },
  not_owner: { status: 403, retry: false },
  not_allowed: { status: 403, retry: false },
  origin_refused: { status: 403, retry: false },
  no_such_user: { status: 404, retry: false },
  superseded: { status: 409, retry: false },
  too_large: { status: 413, retry: false },
  rate_limited: { status: 429, retry: true },
  unavailable: { status: 503, retry: true },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/**
 * Why something is `not_allowed`. `off`: the host has switched the room off; `address`: the chat, for this address. Of private messages:
 * `full`: the other user has as many private rooms as there may be; `blocked`: one of the two users has blocked the other. Of values:
 * `values`: the room's rules say who may write them; `words`: the room holds such words for approval, which a value cannot wait for.
 */
export type Reason =
  | 'read_only'
  | 'muted'
  | 'closed'
  | 'banned'
  | 'links'
  | 'role'
  | 'reserved'
  | 'off'
  | 'address'
  | 'full'
  | 'blocked'
  | 'values'
  | 'words';

/**
 * What an error may say beside its code: `field` of a bad parameter, `suggestion` of a free name, `retryAfter` in s, `reason` of a refusal,
 * `allow`: the methods that would do; of a `conflict`, the value that is there (null for none) and its version.
 */
export interface ErrorDetails {
  field?: string;
  suggestion?: string;
  retryAfter?: number;
  reason?: Reason;
  allow?: string;
  value?: unknown;
  version?: string;
}

/** An error as the client sees it; thrown anywhere below the edge, turned into an answer in one place. */
export class ChatError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = 'ChatError';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}
