/** What is said to who may not do something in a room, or was too fast. */
import { ChatError, type Reason } from '../protocol/errors.js';

/** What `for another ... s` follows, and the others, whole. */
const DENIAL_TEXTS: Record<Reason, string> = {
  read_only: 'Only who keeps the room in order may speak in it.',
  muted: 'You may not speak in this room',
  closed: 'The room is closed: nobody enters, and only who keeps it in order may speak.',
  banned: 'You may not enter this room',
  links: 'There may be no links in this room.',
  role: 'Only the owner of the room may do this to who has a role in it.',
  reserved: 'This room is kept for somebody: the host has not opened it.',
  off: 'The host has switched this room off.',
  address: 'The host of this chat has switched it off for your address.',
  full: 'This user has as many private conversations as there may be.',
  values: 'The rules of this room do not let you write this value.',
  words: 'This room does not take these words in a value.',
  blocked: 'This user does not take private messages from you.',
};

/** These are about `to`, the others about the room. */
const OF_USERS: ReadonlySet<Reason> = new Set(['full', 'blocked']);

/** `not_allowed` in a room, for another `ms` when that is known. */
export function notAllowed(reason: Reason, ms?: number): ChatError {
  if (ms === undefined)
    return new ChatError('not_allowed', DENIAL_TEXTS[reason], { field: OF_USERS.has(reason) ? 'to' : 'room', reason });
  const retryAfter = Math.ceil(ms / 1_000);
  return new ChatError('not_allowed', `${DENIAL_TEXTS[reason]} for another ${retryAfter} s.`, {
    field: 'room',
    reason,
    retryAfter,
  });
}

/** `rate_limited`, and by which limit: for the figures, not for the client. */
export class RateLimited extends ChatError {
  readonly limit: string;

  /** `ms`: how long to wait. */
  constructor(ms: number, why: string, limit: string) {
    const retryAfter = Math.ceil(ms / 100) / 10;
    super('rate_limited', `${why} Try again in ${retryAfter} s.`, { retryAfter });
    this.limit = limit;
  }
}

/** `rate_limited`, for another `ms`; `limit` names it in the figures, by default the rate of one user. */
export function rateLimited(ms: number, why = 'Too many of these.', limit = 'user'): RateLimited {
  return new RateLimited(ms, why, limit);
}
