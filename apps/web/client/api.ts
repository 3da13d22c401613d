/** What a page sees of the library. Everything else in this folder is how it is done. */
import type { ErrorCode, Reason } from '../../../shared/protocol/errors.js';
import type { ChatEvent, Role, RoomRules, RoomView, SignalEvent, UserRef } from '../../../shared/protocol/events.js';
import type { Answers } from './answers.js';

/** How requests travel: `fetch` with CORS, or script tags (JSONP). */
export type WayName = 'fetch' | 'jsonp';

/**
 * `reconnecting`: the server does not answer, or says that it cannot now; it is tried again and again. A chat whose room
 * could not be opened yet may be in it too.
 */
export type State = 'connecting' | 'online' | 'reconnecting' | 'left';

export interface JoinOptions {
  /** Default `lobby`. `auto`: a room of this page's own, the same for all who open it. */
  room?: string;
  /**
   * Default, and when empty or blank: a guest name. When it is taken, the free name that the server suggests is used:
   * see `chat.user.name`.
   */
  name?: string;
  /** Default: where this script came from. */
  server?: string;
  /** Default `auto`: `fetch` where it works, JSONP where it does not. */
  way?: WayName | 'auto';
  /** Default `shared`: all tabs of this page are one user with one poll, where the browser can do that. `own`: this one alone. */
  tabs?: 'shared' | 'own';
  /** The room's owner token: this user is its owner then. A wrong one is ignored. Never put it into a page for others. */
  owner?: string | undefined;
}

/** What a room looked like when it was entered. */
export interface Ready {
  user: UserRef;
  room: string;
  members: UserRef[];
  /** The room has more members than `members` names: so many. */
  more?: true | undefined;
  count?: number | undefined;
  history: ChatEvent[];
  /** The server's time then, in ms since 1970; a server of before says nothing of it. */
  at?: number | undefined;
  /** This user's own, if it has one; what binds everybody else, and the ids of all who have a role. */
  role?: Role | undefined;
  rules?: RoomRules | undefined;
  moderators?: number[] | undefined;
  /** Those of them who own the room. */
  owners?: number[] | undefined;
}

export interface StateChange {
  state: State;
  was: State;
  /** Why, in plain words. */
  reason: string;
}

export interface Outgoing {
  text?: string;
  /** Anything JSON can say, up to 4 KiB of it. */
  data?: unknown;
  /** A user's id: a private message. */
  to?: number;
  /** Default: the room that was joined. */
  room?: string;
}

export interface Sent {
  id: string;
  at: number;
  duplicate?: true;
  /** It waits for approval: nobody sees it yet. */
  held?: true;
}

export interface HistoryOptions {
  /** Only events older than this id. */
  before?: string;
  limit?: number;
  room?: string;
  /** Only events of these types. */
  types?: ChatEvent['type'][];
}

export interface HistoryPage {
  events: ChatEvent[];
  /** There are older ones. */
  more: boolean;
  /** Where to go on, when there was nothing for you in what was looked at. */
  before?: string;
}

export interface SetOptions {
  /** The version that must be there (`chat.values.version(key)`; '0': no value). Else it is a `conflict`. */
  if?: string;
}

/** Told to a listener of `chat.values.on` beside the value. */
export interface ValueChange {
  /** As everybody reads it: own keys begin with `@` and the user's id. */
  key: string;
  version: string;
  /** Its writer; null when that was this page, or when it was there before. */
  from: UserRef | null;
}

/** The values that a room remembers, by key: the same for everybody in it, and there when everybody has left and comes again. */
export interface ChatValues {
  /** The value as this page knows it, with what it has written itself; undefined when there is none, and before `ready`. */
  get(key: string): any;
  /** Its version, '0' when there is none: for `if`. A write of this page counts as soon as it is answered. */
  version(key: string): string;
  /** All values whose keys begin with `prefix`, by key. */
  all(prefix?: string): Record<string, any>;
  /** Writes a value: anything JSON can say, up to 4 KiB. Resolves with its version. A key that begins with `@me/` is this user's own. */
  set(key: string, value: unknown, options?: SetOptions): Promise<string>;
  /** Adds to a number; one that is not there is 0. Each call counts once. Resolves with the sum. */
  add(key: string, by?: number): Promise<number>;
  /** A `key` that ends with `/` deletes all that begin so, at once. */
  delete(key: string, options?: SetOptions): Promise<void>;
  /**
   * Calls `listener` with the value as soon as the room is there, and whenever it changes; undefined for none. A `key` that ends with `/`
   * is for all keys that begin so, '' for all: with each value, or once with undefined. The function it returns ends that.
   */
  on(key: string, listener: (value: any, change: ValueChange) => void): () => void;
}

