import { POSTER_ID_MIN } from './limits.js';

/**
 * A user, as others see it. Ids are integers from 1 on. In an event, 0 is the host, and a negative id stands for the
 * name of a sender that came with an import: nobody here has that id. Ids from 10,000,000,000,000 on (`POSTER_ID_MIN`)
 * are of senders of messages that are in no room. `bot`: an incoming webhook.
 */
export interface UserRef {
  id: number;
  name: string;
  bot?: true;
}

/** The types of events that a room's log keeps. */
export const EVENT_TYPES = [
  'message',
  'joined',
  'left',
  'renamed',
  'removed',
  'cleared',
  'rules',
  'moderator',
  'offered',
  'owned',
  'held',
  'muted',
  'voice',
  'reported',
  'delayed',
  'value',
  'edited',
  'reacted',
] as const;

/** An event: something that happened in a room. `id`: its position in the room's log. `at`: ms since 1970. */
export interface ChatEvent {
  type: (typeof EVENT_TYPES)[number];
  room: string;
  id: string;
  at: number;
  from: UserRef;
  text?: string;
  data?: unknown;
  /** In `renamed`: the former name. */
  was?: string;
  /** In a `message`: only two users have it. In `rules`: whether members may write to each other privately. */
  private?: boolean;
  /** In `removed`: the id of the removed message. Without it, all messages of `user` are removed. */
  removed?: string;
  /** In a `message`: the id of the message that it answers. */
  re?: string;
  /** In `edited`: the id of the message whose text has changed. In a `message`: when it did (ms since 1970). */
  edited?: string;
  editedAt?: number;
  /** In `reported`, which only users with a role get: the id of the message. */
  reported?: string;
  /** In `left`: the user who sent this one out; and for how many seconds it cannot come back. */
  by?: UserRef;
  banned?: number;
  /** In `rules`, what changed: seconds between two messages of a user (0: none), ... */
  slow?: number;
  /** ... seconds until others see a message of a user (0: none), ... */
  delay?: number;
  /** ... whether only the owner and moderators can write, ... */
  readonly?: boolean;
  /** ... whether nobody can enter, ... */
  closed?: boolean;
  /** ... whether links are allowed, how many words are not, and which messages wait for approval. */
  links?: boolean;
  words?: number;
  hold?: Hold;
  /** In `rules`, from the operator: whether nobody at all can enter or write. */
  off?: boolean;
  /**
   * In `moderator`, `voice`, `muted` and `offered`: the user whom it is about. In `moderator` and `voice` also whether
   * it is one, or has voice, now. In `voice` without `user`: everybody who is there then.
   */
  user?: UserRef;
  on?: boolean;
  /** In `muted`, which only the muted user gets: for how many seconds; 0: it can write again. */
  seconds?: number;
  /**
   * In `value`: the key and its value now, null when it was removed. Without a key, all values of the room were
   * removed.
   */
  key?: string;
  value?: unknown;
  /** In `rules`: which users can write values; whether `rooms` lists the room; whether guests need a name. */
  values?: ValueWriters;
  listed?: boolean;
  names?: Naming;
  /** In `joined`: the role of the user. */
  role?: Role;
  /** In a `message` that has waited, and in `delayed`: the id that its sender has got for it. */
  held?: string;
  /** In `delayed`, which only users with a role get: when others see the message (ms since 1970). */
  until?: number;
  /** In `reacted`: the id of the message. */
  reacted?: string;
  /** In `reacted`, and in a `message` of the history that has any: all reactions to the message. */
  reactions?: Reaction[];
  /** In a `message` that the owner has imported: when it was said, in ms since 1970. */
  imported?: number;
}

/** The reactions to a message with one emoji. */
export interface Reaction {
  emoji: string;
  /** How many users. */
  count: number;
  /** The first ten of them. */
  users: UserRef[];
  /** In the history, and in the answer of `react`: the asking user is among all of them. */
  mine?: true;
}

