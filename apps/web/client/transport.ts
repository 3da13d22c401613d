import type { ErrorCode, ErrorDetails } from '../../../shared/protocol/errors.js';
import type { Audit, ChatEvent, HeldMessage, RoomView, SignalEvent, UserRef } from '../../../shared/protocol/events.js';
import type { OperationName } from '../../../shared/protocol/operations.js';
import type { HistoryPage, Sent, WayName } from './api.js';
import { Failure } from './errors.js';

/** What each operation answers, beside `ok`. */
export interface Answers {
  join: { user: UserRef; token: string; cursor: string; pollTimeout: number; room: RoomView; owner?: string };
  poll: { cursor: string; events: (ChatEvent | SignalEvent)[]; missed?: number; reset?: true };
  send: Sent;
  signal: object;
  enter: { room: RoomView; owner?: string };
  exit: object;
  rename: { user: UserRef };
  leave: object;
  members: { members: UserRef[] };
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
  held: { messages: HeldMessage[] };
  approve: { id: string };
  reject: object;
  audit: Audit;
  rooms: { rooms: { name: string; members: number }[] };
}

export type Values = Record<string, unknown>;

/** A request on its way. */
export interface Call<A> {
  done: Promise<A>;
  /** Stops waiting for it: `done` rejects with ABANDONED, a late answer does nothing. */
  abandon(): void;
}

/** Carries one operation to the server and its answer back. Rejects only with Failure. */
export interface Transport {
  readonly way: WayName;
  call<O extends OperationName>(operation: O, values: Values, patienceMs: number): Call<Answers[O]>;
}

/** ms that a request other than a poll may take. */
export const PATIENCE = 10_000;

interface ErrorBody extends ErrorDetails {
  code: ErrorCode;
  message: string;
}

/** Opens the envelope that both ways share. Throws the failure it holds. */
export function unwrap<A>(body: unknown): A {
  const envelope = body as { ok?: boolean; error?: ErrorBody } | null;
  if (envelope && envelope.ok === true) return body as A;
  const error = envelope && envelope.error;
  if (!error || !error.code) throw new Failure('network', 'Something other than the chat server answered.');
  throw new Failure(error.code, error.message, error);
}
