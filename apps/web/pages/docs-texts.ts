import type { ErrorCode } from '../../../shared/protocol/errors.js';
import {
  DATA_BYTES,
  DEFAULT_ROOM,
  EVENTS_MAX,
  HISTORY_ON_ENTER_MAX,
  JOIN_NONCE_MIN,
  MUTE_MAX_S,
  NAME_MAX,
  NONCE_MAX,
  OWN_VALUE_BYTES,
  POLL_TIMEOUT_DEFAULT_S,
  POLL_TIMEOUT_MAX_S,
  SLOW_MAX_S,
  TEXT_MAX,
  VALUE_BYTES,
  VALUE_KEYS_MAX,
  WORD_MAX,
  WORDS_MAX,
} from '../../../shared/protocol/limits.js';
import type { OperationName, ParameterKind } from '../../../shared/protocol/operations.js';

/** What each operation is for. */
export const PURPOSE: Record<OperationName, string> = {
  join: 'Makes a user and puts it into a room. Gives user, token, cursor, pollTimeout, the room with its members and history, and to who makes a room its owner token, once.',
  poll: 'Waits for events. Give the cursor of the last answer each time: it acknowledges what came with it. Gives cursor, events, and sometimes missed or reset.',
  send: 'Sends a message to a room, or with "to" to one user. Gives its id and time.',
  sent: 'Whether a message was accepted whose answer was lost, by its nonce; "former" is the token of the user that sent it, who may have ended since. Gives id and at if it was.',
  signal:
    'Tells something fleeting to those who are in the room now. It is stored nowhere; of several that come between two polls, the newest of each sender is given.',
  set: 'Writes a value that the room remembers, and tells everybody; null deletes it, or with a key that ends with / all that begin so. With "if" only over that version, else conflict. Gives version.',
  add: 'Adds to a number that the room remembers; a number that is not there is 0. Each nonce counts once. Gives value, the sum, and version.',
  get: 'Reads what the room remembers: all, some keys, or all that begin with a prefix. Gives values, version, and more when it is not all.',
  enter: 'Enters one more room. Gives the room as join does.',
  exit: 'Leaves one room.',
  block:
    'Takes no private messages and signals from a user any more, and leaves the private room of the two. Gives blocked, the ids of all whom you have blocked; enter gives it too.',
  unblock: 'Takes private messages from a user again. Gives blocked.',
  rename: 'Takes another name. Gives the user.',
  leave: 'Ends the user: out of all rooms, and the name is free again. With "forget" its messages go too.',
  members: 'Who is in a room.',
  history: 'What a room has said, oldest first; "before" an event\'s id, page by page. Gives events and more.',
  remove:
    'Takes a message out of the history; a removed event tells everybody. For owner and moderators, as all that follows.',
  clear:
    'Empties the history; a cleared event tells everybody. With "values" it deletes all values instead, which takes an owner; a value event without key tells it.',
  mute: 'Keeps a member from speaking; 0 seconds lets it speak again. Only itself is told, by a muted event; with "quiet" not even that, and only itself sees what it says. It goes by the user: who joins anew is not muted.',
  kick: 'Takes a member out of the room; its left event has "by".',
  ban: 'Takes a member out, and lets nobody of its name or address in for so many seconds; 0 ends that. With "messages" all that it said is removed; one removed event with "user" tells everybody.',
  rules:
    'Sets what binds those without a role: seconds between two messages of a user (slow), only roles speak (readonly), nobody enters (closed), no links (links: false), words that are masked, or with hold wait for approval, who may write values.',
  moderate: 'The owner makes a member a moderator, or with "on": false ends that.',
  handover: 'The owner offers the room to a member, who has ten minutes to take it.',
  own: 'Takes a room that was offered. Gives its new owner token.',
  held: 'Messages that wait for approval. Gives messages.',
  approve: 'Lets a message that waits into the room.',
  reject: 'Drops a message that waits.',
  audit:
    'What was done to keep the room in order, and by which rules. Gives acts, rules, moderators, muted, banned, held and your role.',
  rooms: 'Public rooms with their numbers of members, busiest first.',
};

/** What a parameter may be. */
export const KINDS: Record<ParameterKind, string> = {
  name: `1 to ${NAME_MAX} characters`,
  room: `1 to 64 of A-Z a-z 0-9 . _ - (${DEFAULT_ROOM})`,
  anyRoom: 'a room of the user; private ones too, as 12:57',
  token: 'from join',
  cursor: 'from the last poll, or join',
  timeout: `seconds, 0 to ${POLL_TIMEOUT_MAX_S} (${POLL_TIMEOUT_DEFAULT_S})`,
  text: `up to ${TEXT_MAX.toLocaleString('en')} characters`,
  data: `any JSON, up to ${DATA_BYTES.toLocaleString('en')} bytes`,
  user: "a user's id",
  nonce: `up to ${NONCE_MAX} characters; the same one again sends nothing twice`,
  joinNonce: `${JOIN_NONCE_MIN} to ${NONCE_MAX} random characters, a secret; the same again gives the same user`,
  history: `events, 0 to ${HISTORY_ON_ENTER_MAX} (${HISTORY_ON_ENTER_MAX})`,
  before: "an event's id",
  limit: `1 to ${EVENTS_MAX}`,
  flag: 'true or false',
  owner: 'from join or enter, which gave it to who made the room; who has a role needs none',
  event: "a message's id",
  member: "a user's id",
  seconds: `0 to ${MUTE_MAX_S.toLocaleString('en')}`,
  slow: `seconds, 0 (off) to ${SLOW_MAX_S.toLocaleString('en')}`,
  key: '1 to 60 characters of A-Z a-z 0-9 . _ - / @; @me/... is your own',
  value: `any JSON, up to ${VALUE_BYTES.toLocaleString('en')} bytes, of your own ${OWN_VALUE_BYTES.toLocaleString('en')}; null deletes`,
  version: 'of a value; 0 for a key that has none',
  number: 'a number (1)',
  keys: `up to ${VALUE_KEYS_MAX} keys, with commas between`,
  prefix: 'the beginning of keys',
  after: 'more, from the last answer',
  writers: 'all, own (only @me/...) or roles',
  types: 'types of events, with commas between',
  words: `JSON array of up to ${WORDS_MAX} words of up to ${WORD_MAX} characters; word* is all that begin so`,
};

/** When an error comes. */
export const WHEN: Record<ErrorCode, string> = {
  callback_missing: 'JSONP without a callback',
  callback_invalid: 'A callback that is no dotted name',
  unknown_operation: 'There is no such operation',
  bad_request: 'A parameter is not allowed; field names it and the message says what is',
  method_not_allowed:
    'GET was used for what changes something, or another wrong method; allow names those that would do',
  conflict: 'The value has another version; with the value and version that are there',
  name_taken: 'Somebody has that name, or it says a role; with a free suggestion',
  unauthorized: 'The token is not, or no longer, valid: join again',
  not_in_room: 'Enter the room first',
  not_owner: 'You have no role in this room, or the owner token is wrong',
  not_allowed: 'The room does not let you; reason says why',
  origin_refused: 'This chat serves only pages of its host',
  no_such_user: '"to" is nobody, or somebody in no room of yours',
  superseded: 'A newer poll of this user has taken over',
  too_large: 'The request is too large',
  rate_limited: 'Too fast; with retryAfter in seconds',
  unavailable: 'The server cannot do it now; with retryAfter in seconds',
};
