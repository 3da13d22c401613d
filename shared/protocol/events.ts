/** Who did something in a room. Ids are integers, counted up from 1. */
export interface UserRef {
  id: number;
  name: string;
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
  'value',
] as const;

/** One thing that happened in a room. `id` is its place in the room's log; `at` is ms since 1970. */
export interface ChatEvent {
  type: (typeof EVENT_TYPES)[number];
  room: string;
  id: string;
  at: number;
  from: UserRef;
  text?: string;
  data?: unknown;
  /** The former name, in `renamed`. */
  was?: string;
  private?: true;
  /** In `removed`: the id of the message that is no more; without it, all of `user`. */
  removed?: string;
  /** In `left`: who made this user go; and for how many seconds it may not come back. */
  by?: UserRef;
  banned?: number;
  /** In `rules`, what changed: seconds between two messages of a user, 0 for none; whether only roles may speak; whether nobody may enter. */
  slow?: number;
  readonly?: boolean;
  closed?: boolean;
  /** In `rules`: whether links are allowed, how many words are not, and whether messages with such wait for approval. */
  links?: boolean;
  words?: number;
  hold?: boolean;
  /** In `rules`, from the host: whether nobody may enter or speak, whoever it is. */
  off?: boolean;
  /** In `moderator` and `muted`, whom it is about, and whether it is a moderator now; in `offered`, whom the room is offered to. */
  user?: UserRef;
  on?: boolean;
  /** In `muted`, which only the muted user gets: for how long, 0 for no longer. */
  seconds?: number;
  /** In `value`: the key and its value now, null when it has been taken away. Without a key: all values of the room have been. */
  key?: string;
  value?: unknown;
  /** In `rules`: who may write values. */
  values?: ValueWriters;
  /** In `joined`: the role that the user came with. */
  role?: Role;
  /** In a `message` that was approved: the id that its sender was given. */
  held?: string;
}

/** An ephemeral event: never stored, so it has no `id`. */
export interface SignalEvent {
  type: 'signal';
  room: string;
  at: number;
  from: UserRef;
  data: unknown;
}

/** Who may write a room's values: everybody in it, everybody but only own ones (`@me/...`), or those with a role. */
export type ValueWriters = 'all' | 'own' | 'roles';

/** One value of a room. `version` is the log id of the event that set it: a larger one is newer. */
export interface RoomValue {
  value: unknown;
  version: string;
}

/** Values of a room by key. A `value` event with a version up to `version` is in them already. `more`: where `get` goes on (`after`). */
export interface RoomValues {
  values: Record<string, RoomValue>;
  version: string;
  more?: string;
}

export type Role = 'owner' | 'moderator';

/** What binds everybody without a role in a room. */
export interface RoomRules {
  /** Seconds between two messages of a user. */
  slow?: number;
  readonly?: true;
  closed?: true;
  links?: false;
  values?: Exclude<ValueWriters, 'all'>;
}

/** A message that waits for approval. */
export interface PendingMessage {
  id: string;
  at: number;
  from: UserRef;
  text?: string;
  data?: unknown;
}

/** What `audit` gives. Times (`until`) are ms since 1970. */
export interface Audit {
  /** Newest last. `by` and `user` are ids, `byName` and `name` what they were called then. */
  acts: ({ at: number; by: number; what: string } & Record<string, unknown>)[];
  rules: RoomRules & { words: string[]; hold?: true };
  moderators: (UserRef & { role: Role })[];
  muted: (UserRef & { until: number; quiet?: true })[];
  banned: (UserRef & { until: number })[];
  /** How many messages wait for approval. */
  held: number;
  /** The asking user's own. */
  role?: Role;
}

export interface RoomView {
  name: string;
  /** The server's time, in ms since 1970; a server of before says nothing of it. */
  at?: number;
  members: UserRef[];
  history: ChatEvent[];
  /** What the room remembers. */
  values: RoomValues;
  rules?: RoomRules;
  /** The asking user's own. */
  role?: Role;
  /** Ids of those who have a role. */
  moderators?: number[];
  /** Those of them who own the room. */
  owners?: number[];
  /** True when the room has more members than one answer names; and how many it has then. */
  more?: true;
  count?: number;
}

/** The name of the private room of two users: both ids, the smaller first. */
export function privateRoom(a: number, b: number): string {
  return a < b ? `${a}:${b}` : `${b}:${a}`;
}

/** The two user ids of a private room's name, or null for a public room. */
export function privateRoomUsers(room: string): [number, number] | null {
  const colon = room.indexOf(':');
  if (colon < 0) return null;
  return [Number(room.slice(0, colon)), Number(room.slice(colon + 1))];
}

/**
 * Compares two log ids (`ms-sequence`), negative when `a` is the older.
 * Ids are numbers in text, so plain string comparison would be wrong.
 */
export function compareIds(a: string, b: string): number {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
  return aMs - bMs || aSeq - bSeq;
}
