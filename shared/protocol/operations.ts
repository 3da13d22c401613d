/** The parameters of every operation, as data. The server parses by this table, and the docs page shows it. */
export type ParameterKind =
  | 'name'
  | 'room'
  | 'anyRoom'
  | 'token'
  | 'cursor'
  | 'timeout'
  | 'text'
  | 'data'
  | 'user'
  | 'nonce'
  | 'before'
  | 'limit'
  | 'flag'
  | 'owner'
  | 'event'
  | 're'
  | 'member'
  | 'anyMember'
  | 'seconds'
  | 'banSeconds'
  | 'slow'
  | 'delay'
  | 'words'
  | 'joinNonce'
  | 'history'
  | 'key'
  | 'value'
  | 'version'
  | 'number'
  | 'keys'
  | 'prefix'
  | 'after'
  | 'writers'
  | 'hold'
  | 'types'
  | 'roomKey'
  | 'secret'
  | 'keyChange'
  | 'naming'
  | 'contents'
  | 'emoji'
  | 'part'
  | 'hook'
  | 'hookId'
  | 'since'
  | 'hookUrl'
  | 'hookShape'
  | 'hookOutId';

export interface Parameter {
  name: string;
  kind: ParameterKind;
  required: boolean;
}

export interface OperationShape {
  /** It changes nothing, so `GET /api/<op>` is allowed, too. */
  reads: boolean;
  parameters: readonly Parameter[];
}

const required = <const Name extends string, const Kind extends ParameterKind>(name: Name, kind: Kind) =>
  ({ name, kind, required: true }) as const;
const optional = <const Name extends string, const Kind extends ParameterKind>(name: Name, kind: Kind) =>
  ({ name, kind, required: false }) as const;
const token = required('token', 'token');
/** The parameters of every moderation call. A user with a role in the room needs no `owner`. */
const act = [token, required('room', 'room'), optional('owner', 'owner')] as const;

