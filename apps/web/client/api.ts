/** The types that a page's author sees. Everything else in this folder is how it is done. */
import type { ErrorCode, Reason } from '../../../shared/protocol/errors.js';
import type {
  AnnouncementEvent,
  ChatEvent,
  Reaction,
  Role,
  RoomRules,
  RoomView,
  SignalEvent,
  UserRef,
} from '../../../shared/protocol/events.js';
import type { Answers, Fields, HistoryPage, Sent } from './answers.js';

/** How requests travel: by `fetch` with CORS, or by script tags (JSONP). */
export type TransportName = 'fetch' | 'jsonp';

/** @deprecated Use {@link TransportName}. */
export type WayName = TransportName;

/**
 * - `connecting`: the room is being opened for the first time.
 * - `online`: the server answers.
 * - `reconnecting`: the server does not answer, or asks the page to wait. The chat tries again and again. This can
 *   happen before the room is open.
 * - `left`: the chat has ended.
 */
export type State = 'connecting' | 'online' | 'reconnecting' | 'left';

export interface JoinOptions {
  /**
   * The room to join. Default: `lobby`. `auto` gives this page a room of its own: everybody who opens the page meets
   * there.
   */
  room?: string;
  /**
   * The nickname to ask for. Default, and if it is blank: a guest name. If a member of the room has it, the chat uses
   * the free name that the server suggests. At the next visit with the same `name`, the user has the name again that it
   * had last. Read `chat.user.name` to see which one.
   */
  name?: string;
  /**
   * The address of the server. Default: where this script was loaded from. A bundled copy must be told. A list, or a
   * text with commas between: if the first server does not answer for 30 s, the chat goes over to the next one that
   * answers. It goes back when a server before it answers again. See the event `server`.
   */
  server?: string | string[];
  /**
   * Default: `auto`, which takes `fetch` where it works and JSONP where it does not. With `fetch`, events come by a
   * stream where that works. `poll`: as `auto`, but never by a stream.
   */
  transport?: TransportName | 'auto' | 'poll';
  /** @deprecated The former name of `transport`. It still works. */
  way?: TransportName | 'auto' | 'poll';
  /**
   * Default: `shared`. All tabs of this site that are in the same room under the same `name` are one user with one
   * connection, if the browser can do that. `own`: this tab is a user of its own. It keeps no name for the next visit.
   */
  tabs?: 'shared' | 'own';
  /**
   * The room's owner token. It makes this user an owner. A wrong token is ignored. Never put it into a page that others
   * see. Of several servers it is for the first one. A function returns the token for each server.
   */
  owner?: string | ((server: string) => string | undefined) | undefined;
  /**
   * The key of a room that needs one. Default: the one in this page's address (`#key=...`), which is removed there at
   * once, or the one of an earlier visit. This browser remembers a key that was right.
   */
  key?: string | undefined;
}

/** The room at the moment when this user entered it. */
export interface Ready {
  user: UserRef;
  room: string;
  members: UserRef[];
  /** Set if the room has more members than `members` lists. `count` is their number. */
  more?: true | undefined;
  count?: number | undefined;
  /** The newest events of the room, oldest first. */
  history: ChatEvent[];
  /** The server's time then, in milliseconds since 1970. An older server does not send it. */
  at?: number | undefined;
  /** The announcement of the host that holds now. */
  news?: AnnouncementEvent | undefined;
  /** This user's role, if it has one. */
  role?: Role | undefined;
  /** The rules for users without a role. */
  rules?: RoomRules | undefined;
  /** The ids of all users who have a role. */
  moderators?: number[] | undefined;
  /** The ids of the owners among them. */
  owners?: number[] | undefined;
  /** This user may write although the room is read-only. */
  voice?: true | undefined;
}

export interface StateChange {
  state: State;
  /** The state before. */
  was: State;
  /** The reason, in plain words. */
  reason: string;
}

/** The chat has gone over to another server of the list. */
export interface ServerChange {
  /** The address of the server now. */
  server: string;
  /** The address of the server before. */
  was: string;
  /** The room there. It is another room: it has other people, ids and messages. */
  ready: Ready;
}