/** An ephemeral event. It is never stored, so it has no `id`. */
export interface SignalEvent {
  type: 'signal';
  id?: undefined;
  room: string;
  at: number;
  from: UserRef;
  data: unknown;
}

/** The kind of an announcement. `none`: the host has taken back what it said. */
export type AnnouncementKind = 'notice' | 'maintenance' | 'none';

/**
 * Something that the host says to all rooms. It comes beside the events of a poll (`news`), and with the view
 * of a room while it holds. It may come again: then it has the same `at`. It is in no log, so it has no `id`.
 */
export interface AnnouncementEvent {
  type: 'announcement';
  id?: undefined;
  /** Always ''. */
  room: string;
  /** When the host said it, in ms since 1970. */
  at: number;
  /** The host: its id is 0. */
  from: UserRef;
  kind: AnnouncementKind;
  text: string;
  /** When it stops to hold, in ms since 1970. Without it, when the host takes it back. */
  until?: number;
  /** In a `maintenance`: when it begins (ms since 1970), and for about how many minutes. */
  begins?: number;
  minutes?: number;
}

/** An event that no log keeps. */
export type PassingEvent = SignalEvent | AnnouncementEvent;

/** The messages that wait for approval: none, those with a blocked word, or all of users without a role. */
export type Hold = boolean | 'all';

/** The users who can write a room's values: all, all but only own values (`@me/...`), or users with a role. */
export type ValueWriters = 'all' | 'own' | 'roles';

/** Whether people who enter a room need a name of their own, or may be guests. */
export type Naming = 'asked' | 'any';

/**
 * An incoming webhook, as the owner of its room sees it. `at`: when it was made, in ms since 1970. `by`: the id of the
 * user who made it.
 */
export interface Hook extends UserRef {
  at: number;
  by: number;
}

/** One value of a room. `version`: the log id of the event that set it. A larger version is newer. */
export interface RoomValue {
  value: unknown;
  version: string;
}

/** Values of a room by key. They include all `value` events up to `version`. `more`: where `get` goes on (`after`). */
export interface RoomValues {
  values: Record<string, RoomValue>;
  version: string;
  more?: string;
}

export type Role = 'owner' | 'moderator';

/** The rules that bind all users without a role in a room. */
export interface RoomRules {
  /** Seconds between two messages of a user. */
  slow?: number;
  /** Seconds until others see a message of a user. */
  delay?: number;
  readonly?: true;
  closed?: true;
  links?: false;
  values?: Exclude<ValueWriters, 'all'>;
  /** Every message waits for approval. */
  hold?: 'all';
  listed?: false;
  private?: false;
  names?: 'asked';
}

/**
 * How long a room stays when it is empty. `until`: ms since 1970. `refused`: it does not stay, because there are too
 * many such rooms of the owner's address, or on this server.
 */
export interface Stay {
  until?: number;
  refused?: 'address' | 'server';
}

/** A message that waits for approval. */
export interface HeldMessage {
  id: string;
  at: number;
  from: UserRef;
  text?: string;
  data?: unknown;
}

/**
 * A message of an export. `at`: when it was said, in ms since 1970. `from`: the name of its sender. `editedAt`: since
 * when it says what it says, if that is not what it said first.
 */
export interface ExportedMessage {
  at: number;
  from: string;
  text?: string;
  data?: unknown;
  editedAt?: number;
}

/** The version of the format of exports. */
export const EXPORT_VERSION = 1;

/** A room as `export` returns it and `import` takes it. */
export interface RoomContents {
  version: typeof EXPORT_VERSION;
  /** The rules that are set, as the parameters of `rules`. */
  rules?: Record<string, unknown>;
  /** The shared values, by key. */
  values?: Record<string, unknown>;
  /** Oldest first. */
  messages?: ExportedMessage[];
}

/** A message that members have reported. `count`: how many did. `was`: what it said first, if it was edited. */
export interface ReportedMessage extends HeldMessage {
  count: number;
  was?: string;
  editedAt?: number;
}

