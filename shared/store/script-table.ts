/**
 * The keys and arguments of every Lua script, in the order in which it reads them. TypeScript hands a script its keys
 * and arguments by name, and this table puts them in order. A test compares the table with each script's header and
 * body.
 */

interface Shape {
  readonly keys: readonly string[];
  readonly args: readonly string[];
  /** For a script that takes several of something: what each of them adds behind the others. */
  readonly list?: {
    /** The name of the list in the script's input. */
    readonly name: string;
    readonly keys: readonly string[];
    readonly args: readonly string[];
    /** The name of an array whose items come behind these arguments. */
    readonly tail?: string;
  };
}

/** The arguments of all scripts that append a message. */
const MESSAGE_ARGS = [
  'membersMin',
  'nonceTtl',
  'undeliveredMax',
  'ownerHash',
  'roomSends',
  'window',
  'cost',
  'filterHash',
  'verdict',
  'maskedText',
  'heldEvent',
  'pendingMax',
] as const;
/** The arguments that limit `reacted` events. */
const REACTED_ARGS = ['undeliveredMax', 'roomEvents', 'window'] as const;
/** The keys of the first step of an entry, on the user's shard. */
const ENTER_USER_KEYS = ['user', 'rooms', 'members', 'attached', 'position', 'moves', 'leaving'] as const;
/** The keys of the steps of an entry and an exit on the room's shard. */
const ROOM_KEYS = [
  'roster',
  'shards',
  'log',
  'delivered',
  'dirty',
  'publicRooms',
  'rules',
  'pending',
  'entries',
  'exited',
  'values',
  'ownValues',
  'presence',
  'holders',
  'nicks',
] as const;