/** A message that is about to be sent. It needs `text`, `data`, or both. */
export interface PendingMessage {
  text?: string;
  /** Anything that JSON can express, up to 4 KiB. */
  data?: unknown;
  /** The id of a user. Then the message is private. */
  to?: number;
  /** The id of the message that this one answers. */
  re?: string;
  /** Default: the room that was joined. */
  room?: string;
}

/** @deprecated Use {@link PendingMessage}. */
export type Outgoing = PendingMessage;

export interface HistoryOptions {
  /** Only events older than the event with this id. */
  before?: string;
  /** The most events to return. Default: 50. At most 100. */
  limit?: number;
  /** Default: the room that was joined. */
  room?: string;
  /** Only events of these types, for example `['message']`. */
  types?: ChatEvent['type'][];
}

export interface EnterOptions {
  /** The key of a room that needs one. Default: the one of a link, or of an earlier visit. */
  key?: string | undefined;
  /**
   * If a member of that room has this user's name, the user takes the free name that the server suggests, in all its
   * rooms. Without this, `enter` rejects with `name_taken`.
   */
  rename?: boolean | undefined;
}

export interface SetOptions {
  /**
   * Write only if the value still has this version: see `chat.values.version(key)`. `'0'` means that there must be no
   * value. Otherwise the write rejects with the code `conflict`.
   */
  if?: string;
}

/** A value that JSON can express. It has no type, since only the page knows what it writes. */
// biome-ignore lint/suspicious/noExplicitAny: `unknown` would make every page cast its own values
export type JsonValue = any;

/** The details that a listener of `chat.values.on` gets beside the value. */
export interface ValueChange {
  /** The key as everybody reads it. A user's own keys begin with `@` and the user's id. */
  key: string;
  version: string;
  /** The user who wrote the value. `null` if this page wrote it, or if it was there before. */
  from: UserRef | null;
}

/**
 * The values that a room remembers, by key. Everybody in the room sees the same values. They stay when everybody
 * leaves.
 */
export interface ChatValues {
  /**
   * Returns the value that this page knows, its own writes included. `undefined`: there is none, or the room is not
   * open yet.
   */
  get(key: string): JsonValue;
  /** Returns the version of a value, to use as `if`. `'0'` if there is no value. */
  version(key: string): string;
  /** Returns all values whose keys begin with `prefix`, by key. Without a prefix: all values. */
  all(prefix?: string): Record<string, JsonValue>;
  /**
   * Writes a value: anything that JSON can express, up to 4 KiB. `null` deletes it. A key that begins with `@me/`
   * belongs to this user: nobody else can write it. Resolves with the new version.
   */
  set(key: string, value: unknown, options?: SetOptions): Promise<string>;
  /**
   * Adds `by` (default: 1) to a number. A missing number counts as 0. Each call counts exactly once. Resolves with the
   * sum.
   */
  add(key: string, by?: number): Promise<number>;
  /** Deletes a value. A key that ends with `/` deletes all values whose keys begin with it. */
  delete(key: string, options?: SetOptions): Promise<void>;
  /**
   * Calls `listener` with the value once the room is open, and again at each change. `undefined` means that there is no
   * value. A key that ends with `/` stands for all keys that begin with it, and `''` for all keys. Then the listener is
   * called once for each value, or once with `undefined` if there is none. Returns a function that removes the
   * listener.
   */
  on(key: string, listener: (value: JsonValue, change: ValueChange) => void): () => void;
}

/** The error that a promise of the chat rejects with. Decide by `code`; show `message`. */
export interface ChatFailure extends Error {
  /**
   * A code of the server, or one of the library:
   * - `network`: the server could not be reached.
   * - `left`: this chat has ended, or has gone over to another server.
   * - `page_policy`: this page's Content-Security-Policy does not let any request through.
   */
  readonly code: ErrorCode | 'network' | 'left' | 'page_policy';
  /** The parameter that is wrong. */
  readonly field?: string;
  /** A nickname that is free, for `name_taken`. */
  readonly suggestion?: string;
  /** Try again after this many seconds. */
  readonly retryAfter?: number;
  /** Why the server does not allow it, for `not_allowed`. */
  readonly reason?: Reason;
  /** The value that is there, for `conflict`. */
  readonly value?: unknown;
  /** The version of that value. */
  readonly version?: string;
}

