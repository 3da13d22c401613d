/** The reply of every Lua script. The header of a script says what its values mean. Nil is null. */
import type { Role } from '../protocol/events.js';
import type { ScriptName } from './script-table.js';

/** Why a user may not enter a room. */
export type EntryDenial = ['off' | 'reserved' | 'closed' | 'key' | 'name'] | ['banned', ms: number];

/**
 * Why a user may not have a name in a room. `record`: of a holder that may have lost the name. '' if there is no doubt.
 * `own`: the member with this id was let in with the same secret.
 */
export type NameDenial = ['taken', record: string] | ['own', id: string] | ['unindexed'];

/** Why a user may not write into a room. */
type WriteDenial =
  | ['not_in_room' | 'full' | 'off' | 'read_only' | 'closed' | 'links']
  | ['muted' | 'slow' | 'flood' | 'waiting', ms: number]
  | ['filter', filter: string];
export type WriteRefusal = Exclude<WriteDenial[0], 'not_in_room' | 'filter'> | 'values';

/** Why a user may not change a message. */
export type OwnDenial = 'no_such_event' | 'foreign' | 'late';

/** The outcome of a message. */
export type Appended = ['ok' | 'held', id: string, due?: string] | ['duplicate', id: string, 'held'?] | WriteDenial;

/** Why a user may not make a call. */
export type CallDenial =
  | ['unauthorized' | 'not_in_room']
  | ['which_room', count: number]
  | ['rate_limited', ms: number];

/** The replies of the three steps of an entry. */
export type Begun =
  | ['ok', name: string, number: number, owed: string]
  | ['unauthorized' | 'too_many' | 'moved' | 'blocked'];
export type Entered = EntryDenial | NameDenial | ['late'] | ['made'] | ['new' | 'in', stay: string | null];
export type Confirmed = ['in', name: string] | ['out' | 'late' | 'ended'];

interface Replies extends Record<ScriptName, unknown> {
  ack: number;
  admit: EntryDenial | NameDenial | [];
  advance: [undelivered: number, moved: number, hooks: string][];
  append: Appended;
  attach:
    | ['unauthorized']
    | [
        way: 'live' | 'blocking' | '',
        n: number,
        count: number,
        eventId: string,
        digest: number,
        missed: number,
        reset: number,
        sequence: number,
        rooms: string[] | null,
        kept: number,
        keptDigest: number,
        lastId: string,
        eventsDigest: number,
        events: string[],
      ];
  authorize: ['ok', name: string, room: string] | CallDenial;
  batch: [from: string, shards: string[], flat: string[], only: string][];
  block: ['ok', ids: string] | ['too_many' | 'gone'];
  'claim-stay': ['ok', until: number] | ['address' | 'server'];
  create: number;
  deliver: [status: 'done' | 'more' | 'behind', id: string][];
  edit: ['ok' | 'same', id: string] | [OwnDenial | 'no_text' | 'hold' | 'delay'] | WriteDenial;
  end: ['ended', name: string, forgets: string] | ['unauthorized' | 'seen' | 'gone'];
  'end-stay': number;
  enter: ['outdated' | 'unindexed'] | [begun: Begun, entered?: Entered, confirmed?: Confirmed];
  'enter-room': Entered;
  'enter-user': Begun;
  entered: Confirmed;
  erase: number;
  'erase-log': number;
  'exit-room': [removed: number, last: string];
  'exit-user': number;
  exited: number;
  'expire-room': number;
  'fan-out': [status: 'done' | 'more' | 'behind', moved: number, ids: string, hooks: string][];
  farewell: number;
  forget: [done: number, bytes: number];
  'history-page': [more: number, triples: string[], before: string, skipped: number];
  import: 'ok' | 'duplicate' | 'done' | 'not_owner' | 'off' | 'missing' | 'not_empty' | 'full';
  'index-nicks': number;
  'may-speak': number;
  'moderate-member': 'ok' | 'same' | 'not_owner' | 'role' | 'too_many';
  'moderate-room': ['ok', id?: string] | ['not_owner' | 'no_such_event' | 'off'];
  overview: [] | [role: Role, now: number, fields: string[], pending: string[], waiting: number];
  own: 'ok' | 'not_owner';
  post: Appended | EntryDenial | NameDenial | ['no_hook' | 'new'] | ['rate', ms: number];
  react:
    | ['ok', reactions: string, isTold?: '1']
    | ['not_in_room' | 'no_such_event' | 'too_many_emoji' | 'too_many' | 'too_large' | 'hold' | 'off' | 'closed']
    | ['muted', ms: number];
  'release-nick': number;
  'release-delayed': number;
  'release-reactions': number;
  remember: string;
  'rename-member': 'ok' | 'other' | 'taken';
  'rename-user': ['ok' | 'moved', ends: string, move: string] | ['late' | 'busy' | 'gone'];
  'renew-log': number;
  report: 'ok' | 'same' | 'not_in_room' | 'no_such_event' | 'too_many';
  'reserve-nick': NameDenial | ['ok'];
  retain: number;
  resume: string | null;
  send: [appended: Appended, heard: number] | ['outdated'] | ['limited', index: number, ms: number] | CallDenial;
  'set-hook': 'ok' | 'not_owner' | 'too_many' | 'no_hook';
  'set-hook-out': 'ok' | 'not_owner' | 'too_many' | 'no_such_hook';
  'set-keys': 'ok' | 'not_owner';
  'set-value':
    | ['ok' | 'duplicate', version: string, json?: string]
    | ['conflict' | 'no_number', version: string, json: string]
    | ['too_many' | 'too_large' | 'hold' | 'values']
    | WriteDenial;
  'settle-hook-out': 'ok' | 'more' | 'gone' | 'outdated';
  summary: [count: number, members: string[], rules: (string | null)[], roles: string[], voice: number];
  'tidy-overlay': number;
  touch: [sequence: number, ...gone: string[]];
  unsay: ['ok' | 'not_in_room' | OwnDenial];
  'value-weights': [bytes: number, flat: string[]];
  values: [version: string, shared: string[], own: string[], more: string];
}

export type ScriptReply<Name extends ScriptName> = Replies[Name];
