/** What an operation is given beside its parameters. Operations know neither Koa nor callbacks. */
import type { OperationName } from '../../shared/protocol/operations.js';
import type { FanOutRequests } from '../../shared/queues.js';
import type { Store } from '../../shared/store/store.js';
import type { Filters } from './filters.js';
import type { Guard } from './guard/guard.js';
import type { Parameters } from './parameters.js';
import type { Polls } from './polls/polls.js';

export interface Chat {
  store: Store;
  fanOut: FanOutRequests;
  polls: Polls;
  guard: Guard;
  filters: Filters;
}

/** What a poll's answer gave. */
export type Gave = 'events' | 'signal' | 'nothing';

/** Where the answer of a request goes, once. */
export interface Reply {
  /** Takes the body of a good answer, as JSON text; a poll says what it gave. */
  give(body: string, gave?: Gave): void;
  refuse(error: unknown): void;
  /** Called when the client goes before it has its answer. */
  whenGone: (() => void) | null;
  /** Told which event a message has become, when the log wants to know. */
  accepted?: ((room: string, id: string) => void) | undefined;
  /** Told of bytes that were looked at in vain, beside those that are given: they count as read. */
  looked?(bytes: number): void;
  /** Hashes of the asker's address, by the salts of today and of yesterday. */
  addresses(): Promise<string[]>;
}

/**
 * Serves one request: gives the body of a good answer as JSON text, throws ChatError otherwise. Null: it keeps `reply`, and
 * answers later (a held poll is one small object, not a chain of promises).
 */
export type Operation<Op extends OperationName> = (chat: Chat, parameters: Parameters<Op>, reply: Reply) => Promise<string> | null;