/** One result of `chat.doctor()`. */
export interface Finding {
  about:
    | 'mixed content'
    | 'script tags'
    | 'fetch'
    | 'clock'
    | 'long addresses'
    | 'streams'
    | 'long holds'
    | 'storage'
    | 'tabs';
  /** `good`: it works. `note`: good to know. `bad`: it keeps the chat from working. */
  verdict: 'good' | 'note' | 'bad';
  /** A sentence that a visitor of the page understands. */
  sentence: string;
}

/** The events of a chat: what a listener of `chat.on` is called with, by the name of the event. */
export interface ChatEvents {
  /** The room is open. Comes once. */
  ready: Ready;
  /** A message has arrived. */
  message: ChatEvent;
  /** A user has entered the room. */
  joined: ChatEvent;
  /** A user has left the room. */
  left: ChatEvent;
  /** A user has another name. */
  renamed: ChatEvent;
  /** Somebody has changed a message of its own: the message `edited` says `text` now. */
  edited: ChatEvent & { edited: string; text: string };
  /** A message was removed or taken back, or all messages of a user were removed. */
  removed: ChatEvent;
  /** The owner or a moderator has removed all messages. */
  cleared: ChatEvent;
  /** The rules of the room have changed. */
  rules: ChatEvent;
  /** This user cannot send for `seconds`. 0: it can send again. Other users do not get this event. */
  muted: ChatEvent;
  /** A user has become a moderator, or is no longer one. */
  moderator: ChatEvent;
  /**
   * A user may write although the room is read-only, or no longer. Without `user`: everybody who is there. Ask `on`.
   */
  voice: ChatEvent;
  /** The owner has offered the room to a user. */
  offered: ChatEvent;
  /** A user has taken over the room. */
  owned: ChatEvent;
  /** A message waits for approval, and none did before. Only users with a role get this event. */
  held: ChatEvent;
  /** A message that others see later, if the room has a delay. Only users with a role get this event. */
  delayed: ChatEvent;
  /** A message was reported for the first time. Only users with a role get this event. */
  reported: ChatEvent;
  /** The reactions to a message have changed: `reacted` is its id, `reactions` are all of them now. */
  reacted: ChatEvent & { reacted: string; reactions: Reaction[] };
  /** A value of a room has changed. `chat.values` has it already. */
  value: ChatEvent;
  /** A short-lived event, for example the position of a pointer. It is never stored and may be lost. */
  signal: SignalEvent;
  /** Any of the events above, except `ready`. */
  event: ChatEvent | SignalEvent;
  /** The host says something to all rooms, or takes it back (`none`). It may come again, with the same `at`. */
  announcement: AnnouncementEvent;
  /** The members of a room have changed. `count` is their number if `members` does not list all of them. */
  members: { room: string; members: UserRef[]; count?: number | undefined };
  /** The chat has connected, lost its connection, or ended. */
  state: StateChange;
  /**
   * The chat runs on another server of the list now. Comes when the room is open there. Show that room in the place of
   * the former one.
   */
  server: ServerChange;
  /** This many events were lost and could not be read from the history. */
  missed: { count: number };
  /**
   * Events of this room did not come, and have been read from the history, which has no edits and reactions as events.
   * Read the messages again that you show.
   */
  gap: { room: string };
  /** The server has lost its memory of these rooms, so events may be missing. */
  reset: { rooms: string[] };
  /**
   * The server is busy, and this page uses more of it than its share. It has refused a call, which is tried again.
   */
  busy: ChatFailure;
  /** Fatal error; the chat has stopped. */
  error: ChatFailure;
}

