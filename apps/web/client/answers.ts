import type {
  AnnouncementEvent,
  Audit,
  ChatEvent,
  HeldMessage,
  Hook,
  OutgoingHook,
  PassingEvent,
  Reaction,
  ReportedMessage,
  RoomContents,
  RoomValues,
  RoomView,
  UserRef,
} from '../../../shared/protocol/events.js';

/** The parameters of an operation, by name. */
export type Fields = Record<string, unknown>;

/** A message that the server has accepted. */
export interface Sent {
  /** The id of its event. */
  id: string;
  /** The server's time when it was accepted, in milliseconds since 1970. */
  at: number;
  /** The server had accepted the same message before. It was not sent twice. */
  duplicate?: true;
  /** The message waits for approval. Nobody sees it yet. Its event will have another id, and this one as `held`. */
  held?: true;
  /** When others see it, in milliseconds since 1970, if it waits for that only. */
  until?: number;
}

/** A page of a room's history. */
export interface HistoryPage {
  /** Oldest first. */
  events: ChatEvent[];
  /** True if there are older events. */
  more: boolean;
  /** Read on before this id. Set if the server found no event for this user in the part that it searched. */
  before?: string;
}

/** The fields that each operation answers with. Every successful answer also has `ok: true`. */
export interface Answers {
  join: { user: UserRef; token: string; cursor: string; pollTimeout: number; room: RoomView; owner?: string };
  poll: {
    cursor: string;
    events: (ChatEvent | PassingEvent)[];
    missed?: number;
    reset?: true;
    news?: AnnouncementEvent;
  };
  ack: object;
  send: Sent;
  post: Sent & { room: string; from: UserRef };
  sent: Partial<Sent>;
  react: { reactions: Reaction[] };
  edit: { at?: number };
  unsay: object;
  signal: object;
  set: { version: string; at: number; duplicate?: true };
  add: { version: string; at: number; value: number; duplicate?: true };
  get: RoomValues;
  enter: { room: RoomView; owner?: string; blocked?: number[] };
  exit: object;
  block: { blocked: number[] };
  unblock: { blocked: number[] };
  rename: { user: UserRef };
  leave: object;
  members: { members: UserRef[]; more?: true; count?: number };
  history: HistoryPage;
  report: object;
  remove: object;
  clear: object;
  mute: object;
  kick: object;
  ban: object;
  rules: object;
  keys: { member?: string; moderator?: string };
  incoming: { hooks: Hook[]; hook?: number; path?: string };
  hook: { id?: string; secret?: string };
  hooks: { hooks: OutgoingHook[]; allowed: boolean };
  allow: object;
  moderate: object;
  handover: object;
  own: { owner: string };
  held: { messages: HeldMessage[]; more?: true; reports?: ReportedMessage[] };
  approve: { id: string };
  reject: object;
  audit: Audit;
  export: { data: RoomContents; before?: string };
  import: { duplicate?: true };
  rooms: { rooms: { name: string; members: number }[] };
}