export const SCRIPTS = {
  ack: {
    keys: ['user', 'inbox', 'attached'],
    args: ['id', 'tokenHash', 'count', 'eventId', 'digest'],
  },
  admit: {
    keys: ['rules', 'roster', 'holders'],
    args: [
      'id',
      'nick',
      'addressToday',
      'addressYesterday',
      'ownerHash',
      'keyHash',
      'isReserved',
      'isGuest',
      'secretHash',
      'from',
    ],
  },
  advance: {
    keys: ['dirty'],
    args: ['history', 'presenceMax'],
    list: { name: 'rooms', keys: ['log', 'delivered'], args: ['room', 'id', 'number', 'passing', 'presences'] },
  },
  append: {
    keys: ['log', 'roster', 'delivered', 'dirty', 'nonceKey', 'rules', 'slow', 'sends', 'pending'],
    args: ['id', 'text', 'room', ...MESSAGE_ARGS, 'tokenHash'],
  },
  attach: {
    keys: ['user', 'inbox', 'seen', 'attached', 'sequence'],
    args: [
      'id',
      'tokenHash',
      'instance',
      'cursorCount',
      'cursorEvent',
      'cursorDigest',
      'keep',
      'want',
      'eventsMax',
      'bytesMax',
    ],
  },
  authorize: {
    keys: ['user', 'rooms', 'seen'],
    args: [
      'id',
      'tokenHash',
      'room',
      'rateField',
      'cost',
      'burst',
      'textHash',
      'nonce',
      'repeatedCost',
      'repeatedWithin',
    ],
  },
  batch: {
    keys: ['dirty'],
    args: ['eventsMax'],
    list: { name: 'rooms', keys: ['log', 'delivered', 'shards'], args: ['room', 'after'] },
  },
  block: {
    keys: ['user'],
    args: ['other', 'on', 'blocksMax'],
  },
  'claim-stay': {
    keys: ['stays', 'networks', 'counts'],
    args: ['room', 'ttl', 'isOn', 'network', 'networkMax', 'roomsMax'],
  },
  create: {
    keys: ['user', 'seen'],
    args: ['id', 'tokenHash', 'name', 'nick', 'seenAgo'],
  },
  deliver: {
    keys: ['attached'],
    args: ['tag', 'eventsMax', 'pushesMax', 'bytesMax', 'neverPolledBytesMax'],
    list: { name: 'rooms', keys: ['members', 'position'], args: ['from', 'only', 'count'], tail: 'events' },
  },
  edit: {
    keys: ['log', 'roster', 'delivered', 'dirty', 'rules', 'slow', 'sends'],
    args: [
      'id',
      'room',
      'messageId',
      'eventHead',
      'json',
      'maskedJson',
      'membersMin',
      'undeliveredMax',
      'ownerHash',
      'roomSends',
      'window',
      'cost',
      'filterHash',
      'verdict',
      'ttl',
    ],
  },
  end: {
    keys: ['user', 'seen', 'attached'],
    args: ['id', 'tokenHash', 'staleBefore', 'forget'],
  },
  'end-stay': {
    keys: ['stays', 'networks', 'counts', 'secret'],
    args: ['room', 'ends'],
  },
  enter: {
    keys: [...ENTER_USER_KEYS, ...ROOM_KEYS],
    args: [
      'id',
      'room',
      'tokenHash',
      'roomsMax',
      'address',
      'name',
      'nick',
      'shard',
      'event',
      'freshHash',
      'ownerHash',
      'keyHash',
      'addressToday',
      'addressYesterday',
      'isReserved',
      'isGuest',
      'secretHash',
      'origin',
      'indexed',
    ],
  },
  'enter-room': {
    keys: ROOM_KEYS,
    args: [
      'id',
      'name',
      'nick',
      'shard',
      'room',
      'event',
      'freshHash',
      'ownerHash',
      'keyHash',
      'addressToday',
      'addressYesterday',
      'isReserved',
      'isGuest',
      'secretHash',
      'origin',
      'number',
      'from',
      'indexed',
    ],
  },
  'enter-user': {
    keys: ENTER_USER_KEYS,
    args: ['id', 'room', 'tokenHash', 'roomsMax', 'address', 'since'],
  },
  entered: {
    keys: ['user', 'rooms', 'moves', 'leaving'],
    args: ['id', 'room', 'number'],
  },
  erase: {
    keys: ['user', 'inbox', 'rooms', 'seen', 'attached'],
    args: ['id'],
  },
  'erase-log': {
    keys: ['log', 'delivered'],
    args: [],
  },
  'exit-room': {
    keys: [...ROOM_KEYS, 'weights'],
    args: ['id', 'shard', 'room', 'event', 'roomTtl', 'number', 'exitedTtl', 'nickTtl', 'nicksMax', 'addressNicksMax'],
  },
  'exit-user': {
    keys: ['user', 'rooms', 'members', 'attached', 'moves', 'leaving'],
    args: ['id', 'room', 'since'],
  },
  exited: {
    keys: ['user', 'rooms', 'members', 'position', 'moves', 'leaving'],
    args: ['id', 'room', 'number', 'bound', 'forgotten'],
  },
  'expire-room': {
    keys: ['roster', 'log', 'delivered', 'rules', 'values', 'ownValues', 'presence', 'holders'],
    args: ['roomTtl', 'ends'],
  },
  'fan-out': {
    keys: [],
    args: ['batchMax', 'eventsMax', 'pushesMax', 'bytesMax', 'neverPolledBytesMax', 'history', 'presenceMax'],
    list: { name: 'rooms', keys: ['dirty', 'log', 'delivered', 'shards'], args: ['room'] },
  },
  farewell: {
    keys: ['user', 'seen', 'attached'],
    args: ['id', 'tokenHash', 'after', 'userTtl'],
  },
  forget: {
    keys: ['log', 'pending', 'forgetting', 'delivered', 'dirty', 'roster'],
    args: ['user', 'scope', 'room', 'step'],
  },
  'history-page': {
    keys: ['log'],
    args: ['from', 'reader', 'eventsMax', 'bytesMax', 'types', 'presenceMax'],
  },
  import: {
    keys: ['rules', 'roster', 'log', 'delivered', 'dirty', 'pending', 'values'],
    args: ['user', 'ownerHash', 'room', 'nonce', 'part', 'step', 'undeliveredMax', 'auditEntry'],
    list: { name: 'messages', keys: [], args: ['text'] },
  },
  'index-nicks': {
    keys: ['roster', 'holders', 'nicks'],
    args: ['action'],
    list: { name: 'users', keys: [], args: ['id', 'name', 'nick'] },
  },
  'may-speak': {
    keys: ['rules'],
    args: ['id'],
  },
  'moderate-member': {
    keys: ['rules', 'roster', 'log', 'delivered', 'dirty', 'forgetting'],
    args: [
      'user',
      'ownerHash',
      'room',
      'leastRole',
      'auditEntry',
      'event',
      'target',
      'action',
      'targetsMax',
      'ms',
      'quiet',
      'name',
      'nick',
      'address',
      'on',
      'removedEvent',
      'removedEntry',
    ],
  },
  'moderate-room': {
    keys: ['rules', 'roster', 'log', 'delivered', 'dirty', 'pending', 'values', 'ownValues', 'weights', 'publicRooms'],
    args: ['user', 'ownerHash', 'room', 'leastRole', 'auditEntry', 'event', 'action', 'messageId'],
    list: { name: 'fields', keys: [], args: ['field', 'value'] },
  },
  overview: {
    keys: ['rules', 'roster', 'pending'],
    args: ['user', 'ownerHash', 'bytesMax'],
  },
  own: {
    keys: ['rules', 'roster', 'log', 'delivered', 'dirty'],
    args: ['id', 'tokenHash', 'room', 'auditEntry', 'event'],
  },
  post: {
    keys: [
      'log',
      'roster',
      'delivered',
      'dirty',
      'nonceKey',
      'rules',
      'slow',
      'sends',
      'pending',
      'rate',
      'posters',
      'values',
      'ownValues',
      'presence',
      'holders',
    ],
    args: [
      'id',
      'text',
      'room',
      ...MESSAGE_ARGS,
      'tokenHash',
      'hookHash',
      'name',
      'nick',
      'addressToday',
      'addressYesterday',
      'keyHash',
      'isReserved',
      'isGuest',
      'secretHash',
      'from',
      'mayMake',
      'rateCost',
      'burst',
      'postersMax',
      'posterTtl',
      'roomTtl',
    ],
  },
  react: {
    keys: ['log', 'roster', 'delivered', 'dirty', 'rules'],
    args: [
      'user',
      'name',
      'room',
      'messageId',
      'emoji',
      'on',
      'membersMin',
      'emojiMax',
      'reactionsMax',
      'bytesMax',
      ...REACTED_ARGS,
    ],
  },
  'release-reactions': {
    keys: ['log', 'roster', 'delivered', 'dirty', 'rules'],
    args: ['room', 'messageId', ...REACTED_ARGS, 'offPause'],
  },
  'release-nick': {
    keys: ['holders'],
    args: ['nick', 'record'],
  },
  'release-delayed': {
    keys: ['log', 'delivered', 'dirty', 'rules', 'delayed', 'delayedRooms'],
    args: ['room', 'most', 'offPause'],
  },
  remember: {
    keys: ['joined'],
    args: ['former', 'text', 'ttl'],
  },
  'rename-member': {
    keys: ['roster', 'log', 'delivered', 'dirty', 'rules', 'holders', 'nicks'],
    args: ['id', 'was', 'name', 'nick', 'room', 'event'],
  },
  'rename-user': {
    keys: ['user'],
    args: ['step', 'nick', 'name', 'move', 'ends', 'timeout'],
  },
  'renew-log': {
    keys: ['log', 'copy', 'forgetting'],
    args: ['room'],
  },
  report: {
    keys: ['rules', 'roster', 'log', 'delivered', 'dirty'],
    args: ['id', 'room', 'messageId', 'event', 'reportsMax', 'reportersMax', 'ownMax'],
  },
  'reserve-nick': {
    keys: ['roster', 'holders', 'nicks'],
    args: ['id', 'nick', 'ends', 'ttl', 'from', 'indexed'],
  },
  retain: {
    keys: ['log', 'delivered', 'pending'],
    args: ['before'],
  },
  resume: {
    keys: ['user', 'seen'],
    args: ['id', 'tokenHash', 'seenAgo'],
  },
  send: {
    keys: [
      'user',
      'userRooms',
      'seen',
      'log',
      'roster',
      'delivered',
      'dirty',
      'nonceKey',
      'rules',
      'slow',
      'sends',
      'pending',
      'addressWindow',
      'networkWindow',
    ],
    args: [
      'id',
      'tokenHash',
      'name',
      'room',
      'isOnly',
      'wakeChannel',
      'rateCost',
      'burst',
      'textHash',
      'nonce',
      'repeatedCost',
      'repeatedWithin',
      'text',
      ...MESSAGE_ARGS,
      'addressMax',
      'networkMax',
      'addressMs',
      'addressCost',
    ],
  },
  'set-hook': {
    keys: ['rules', 'roster'],
    args: ['user', 'ownerHash', 'auditEntry', 'hook', 'value', 'hooksMax'],
  },
  'set-keys': {
    keys: ['rules', 'roster', 'log', 'delivered', 'dirty', 'publicRooms'],
    args: [
      'user',
      'ownerHash',
      'room',
      'auditEntry',
      'memberKey',
      'moderatorKey',
      'memberHead',
      'moderatorHead',
      'eventHead',
    ],
  },
  'set-hook-out': {
    keys: ['rules', 'roster', 'log', 'delivered', 'hooks'],
    args: ['user', 'ownerHash', 'room', 'auditEntry', 'action', 'id', 'definition', 'hooksMax'],
  },
  'set-value': {
    keys: ['log', 'roster', 'delivered', 'dirty', 'nonce', 'rules', 'slow', 'sends', 'values', 'ownValues', 'weights'],
    args: [
      'id',
      'eventHead',
      'room',
      'key',
      'step',
      'json',
      'expected',
      'nonceTtl',
      'ownerHash',
      'filterHash',
      'verdict',
      'maskedJson',
      'undeliveredMax',
      'roomSends',
      'window',
      'cost',
      'keysMax',
      'bytesMax',
      'isOwn',
      'tokenHash',
    ],
  },
  'settle-hook-out': {
    keys: ['rules', 'delivered', 'hooks'],
    args: ['room', 'id', 'from', 'position', 'state', 'pause', 'idle', 'auditEntry'],
  },
  summary: { keys: ['roster', 'rules'], args: ['membersMax', 'reader'] },
  'tidy-overlay': { keys: ['log', 'overlaidRooms'], args: ['room', 'from'] },
  touch: {
    keys: ['seen', 'attached', 'sequence'],
    args: ['tag', 'instance'],
    list: { name: 'users', keys: [], args: ['id', 'n', 'count', 'eventId', 'digest', 'letGo'] },
  },
  unsay: {
    keys: ['log', 'roster', 'delivered', 'dirty', 'rules'],
    args: ['id', 'room', 'messageId', 'event', 'ttl'],
  },
  'value-weights': {
    keys: ['weights'],
    args: ['prefix', 'roomsMax'],
  },
  values: {
    keys: ['values', 'ownValues', 'delivered'],
    args: ['bytesMax', 'from', 'prefix'],
  },
} as const satisfies Record<string, Shape>;

type Scripts = typeof SCRIPTS;

export type ScriptName = keyof Scripts;

export type Argument = string | number;

type Named<Part extends { keys: readonly string[]; args: readonly string[] }> = Readonly<
  Record<Part['keys'][number], string> & Record<Part['args'][number], Argument>
>;
type Tail<Part> = Part extends { tail: infer Name extends string }
  ? Readonly<Record<Name, readonly Argument[]>>
  : unknown;
type List<Script> = Script extends {
  list: infer Part extends { name: string; keys: readonly string[]; args: readonly string[] };
}
  ? Readonly<Record<Part['name'], readonly (Named<Part> & Tail<Part>)[]>>
  : unknown;

/** All keys and arguments of a script by their names. Without one of them it does not compile. */
export type ScriptInput<Name extends ScriptName> = Named<Scripts[Name]> & List<Scripts[Name]>;
