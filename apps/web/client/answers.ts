import type {
  Audit,
  ChatEvent,
  PendingMessage,
  RoomValues,
  RoomView,
  SignalEvent,
  UserRef,
} from '../../../shared/protocol/events.js';
import type { HistoryPage, Sent } from './api.js';

/** What each operation answers, beside `ok`. */
export interface Answers {
  join: { user: UserRef; token: string; cursor: string; pollTimeout: number; room: RoomView; owner?: string };
  poll: { cursor: string; events: (ChatEvent | SignalEvent)[]; missed?: number; reset?: true };
  send: Sent;
  sent: Partial<Sent>;
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
  remove: object;
  clear: object;
  mute: object;
  kick: object;
  ban: object;
  rules: object;
  moderate: object;
  handover: object;
  own: { owner: string };
  held: { messages: PendingMessage[] };
  approve: { id: string };
  reject: object;
  audit: Audit;
  rooms: { rooms: { name: string; members: number }[] };
}
