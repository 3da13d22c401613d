/** What an operation is given beside its parameters. Operations know neither Koa nor callbacks. */
import type { OperationName } from '../../shared/protocol/operations.js';
import type { FanOutRequests } from '../../shared/queues.js';
import type { Store } from '../../shared/store/store.js';
import type { Guard } from './guard/guard.js';
import type { Parameters } from './parameters.js';
import type { Polls } from './polls/polls.js';

export interface Chat {
  store: Store;
  fanOut: FanOutRequests;
  polls: Polls;
  guard: Guard;
}

/** The request an operation serves. */
export interface Call {
  /** Takes what to do when the client goes before it has its answer. */
  onGone: (gone: () => void) => void;
}

/** Serves one request; gives the body of a good answer as JSON text, throws ChatError otherwise. */
export type Operation<Op extends OperationName> = (chat: Chat, parameters: Parameters<Op>, call: Call) => Promise<string>;