/** What went wrong, with a code to decide by and a message to show. */
export interface ChatFailure extends Error {
  /**
   * A code of the server, or `network` (it was not reached), `left` (this chat has ended) or `page_policy` (this page's
   * Content-Security-Policy lets no request through).
   */
  readonly code: ErrorCode | 'network' | 'left' | 'page_policy';
  readonly field?: string;
  readonly suggestion?: string;
  /** Seconds. */
  readonly retryAfter?: number;
  /** Why it is `not_allowed`. */
  readonly reason?: Reason;
  /** In a `conflict`: the value that is there, and its version. */
  readonly value?: unknown;
  readonly version?: string;
}

/** One thing that was looked at by `chat.doctor()`, as a sentence a visitor understands. */
export interface Finding {
  about: 'mixed content' | 'script tags' | 'fetch' | 'clock' | 'long addresses' | 'long holds' | 'storage' | 'tabs';
  verdict: 'good' | 'note' | 'bad';
  sentence: string;
}

/** What `chat.on` gives for each name. */
export interface ChatEvents {
  /** The room is open; comes once. */
  ready: Ready;
  message: ChatEvent;
  joined: ChatEvent;
  left: ChatEvent;
  renamed: ChatEvent;
  /** What the owner or a moderator did: a message is no more, none is, or there are other rules. */
  removed: ChatEvent;
  cleared: ChatEvent;
  rules: ChatEvent;
  /** This user may not speak for so many `seconds`, or with 0 again; nobody else hears it. */
  muted: ChatEvent;
  /** Who keeps the room in order has changed; the room was offered to somebody, or taken. */
  moderator: ChatEvent;
  offered: ChatEvent;
  owned: ChatEvent;
  /** The first message has begun to wait for approval; only who has a role hears it. */
  held: ChatEvent;
  /** A value of a room has changed; `chat.values` has it already. */
  value: ChatEvent;
  /** Something short-lived, as a pointer's place: never stored, may be lost. */
  signal: SignalEvent;
  /** Any of the events above. */
  event: ChatEvent | SignalEvent;
  /** Who is in a room has changed. `count`: how many there are, where not all of them are known by name. */
  members: { room: string; members: UserRef[]; count?: number | undefined };
  state: StateChange;
  /** Events that could not be read back from the history. */
  missed: { count: number };
  /** The server has lost its memory of these rooms, so something may be missing. */
  reset: { rooms: string[] };
  /** This chat cannot go on, or something it does by itself failed. */
  error: ChatFailure;
}

export interface Chat {
  /** Settles when the room is open, or cannot be. */
  readonly ready: Promise<Ready>;
  /** Null until ready. Changes with `rename`, and with the id when the server had to make the user anew. */
  readonly user: UserRef | null;
  readonly room: string;
  /** The room's owner token: the given one, or what the server gave to who made or took the room. */
  readonly owner: string | undefined;
  /** Ids of users whose private messages this user refuses. */
  readonly blocked: number[];
  readonly server: string;
  readonly state: State;
  /** Null until it is known which way works. */
  readonly way: WayName | null;
  /** Why this way, in plain words. */
  readonly why: string;
  /** Calls `listener` for every such event; the function it returns ends that. */
  on<N extends keyof ChatEvents>(name: N, listener: (event: ChatEvents[N]) => void): () => void;
  /** Sends to the room, or to one user; tries again by itself, and never twice. Nothing to send is a `bad_request`. */
  send(message: string | Outgoing): Promise<Sent>;
  /** Tells those who are here now, this page too. When called faster than the network goes, only the newest is sent. */
  signal(data: unknown, room?: string): Promise<void>;
  /** What the room remembers; `valuesOf`: what another room that was entered does. */
  readonly values: ChatValues;
  valuesOf(room: string): ChatValues;
  members(room?: string): Promise<UserRef[]>;
  history(options?: HistoryOptions): Promise<HistoryPage>;
  rename(name: string): Promise<UserRef>;
  enter(room: string): Promise<RoomView>;
  exit(room: string): Promise<void>;
  /** Refuses private messages and signals of a user, until `unblock`; resolves with the ids of all who are blocked. */
  block(user: number): Promise<number[]>;
  unblock(user: number): Promise<number[]>;
  /**
   * Any operation of the server by its name, with this user's token: `remove`, `mute`, `rules`, `audit` ... Tries again by
   * itself, for up to half a minute.
   */
  call<O extends keyof Answers>(operation: O, values?: Record<string, unknown>): Promise<Answers[O]>;
  /** Tries now instead of after the pause between two attempts. */
  retry(): void;
  /** Ends the user and this chat. */
  leave(): Promise<void>;
  /** Looks at all that can keep a chat from working on this page, within about a minute; `tell` hears each finding at once. */
  doctor(tell?: (finding: Finding) => void): Promise<Finding[]>;
}