/** A chat. Every method except `on`, `retry` and `valuesOf` returns a promise, which rejects with a `ChatFailure`. */
export interface Chat {
  /** Resolves when the room is open. Rejects if it cannot be opened. */
  readonly ready: Promise<Ready>;
  /**
   * This user; `null` until the room is open. The id changes if the server has forgotten the user and makes a new one.
   */
  readonly user: UserRef | null;
  /** The name of the room that was joined. */
  readonly room: string;
  /** The room's owner token: the one that the page gave, or the one that the server sent to this user as the owner. */
  readonly owner: string | undefined;
  /** The room's key, if this page has one. A key that begins with `mod-` gives the role of a moderator. */
  readonly key: string | undefined;
  /** The ids of the users whose private messages and signals this user refuses. */
  readonly blocked: number[];
  /** The address of the server. With a list, of the one in use. */
  readonly server: string;
  readonly state: State;
  /** How requests travel; `null` until the library knows what works. */
  readonly transport: TransportName | null;
  /** @deprecated The former name of `transport`. It still works. */
  readonly way: TransportName | null;
  /** Why it uses this transport, in plain words. */
  readonly why: string;
  /** Calls `listener` for each event of that name. Returns a function that removes the listener. */
  on<N extends keyof ChatEvents>(name: N, listener: (event: ChatEvents[N]) => void): () => void;
  /**
   * Sends a message to the room, or to one user. Retries for up to five minutes and never sends a message twice.
   * Messages keep their order. Resolves with the message's id and time. An empty message rejects with `bad_request`.
   */
  send(message: string | PendingMessage): Promise<Sent>;
  /** Gives a message of this user another text. The server allows it for some minutes after the message was sent. */
  edit(id: string, text: string, room?: string): Promise<void>;
  /** Takes a message of this user back. The server allows it for some minutes after the message was sent. */
  unsay(id: string, room?: string): Promise<void>;
  /**
   * Sends a short-lived event to everybody who is in the room now, this page included. If you call it faster than the
   * network can send, only the newest signal is sent. Resolves with nothing, even if the signal was lost.
   */
  signal(data: unknown, room?: string): Promise<void>;
  /** The values that the joined room remembers. */
  readonly values: ChatValues;
  /** Returns the values of another room that this user has entered. */
  valuesOf(room: string): ChatValues;
  /** Resolves with the users in the room. */
  members(room?: string): Promise<UserRef[]>;
  /** Resolves with older events, oldest first. */
  history(options?: HistoryOptions): Promise<HistoryPage>;
  /**
   * Takes another nickname. Resolves with the user. Rejects with `name_taken` and a `suggestion` if the name is taken.
   */
  rename(name: string): Promise<UserRef>;
  /**
   * Enters another room. Its events come to the same listeners, with their `room`. Resolves with the room as it is now.
   * Rejects with `name_taken` and a `suggestion` if a member there has this user's name.
   */
  enter(room: string, options?: EnterOptions): Promise<RoomView>;
  /** Leaves a room that was entered. */
  exit(room: string): Promise<void>;
  /**
   * Reacts to a message with an emoji, or with `on` false takes the reaction back. Resolves with all reactions to the
   * message. Default room: this chat's.
   */
  react(id: string, emoji: string, on?: boolean, room?: string): Promise<Reaction[]>;
  /** Refuses a user's private messages and signals. Resolves with the ids of all blocked users. */
  block(user: number): Promise<number[]>;
  /** Accepts a user's private messages and signals again. Resolves with the ids of all blocked users. */
  unblock(user: number): Promise<number[]>;
  /**
   * Calls any operation of the server, such as `remove`, `mute`, `rules` or `audit`, with this user's token. Retries
   * for up to 30 seconds. Resolves with the answer.
   */
  call<O extends keyof Answers>(operation: O, values?: Fields): Promise<Answers[O]>;
  /** Tries to reach the server now, instead of after the pause between two attempts. */
  retry(): void;
  /** Ends this chat and its user. The nickname is free again. */
  leave(): Promise<void>;
  /**
   * Checks everything that can keep a chat from working on this page. Takes about a minute. Calls `tell` with each
   * finding as soon as it is there. Resolves with all findings.
   */
  doctor(tell?: (finding: Finding) => void): Promise<Finding[]>;
}
