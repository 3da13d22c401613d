import type { ErrorCode, Reason } from '../../../shared/protocol/errors.js';
import { HOOK_SHAPES } from '../../../shared/protocol/events.js';
import {
  BAN_MAX_S,
  DATA_BYTES,
  DEFAULT_ROOM,
  DELAY_MAX_S,
  EVENTS_MAX,
  HISTORY_ON_ENTER_MAX,
  HOOK_URL_MAX,
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

/** The description of each operation. `/docs` shows the first sentence beside its name. */
export const PURPOSE: Record<OperationName, string> = {
  join: 'Makes a user and puts it into a room. Returns user, token, cursor, pollTimeout, and the room with its members and history. If the user made the room, it also returns the owner token, once.',
  poll: 'Waits for events. Give the cursor of the last answer each time: it acknowledges the events of that answer. Returns cursor, events, and sometimes missed or reset.',
  ack: 'Acknowledges what a stream has given, up to the cursor of one of its messages. A poll needs none: its cursor acknowledges.',
  send: 'Sends a message to a room, or with "to" to one user. "re" is the id of the message that it answers. Returns its id and time.',
  post: 'Sends a message to a room without joining it. Nobody sees you come or go. It needs what join needs (name, key), or the secret of an incoming webhook as "hook". Returns id, at, room and from. POST /r/<room> does the same with a plain text.',
  sent: 'Finds out whether a message was accepted, if its answer was lost. Give the nonce of the message. "former" is the token of the user who sent it; that user may have ended. Returns id and at if the message was accepted.',
  react:
    'Reacts to a message with one emoji, or with "on": false takes the reaction back. Returns all reactions to the message. A reacted event tells everybody. Many reactions may share one event. Messages of the history have reactions, too.',
  edit: 'Replaces the text of a message of your own, for some minutes after you have sent it. An edited event tells everybody. A rule that stops you from sending also stops you from editing. Returns at, the time of the edit.',
  unsay: 'Takes a message of your own back, for some minutes after you have sent it. A removed event tells everybody.',
  signal:
    'Sends a short-lived event to everybody who is in the room now. It is not stored. Between two polls, a user gets only the newest signal of each sender.',
  set: 'Writes a value that the room remembers, and tells everybody. null deletes the value. A key that ends with / deletes all values whose keys begin with it. With "if", it writes only over that version; otherwise the answer is conflict. Returns version.',
  add: 'Adds to a number that the room remembers. A missing number counts as 0. Each nonce counts once. Returns value (the sum) and version.',
  get: 'Reads values of a room. Without keys or prefix it reads all values. Returns values, version, and more if there are others.',
  enter:
    'Enters another room. Returns the room as join does. "key" is the key of a room that needs one. If a member has the name of the user, the answer is name_taken, with a name that is free there and in all rooms of the user.',
  exit: 'Leaves a room.',
  block:
    "Refuses a user's private messages and signals. You also leave the private room of the two of you. Returns blocked, the ids of all users whom you have blocked. enter returns it too.",
  unblock: "Accepts a user's private messages and signals again. Returns blocked.",
  rename: 'Takes another name, in all rooms of the user. Returns the user.',
  leave: 'Ends the user. It leaves all rooms, and its name is free again. With "forget", its messages are deleted too.',
  members: 'Lists the members of a room.',
  history:
    'Lists what happened in a room, oldest first. Give the id of an event as "before" to read the page before it. Returns events and more.',
  report:
    'Reports a message to the owner and the moderators. They see how many users have reported it, not which ones. Nobody else learns of it.',
  remove:
    'Removes a message from the history. A removed event tells everybody. This operation and those below are for owners and moderators.',
  clear:
    'Removes all messages from the history. A cleared event tells everybody. With "values", it deletes all values instead, and a value event without key tells everybody. Only an owner can do that.',
  mute: 'Stops a member from sending for some seconds. 0 seconds ends the mute. Only the member is told, by a muted event. With "quiet", the member is not told: their messages look sent to them, but nobody else sees them. A mute is for one user: the same person can join again as another.',
  kick: 'Removes a member from the room. The left event has "by".',
  ban: 'Removes a member, and lets nobody with its name or address in for some seconds. 0 seconds ends the ban. With "messages", everything that the member said is removed; one removed event with "user" tells everybody.',
  rules:
    'Sets the rules for users without a role. They are: slow (seconds between two messages of a user), delay (seconds until others see a message; users with a role see it at once), readonly (only users with a role can write), closed (nobody can enter), links (false forbids them), words (they are masked; with hold, the message waits for approval; with hold all, every message waits), values (who may write them), listed (false: rooms does not list the room), private (false: no private messages between its members, except with users with a role) and names (asked: guests must choose a name first).',
  keys: 'Makes keys of the room, or switches them off: "member" lets only people with the key in, and "moderator" gives the role of a moderator. A new key ends the former one, and the roles that came from it. Returns the new keys, once. Only an owner can do this.',
  incoming:
    'Makes an incoming webhook with a "name": an address by which other programs write into the room. "end" ends the webhook with this id. Returns hooks, all that there are, and for a new one hook (its id) and path, its secret address, once. Only an owner can do this.',
  hook: 'Adds an outgoing hook: what is said in the room is sent to "url", in a shape that the receiver understands. Returns its id, and for the shape json the secret that signs what is sent, once. With "id" and "on": false it removes a hook; with "on": true a hook that has ended goes on. Only an owner can do this, if the host allows it.',
  hooks:
    'Lists the outgoing hooks of the room, without the secret parts of their addresses, and how they do. Only an owner can do this.',
  allow:
    'Lets a member write in a read-only room, or with "on": false ends that. The user 0 stands for everybody who is there now. A voice event tells everybody.',
  moderate: 'Makes a member a moderator, or with "on": false ends that. Only an owner can do this.',
  handover: 'Offers the room to a member, who has ten minutes to accept. Only an owner can do this.',
  own: 'Accepts a room that was offered. Returns its new owner token.',
  held: 'Lists the messages that wait for approval, and those that members have reported. Returns messages and reports.',
  approve: 'Puts a message that waits into the room at once, or ends the reports of a message.',
  reject: 'Deletes a message that waits for approval, or for its time where the room has a delay.',
  audit:
    'Returns the audit log and the state of moderation. They are acts, rules, moderators, voices, muted, banned, held, reports and your role; for owners also stay, how long the room is there if nobody comes, and keeps, the times of this server for that.',
  export:
    'Returns what the owner can take to another room or server: rules, shared values and messages, without ids, tokens and addresses. Returns data, and before if there are older messages: give it back to get them. Only an owner can do this.',
  import:
    'Fills an empty room with what export has returned. Send a large export in parts, each with the same id and the next part number. Only an owner who is alone in the room can do this.',
  rooms: 'Lists public rooms with their numbers of members, largest first.',
};

/** The allowed values of a parameter. A default is in parentheses. */
export const KINDS: Record<ParameterKind, string> = {
  name: `1 to ${NAME_MAX} characters`,
  room: `1 to 64 of A-Z a-z 0-9 . _ - (${DEFAULT_ROOM})`,
  anyRoom: 'a room that you are in; also a private one, for example 12:57',
  token: 'from join',
  cursor: 'from the last poll, or from join',
  timeout: `seconds, 0 to ${POLL_TIMEOUT_MAX_S} (${POLL_TIMEOUT_DEFAULT_S})`,
  text: `up to ${TEXT_MAX.toLocaleString('en')} characters`,
  data: `any JSON, up to ${DATA_BYTES.toLocaleString('en')} bytes`,
  user: 'the id of a user',
  nonce: `up to ${NONCE_MAX} characters; a call with the same nonce has no second effect`,
  joinNonce: `${JOIN_NONCE_MIN} to ${NONCE_MAX} random characters, a secret; the same nonce returns the same user`,
  history: `number of events, 0 to ${HISTORY_ON_ENTER_MAX} (${HISTORY_ON_ENTER_MAX})`,
  before: 'the id of an event',
  limit: `1 to ${EVENTS_MAX}`,
  flag: 'true or false',
  owner: 'the owner token; not needed if you have a role in the room',
  event: 'the id of a message',
  re: 'the id of the message that this one answers',
  member: 'the id of a user',
  anyMember: 'the id of a user; 0: everybody who is there now',
  seconds: `0 to ${MUTE_MAX_S.toLocaleString('en')}`,
  banSeconds: `0 to ${BAN_MAX_S.toLocaleString('en')}`,
  delay: `seconds, 0 (off) to ${DELAY_MAX_S}`,
  slow: `seconds, 0 (off) to ${SLOW_MAX_S.toLocaleString('en')}`,
  key: '1 to 60 characters of A-Z a-z 0-9 . _ - / @; keys that begin with @me/ are your own; @topic and @pin are for roles',
  value: `any JSON, up to ${VALUE_BYTES.toLocaleString('en')} bytes; ${OWN_VALUE_BYTES.toLocaleString('en')} for a key of your own; null deletes`,
  version: 'the version that the value must have; 0: there must be no value',
  number: 'a number (1)',
  keys: `up to ${VALUE_KEYS_MAX} keys, separated by commas`,
  prefix: 'the beginning of the keys',
  after: 'more of the last answer',
  contents: `what export returns as data, with up to ${EVENTS_MAX} messages at a time`,
  part: 'the number of the part (0)',
  emoji: 'one emoji',
  hook: 'the secret of an incoming webhook: what comes behind /h/ in its path',
  hookId: 'the id of a webhook',
  since: 'the id of an event',
  hookUrl: `the address of the receiver, with https, up to ${HOOK_URL_MAX.toLocaleString('en')} characters`,
  hookShape: `${HOOK_SHAPES.join(', ')} (${HOOK_SHAPES[0]})`,
  hookOutId: 'the id of a hook',
  writers: 'all, own (only keys that begin with @me/) or roles',
  hold: 'true, false or all (every message waits)',
  types: 'types of events, separated by commas',
  roomKey: 'the key of the room, if it needs one',
  secret: `${JOIN_NONCE_MIN} to ${NONCE_MAX} random characters of your own; with the same secret you get your name back`,
  keyChange: 'renew or off',
  naming: 'asked or any',
  words: `JSON array of up to ${WORDS_MAX} words of up to ${WORD_MAX} characters; word* matches the beginning of a word`,
};

/** When the server answers with an error. */
export const WHEN: Record<ErrorCode, string> = {
  callback_missing: 'JSONP without a callback.',
  callback_invalid: 'The callback is not a dotted name.',
  unknown_operation: 'There is no such operation.',
  bad_request: 'A parameter is not allowed. The error names it (field), and its message says what is allowed.',
  method_not_allowed:
    'Wrong HTTP method, for example GET for an operation that changes something. The error lists the right ones (allow).',
  conflict: 'The value has another version. The error has that value and version.',
  name_taken: 'A member of the room has this name, or it names a role. The error has a free name (suggestion).',
  unauthorized: 'The token is wrong, or its user has ended. Join again.',
  not_in_room: 'You are not in this room. Enter it first.',
  not_owner: 'Your role in this room does not allow it, or the owner token is wrong.',
  not_allowed: 'The room does not allow it. The error says why (reason).',
  origin_refused: 'The host does not serve pages of this origin.',
  no_such_user: '"to" is nobody, or a user in no room of yours.',
  superseded: 'A newer poll of this user is open.',
  too_large: 'The request is too large.',
  rate_limited: 'Too many calls. The error says how many seconds to wait (retryAfter).',
  unavailable: 'The server cannot do it now. The error says how many seconds to wait (retryAfter).',
};

/** Why the server does not allow something. */
export const REASONS: Record<Reason, string> = {
  read_only: 'Only users with a role can write in this room.',
  muted: 'You are muted. The error says how many seconds to wait (retryAfter).',
  banned: 'You are banned. The error says how many seconds to wait (retryAfter).',
  closed: 'The room is closed: nobody can enter, and only users with a role can write.',
  links: 'The room allows no links.',
  role: 'The user that you want to moderate has a role.',
  reserved: 'The host has not opened this room.',
  off: 'The host has switched this room off.',
  address: 'The host has banned your address.',
  full: 'The other user has as many private rooms as a user may have.',
  blocked: 'One of the two users has blocked the other.',
  values: "The room's rules do not let you write values.",
  words: 'The value or the edit has a word for which messages wait in this room.',
  key: 'The room needs a key, or the key is wrong. The answer is the same if there is no such room.',
  name: 'The room lets in nobody with a guest name. Ask for a name.',
  private: 'A room of the two users does not allow private messages.',
  foreign: "It is somebody else's message. Only its author can change it.",
  late: 'The message is too old to be edited or taken back.',
  delay: 'Others see messages later in this room, so nobody can edit them.',
  not_empty: 'An import needs an empty room, with nobody in it but its owner.',
  hooks: 'The host of the server allows no outgoing hooks.',
  hold: 'Every message of the room waits for approval, and neither a reaction nor an edit can wait.',
  share: 'With rate_limited: the server is busy, and this page uses more of it than its share. Wait (retryAfter).',
};