export const OPERATIONS = {
  join: {
    reads: false,
    parameters: [
      optional('name', 'name'),
      optional('room', 'room'),
      optional('owner', 'owner'),
      optional('id', 'joinNonce'),
      optional('history', 'history'),
      optional('key', 'roomKey'),
      optional('secret', 'secret'),
    ],
  },
  poll: { reads: true, parameters: [token, optional('cursor', 'cursor'), optional('timeout', 'timeout')] },
  ack: { reads: false, parameters: [token, required('cursor', 'cursor')] },
  send: {
    reads: false,
    parameters: [
      token,
      optional('room', 'anyRoom'),
      optional('text', 'text'),
      optional('data', 'data'),
      optional('to', 'user'),
      optional('re', 're'),
      optional('id', 'nonce'),
      optional('owner', 'owner'),
    ],
  },
  post: {
    reads: false,
    parameters: [
      optional('room', 'room'),
      optional('name', 'name'),
      optional('text', 'text'),
      optional('data', 'data'),
      optional('re', 're'),
      optional('id', 'nonce'),
      optional('key', 'roomKey'),
      optional('owner', 'owner'),
      optional('secret', 'secret'),
      optional('hook', 'hook'),
    ],
  },
  sent: {
    reads: true,
    parameters: [
      token,
      optional('room', 'anyRoom'),
      optional('to', 'user'),
      required('id', 'nonce'),
      optional('former', 'token'),
    ],
  },
  edit: {
    reads: false,
    parameters: [
      token,
      optional('room', 'anyRoom'),
      optional('to', 'user'),
      required('id', 'event'),
      required('text', 'text'),
      optional('owner', 'owner'),
    ],
  },
  unsay: {
    reads: false,
    parameters: [token, optional('room', 'anyRoom'), optional('to', 'user'), required('id', 'event')],
  },
  react: {
    reads: false,
    parameters: [
      token,
      optional('room', 'anyRoom'),
      optional('to', 'user'),
      required('id', 'event'),
      required('emoji', 'emoji'),
      optional('on', 'flag'),
    ],
  },
  signal: { reads: false, parameters: [token, optional('room', 'anyRoom'), required('data', 'data')] },
  set: {
    reads: false,
    parameters: [
      token,
      optional('room', 'anyRoom'),
      required('key', 'key'),
      required('value', 'value'),
      optional('if', 'version'),
      optional('id', 'nonce'),
      optional('owner', 'owner'),
    ],
  },
  add: {
    reads: false,
    parameters: [
      token,
      optional('room', 'anyRoom'),
      required('key', 'key'),
      optional('by', 'number'),
      optional('id', 'nonce'),
      optional('owner', 'owner'),
    ],
  },
  get: {
    reads: true,
    parameters: [
      token,
      optional('room', 'anyRoom'),
      optional('keys', 'keys'),
      optional('prefix', 'prefix'),
      optional('after', 'after'),
    ],
  },
  enter: {
    reads: false,
    parameters: [...act, optional('history', 'history'), optional('key', 'roomKey'), optional('secret', 'secret')],
  },
  exit: { reads: false, parameters: [token, required('room', 'anyRoom')] },
  block: { reads: false, parameters: [token, required('user', 'member')] },
  unblock: { reads: false, parameters: [token, required('user', 'member')] },
  rename: { reads: false, parameters: [token, required('name', 'name')] },
  leave: { reads: false, parameters: [token, optional('after', 'timeout'), optional('forget', 'flag')] },
  members: { reads: true, parameters: [token, optional('room', 'anyRoom')] },
  history: {
    reads: true,
    parameters: [
      token,
      optional('room', 'anyRoom'),
      optional('before', 'before'),
      optional('limit', 'limit'),
      optional('types', 'types'),
    ],
  },
  rooms: { reads: true, parameters: [] },
  report: { reads: false, parameters: [token, required('room', 'room'), required('id', 'event')] },
  remove: { reads: false, parameters: [...act, required('id', 'event')] },
  clear: { reads: false, parameters: [...act, optional('values', 'flag')] },
  mute: {
    reads: false,
    parameters: [...act, required('user', 'member'), required('seconds', 'seconds'), optional('quiet', 'flag')],
  },
  kick: { reads: false, parameters: [...act, required('user', 'member')] },
  ban: {
    reads: false,
    parameters: [...act, required('user', 'member'), required('seconds', 'banSeconds'), optional('messages', 'flag')],
  },
  rules: {
    reads: false,
    parameters: [
      ...act,
      optional('slow', 'slow'),
      optional('delay', 'delay'),
      optional('readonly', 'flag'),
      optional('closed', 'flag'),
      optional('links', 'flag'),
      optional('words', 'words'),
      optional('hold', 'hold'),
      optional('values', 'writers'),
      optional('listed', 'flag'),
      optional('private', 'flag'),
      optional('names', 'naming'),
    ],
  },
  keys: { reads: false, parameters: [...act, optional('member', 'keyChange'), optional('moderator', 'keyChange')] },
  incoming: { reads: false, parameters: [...act, optional('name', 'name'), optional('end', 'hookId')] },
  hook: {
    reads: false,
    parameters: [
      ...act,
      optional('url', 'hookUrl'),
      optional('shape', 'hookShape'),
      optional('bots', 'flag'),
      optional('id', 'hookOutId'),
      optional('on', 'flag'),
    ],
  },
  hooks: { reads: true, parameters: act },
  allow: { reads: false, parameters: [...act, required('user', 'anyMember'), optional('on', 'flag')] },
  moderate: { reads: false, parameters: [...act, required('user', 'member'), optional('on', 'flag')] },
  handover: { reads: false, parameters: [...act, required('user', 'member')] },
  own: { reads: false, parameters: [token, required('room', 'room')] },
  held: { reads: true, parameters: act },
  approve: { reads: false, parameters: [...act, required('id', 'event')] },
  reject: { reads: false, parameters: [...act, required('id', 'event')] },
  audit: { reads: true, parameters: act },
  export: { reads: true, parameters: [...act, optional('before', 'before')] },
  import: {
    reads: false,
    parameters: [...act, required('data', 'contents'), optional('id', 'nonce'), optional('part', 'part')],
  },
} as const satisfies Record<string, OperationShape>;

export type OperationName = keyof typeof OPERATIONS;

/** A stream is no operation: there is one way to ask for it, `GET /api/stream`, and its answer does not end. */
export const STREAM = {
  reads: true,
  parameters: [token, optional('cursor', 'cursor')],
} as const satisfies OperationShape;

/** Neither is listening at a room's own address, `GET /r/<room>`: a join and a stream in one. */
export const LISTEN = {
  reads: true,
  parameters: [
    required('room', 'room'),
    optional('name', 'name'),
    optional('key', 'roomKey'),
    optional('secret', 'secret'),
    optional('id', 'joinNonce'),
    optional('history', 'history'),
    optional('since', 'since'),
  ],
} as const satisfies OperationShape;

/** Everything that takes parameters. */
export type RequestName = OperationName | 'stream' | 'listen';
