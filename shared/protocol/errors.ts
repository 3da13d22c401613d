/**
 * Every error that a client can get: its HTTP status on `/api`, and whether the same request may succeed later. The
 * server throws by this table, and the browser library decides by it.
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
 * Why something is `not_allowed`. `off`: the operator has switched the room off. `address`: the operator has blocked
 * the address. For private messages: `full`: the other user is in too many private rooms. `blocked`: one of the two
 * users has blocked the other. For values: `values`: the room's rules do not allow it. `words`: the room holds messages
 * with such words for approval, and neither a value nor an edit can wait. `key`: the room needs a key, or the key is
 * wrong. The answer is the same when there is no such room. `name`: a guest must choose a name first. `private`: the
 * two users are in a room without private messages. `not_empty`: an import needs an empty room. `hold`: every message
 * of the room waits for approval, and neither a reaction nor an edit can wait. For an edit: `delay`: as `hold`, where
 * others see messages later. `foreign`: the message is somebody else's. `late`: it is too old. `share`, with
 * `rate_limited`: the server is busy, and the page uses more of it than its share. `hooks`: the host allows no outgoing
 * hooks.
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
  | 'words'
  | 'key'
  | 'name'
  | 'private'
  | 'not_empty'
  | 'hold'
  | 'foreign'
  | 'late'
  | 'delay'
  | 'share'
  | 'hooks';

/**
 * Details of an error: `field`, the bad parameter; `suggestion`, a free name; `retryAfter` (s); `reason`, why it is not
 * allowed; `allow`, the methods that are allowed; for a `conflict` the value that is there (null for none) and its
 * version.
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

/** An error as the client sees it. Any code may throw it, and one place turns it into an answer. */
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
