/**
 * The rooms that the components of a page are in. All that give the same options share one chat. So the page is one
 * user there, however often its components come and go.
 */
import type { Chat, ChatFailure, JoinOptions, PendingMessage, Ready, State } from '../../apps/web/client/api.js';
import { join } from '../../apps/web/client/module.js';
import type { ChatEvent, UserRef } from '../../shared/protocol/events.js';
import { messagesAfter, withPage } from './messages.js';

/** As the options of `join`. If one changes, the page leaves the former room and joins anew. */
export interface ChatOptions extends Omit<JoinOptions, 'server' | 'owner' | 'way'> {
  /** The address of the server, or a list. */
  server: string | string[];
  /** The room's owner token. Never put it into a page that others see. */
  owner?: string | undefined;
}

/** A room at one moment. Each change makes a new object. */
export interface RoomState {
  /** Null until a component with these options is in the page. */
  readonly chat: Chat | null;
  readonly state: State;
  /** This user. Null until the room is open. */
  readonly user: UserRef | null;
  readonly members: readonly UserRef[];
  /** It is more than `members` has in a very large room. */
  readonly memberCount: number;
  /** The room's messages with their edits and reactions, oldest first: at most the newest 500. */
  readonly messages: readonly ChatEvent[];
  /** Why the chat has ended, if it has. */
  readonly error: ChatFailure | null;
}

/** The calls that a component needs most. Each rejects with a `ChatFailure`. `chat` has the rest. */
export interface RoomActions {
  send(message: string | PendingMessage): ReturnType<Chat['send']>;
  edit(id: string, text: string): Promise<void>;
  unsay(id: string): Promise<void>;
  react(id: string, emoji: string, on?: boolean): ReturnType<Chat['react']>;
}

/** Names a room, and how it is joined: the options as JSON. */
export type Place = string;

/** The state before a component is in the page, and where a server renders it. */
export const NOBODY: RoomState = {
  chat: null,
  state: 'connecting',
  user: null,
  members: [],
  memberCount: 0,
  messages: [],
  error: null,
};

/** A component that comes within this time finds the room as it was: React's strict mode, a change of the page. */
const LEAVE_AFTER_MS = 1_000;

type Listener = () => void;
interface WatchedValue {
  value: unknown;
  readonly listeners: Set<Listener>;
  stop: Listener;
}

class Room {
  readonly chat: Chat;
  state: RoomState;
  /** The components that are here. */
  readonly listeners = new Set<Listener>();
  /** The values that components watch, by key. */
  readonly values = new Map<string, WatchedValue>();
  /** The room's own name. The server may write it differently than the options. */
  private name = '';
  /** Events that have come since the history was asked for. */
  private since: ChatEvent[] | null = null;

  constructor(options: JoinOptions) {
    this.chat = join(options);
    this.state = { ...NOBODY, chat: this.chat };
    this.chat.on('ready', (ready) => this.open(ready));
    this.chat.on('server', ({ ready }) => this.open(ready));
    this.chat.on('state', ({ state }) => this.change({ state }));
    this.chat.on('error', (error) => this.change({ error }));
    this.chat.on('members', ({ room, members, count = members.length }) => {
      if (room === this.name) this.change({ members, memberCount: count });
    });
    this.chat.on('event', (event) => {
      if (event.type !== 'signal' && event.room === this.name) this.hear(event);
    });
    this.chat.on('gap', ({ room }) => room === this.name && void this.reread());
    this.chat.on('reset', ({ rooms }) => rooms.includes(this.name) && void this.reread());
  }

  private open({ room, members, count = members.length, history }: Ready): void {
    this.name = room;
    this.change({ members, memberCount: count, messages: history.filter(({ type }) => type === 'message') });
  }

  private change(change: Partial<RoomState>): void {
    this.state = { ...this.state, ...change, user: this.chat.user };
    for (const listener of [...this.listeners]) listener();
  }

  private hear(event: ChatEvent): void {
    this.since?.push(event);
    const { messages } = this.state;
    const now = messagesAfter(messages, event, this.chat.user?.id);
    if (now !== messages || event.type === 'renamed') this.change({ messages: now });
  }

  /** Reads the newest messages again: edits and reactions of them may have been lost. */
  private async reread(): Promise<void> {
    const since: ChatEvent[] = [];
    this.since = since;
    const page = await this.chat.history({ limit: 100, types: ['message'] }).catch(() => null);
    if (this.since !== since) return; // it is being read anew
    this.since = null;
    if (!page) return;
    let messages = withPage(this.state.messages, page.events);
    for (const event of since) messages = messagesAfter(messages, event, this.chat.user?.id);
    this.change({ messages });
  }

  watch(key: string, listener: Listener): Listener {
    const watched = this.values.get(key) ?? this.startWatching(key);
    watched.listeners.add(listener);
    return () => {
      watched.listeners.delete(listener);
      if (watched.listeners.size > 0) return;
      watched.stop();
      this.values.delete(key);
    };
  }

  private startWatching(key: string): WatchedValue {
    const isMany = key === '' || key.endsWith('/');
    const watched: WatchedValue = { value: undefined, listeners: new Set(), stop: () => undefined };
    this.values.set(key, watched);
    watched.stop = this.chat.values.on(key, (value) => {
      watched.value = isMany ? this.chat.values.all(key) : value;
      for (const one of [...watched.listeners]) one();
    });
    return watched;
  }
}

const entered = new Map<Place, Room>();

export function placeOf({ server, room, name, transport, tabs, owner, key }: ChatOptions): Place {
  return JSON.stringify({ server, room, name, transport, tabs, owner, key });
}

/** Joins the room, unless the page is in it. Calls `listener` at each change. Returns a function that ends this. */
export function enter(place: Place, listener: Listener): Listener {
  const room = entered.get(place) ?? new Room(JSON.parse(place));
  const own = (): void => listener(); // a listener may be given twice
  entered.set(place, room);
  room.listeners.add(own);
  return () => {
    room.listeners.delete(own);
    setTimeout(() => {
      if (room.listeners.size > 0 || entered.get(place) !== room) return;
      entered.delete(place);
      void room.chat.leave();
    }, LEAVE_AFTER_MS);
  };
}

export const stateOf = (place: Place): RoomState => entered.get(place)?.state ?? NOBODY;

/** As `enter`, but calls `listener` at each change of a value. */
export function watchValue(place: Place, key: string, listener: Listener): Listener {
  const leave = enter(place, () => undefined);
  const stop = entered.get(place)?.watch(key, listener);
  return () => {
    stop?.();
    leave();
  };
}

/** Returns the value of a key that is watched. Undefined: there is none, or it is not known yet. */
export const watchedValue = (place: Place, key: string): unknown => entered.get(place)?.values.get(key)?.value;

/** Throws where the page is not in the room: a server renders it, or the component is not in the page. */
export function chatOf(place: Place): Chat {
  const room = entered.get(place);
  if (!room) throw new Error('This component is not in a page.');
  return room.chat;
}

export const actionsOf = (place: Place): RoomActions => ({
  send: async (message) => chatOf(place).send(message),
  edit: async (id, text) => chatOf(place).edit(id, text),
  unsay: async (id) => chatOf(place).unsay(id),
  react: async (id, emoji, on) => chatOf(place).react(id, emoji, on),
});
