/** The errors for users who may not do something in a room, or who are too fast. */
import { ChatError, type Reason } from '../protocol/errors.js';
import { PENDING_PER_USER_MAX } from '../protocol/limits.js';
import type { WriteRefusal } from './script-replies.js';

/** Why not, by reason. `muted` and `banned` go on with `for another ... s`. */
const DENIAL_TEXTS: Record<Reason, string> = {
  read_only: 'Only the owner and moderators can write in this room.',
  muted: 'You cannot write in this room',
  closed: 'The room is closed. Nobody can enter, and only the owner and moderators can write.',
  banned: 'You cannot enter this room',
  links: 'Links are not allowed in this room.',
  role: 'Only the owner can do this to the owner or a moderator.',
  reserved: 'This room is reserved. The host has not opened it yet.',
  off: 'The host has switched this room off.',
  address: 'The host has banned your address.',
  full: 'This user has too many private conversations.',
  values: 'The rules of this room do not let you write this value.',
  words: 'These words are not allowed in values and edits of this room.',
  foreign: 'Only its author can change a message.',
  late: 'Messages cannot be changed here.',
  delay: 'In this room others see a message later, and a changed one cannot wait.',
  not_empty: 'An import needs an empty room: no messages, no values, and nobody in it but its owner.',
  hold: 'In this room every message waits for approval, and neither a reaction nor a changed message can wait.',
  blocked: 'This user does not accept private messages from you.',
  key: 'You need a valid link, with its key, to enter this room. Ask the people of the room for one.',
  name: 'This room has no guests. Choose a name first.',
  hooks: 'The host of this server allows no outgoing hooks.',
  private: 'There are no private messages in a room where you both are.',
  share: 'This page is very busy, and others need the server too.',
};

/** The parameter that a reason concerns, if that is not `room`. */
const FIELDS: Partial<Record<Reason, string>> = {
  full: 'to',
  blocked: 'to',
  private: 'to',
  key: 'key',
  name: 'name',
  foreign: 'id',
  late: 'id',
};

/** Returns the error `not_allowed`. `ms`: for how long it still holds, when that is known. */
export function notAllowed(reason: Reason, ms?: number): ChatError {
  if (ms === undefined)
    return new ChatError('not_allowed', DENIAL_TEXTS[reason], { field: FIELDS[reason] ?? 'room', reason });
  const retryAfter = Math.ceil(ms / 1_000);
  return new ChatError('not_allowed', `${DENIAL_TEXTS[reason]} for another ${retryAfter} s.`, {
    field: 'room',
    reason,
    retryAfter,
  });
}

/** Returns the error `not_in_room`. */
export function notInRoom(room: string): ChatError {
  return new ChatError('not_in_room', `You are not in the room ${room}. Enter it first.`, { field: 'room' });
}

/** The error `rate_limited`, with the name of the limit for the metrics. */
export class RateLimited extends ChatError {
  readonly limit: string;

  /** `ms`: how long the client has to wait. `reason`: told to the client, if it should know. */
  constructor(ms: number, why: string, limit: string, reason?: Reason) {
    const retryAfter = Math.ceil(ms / 100) / 10;
    super('rate_limited', `${why} Try again in ${retryAfter} s.`, { retryAfter, ...(reason && { reason }) });
    this.limit = limit;
  }
}

/** Returns the error `rate_limited`. `limit`: its name in the metrics, by default the rate of one user. */
export function rateLimited(ms: number, why = 'Too many requests.', limit = 'user'): RateLimited {
  return new RateLimited(ms, why, limit);
}

/** Returns the error of a write that a room's rules or rates refuse. `ms`: for how long. */
export function writeRefusal(room: string, outcome: WriteRefusal, ms?: number): ChatError {
  switch (outcome) {
    case 'full':
      return new ChatError('unavailable', `The room ${room} has too many messages to deliver now. Try again soon.`, {
        retryAfter: 1,
      });
    case 'slow':
      return rateLimited(ms ?? 0, `The room ${room} is in slow mode.`, 'slow');
    case 'flood':
      return rateLimited(ms ?? 0, `The room ${room} gets too many messages.`, 'room');
    case 'waiting':
      return rateLimited(ms ?? 0, `${PENDING_PER_USER_MAX} of your messages wait in the room ${room}.`, 'waiting');
    default:
      return notAllowed(outcome, ms);
  }
}