/** The answer of `audit`. Times (`until`) are ms since 1970. */
export interface Audit {
  /** Newest last. `by` and `user` are ids. `byName` and `name` are the users' names at that time. */
  acts: ({ at: number; by: number; what: string } & Record<string, unknown>)[];
  rules: Omit<RoomRules, 'hold'> & { words: string[]; hold?: Exclude<Hold, false> };
  moderators: (UserRef & { role: Role })[];
  /** The users who may write in a read-only room: the first hundred. */
  voices: UserRef[];
  /** The ids of all of them, if they are more. */
  voiceIds?: number[];
  muted: (UserRef & { until: number; quiet?: true })[];
  banned: (UserRef & { until: number })[];
  /** The first characters of the keys that are valid now: so a page knows whether it has the right ones. */
  keys: { member?: string; moderator?: string };
  /** How many messages wait for approval. */
  held: number;
  /** How many messages are reported. */
  reports: number;
  /** The asking user's own. */
  role?: Role;
  /** For owners. */
  stay?: Stay;
  /** For owners: the seconds for which the server keeps an empty room, and one that stays. */
  keeps?: { empty: number; owned: number };
}

export interface RoomView {
  name: string;
  /** The announcement that holds now. */
  news?: AnnouncementEvent;
  /** The server's time (ms since 1970). An older server does not say it. */
  at?: number;
  members: UserRef[];
  history: ChatEvent[];
  /** The room's values. */
  values: RoomValues;
  rules?: RoomRules;
  /** The asking user's own. */
  role?: Role;
  /** Ids of the users who have a role. */
  moderators?: number[];
  /** Ids of the owners among them. */
  owners?: number[];
  /** For owners: how long the room stays when it is empty. */
  stay?: Stay;
  /** The asking user may write, although the room is read-only. */
  voice?: true;
  /** True when the room has more members than one answer names; `count` says how many. */
  more?: true;
  count?: number;
}

/** How an outgoing hook tells its receiver of messages. */
export const HOOK_SHAPES = ['json', 'discord', 'slack', 'telegram', 'ntfy'] as const;
export type HookShape = (typeof HOOK_SHAPES)[number];

/** An outgoing hook, as `hooks` lists it. Its address is a secret: only the host is shown. Times are ms since 1970. */
export interface OutgoingHook {
  id: string;
  shape: HookShape;
  host: string;
  /** Messages of bots are sent, too. */
  bots?: true;
  /** The user who added it, and when. */
  by: UserRef;
  at: number;
  /** When the receiver accepted something last. */
  sentAt?: number;
  /** The last failure since then. */
  error?: { at: number; message: string };
  /** How many events of the room it has not looked at yet. */
  waiting: number;
  /** At most so many messages were given up. */
  missed?: number;
  /** It has ended: the receiver answered `410 Gone`, or nothing has worked for days. */
  ended?: 'gone' | 'dead';
}

/** Whether an id is that of a sender that is in no room: of somebody who posts without joining, or of a webhook. */
export const isPoster = (id: number): boolean => id >= POSTER_ID_MIN;

/** Returns the name of the private room of two users: both ids, the smaller first. */
export function privateRoom(a: number, b: number): string {
  return a < b ? `${a}:${b}` : `${b}:${a}`;
}

/** Returns the two user ids in a private room's name, or null for a public room. */
export function privateRoomUsers(room: string): [number, number] | null {
  const colon = room.indexOf(':');
  if (colon < 0) return null;
  return [Number(room.slice(0, colon)), Number(room.slice(colon + 1))];
}

/**
 * Compares two log ids (`ms-sequence`). Returns a negative number when `a` is older. Ids are numbers in text, so
 * comparing them as strings would be wrong.
 */
export function compareIds(a: string, b: string): number {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
  return aMs - bMs || aSeq - bSeq;
}
