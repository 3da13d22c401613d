/** The answer of one request, from the moment that its operation is known: written once, counted, and noted for the guard and the log. */
import type { ServerResponse } from 'node:http';
import type { Logger } from '../../../shared/log.js';
import { OPERATIONS, type OperationName } from '../../../shared/protocol/operations.js';
import { RateLimited } from '../../../shared/store/denials.js';
import type { Cursor } from '../../../shared/store/inboxes.js';
import type { Context } from '../context.js';
import type { AnsweredPoll } from '../limits/wasted-polls.js';
import type { Gave, Reply } from '../reply.js';
import { send, sendError, toChatError } from './encode.js';
import type { RequestLine, RequestLog } from './request-log.js';

export interface Served {
  /** Told of each answer: the operation, how it ended (`ok` or an error's code), and by which limit if that was it. */
  count(operation: string, outcome: string, limit?: string): void;
  log: Logger;
  /** Where requests are told of one by one; null: nowhere. */
  requests: RequestLog | null;
  /** Told of each failure that is no ChatError. */
  failed(error: unknown): void;
}

/** What an answer remembers of its operation's parameters. */
interface Asked {
  token: string | undefined;
  position: number | null;
  /** ms since 1970. */
  at: number;
}

export class Answer implements Reply {
  callback: string | undefined = undefined;
  whenGone: (() => void) | null = null;
  /** What the operation was asked, once that is known to be allowed. */
  #asked: Asked | null = null;
  readonly accepted: Reply['accepted'];
  readonly #line: RequestLine | null;
  #ended: (() => void) | null = null;
  #looked = 0;

  constructor(
    readonly chat: Context,
    readonly served: Served,
    readonly res: ServerResponse,
    readonly name: string,
  ) {
    this.#line = served.requests?.begin(res.req, nameOf(name)) ?? null;
    this.accepted = this.#line?.accepted;
    res.on('close', () => {
      this.whenGone?.();
      this.#end();
    });
  }

  /** Takes what to call when this is answered, or its client has gone: of requests in a pipeline Node tells only the first that. */
  readonly onEnd = (ended: () => void): void => {
    this.#ended = ended;
  };

  /** Takes note of what the operation is asked. */
  ask({ token, cursor }: { token?: string; cursor?: Cursor | undefined }): void {
    this.#asked = { token, position: cursor?.count ?? null, at: Date.now() };
  }

  give(body: string, gave: Gave = 'events'): void {
    this.whenGone = null;
    this.#end();
    send(this.res, 200, body, this.callback);
    this.#count('ok');
    if (this.#asked)
      this.chat.guard.answered(
        { token: this.#asked.token, poll: this.#poll(this.#asked, gave), bytes: body.length + this.#looked },
        this.res.req,
      );
    this.#line?.given(body, this.#asked?.token);
  }

  /** The one catch of a request ends here. */
  refuse(caught: unknown): void {
    this.whenGone = null;
    this.#end();
    if (this.#asked?.token !== undefined && isOperation(this.name))
      this.chat.guard.note(this.name, this.#asked.token, caught, this.res.req);
    const error = toChatError(caught, this.served.failed);
    if (error.code === 'too_large') this.res.shouldKeepAlive = false; // what comes of it is not read to its end
    sendError(this.res, error, this.callback);
    this.#count(error.code, error instanceof RateLimited ? error.limit : undefined);
    this.#line?.refused(error.code, this.#asked?.token);
  }

  looked(bytes: number): void {
    this.#looked += bytes;
  }

  addresses(): Promise<string[]> {
    return this.chat.guard.addresses(this.res.req);
  }

  #poll({ token, position, at }: Asked, gave: Gave): AnsweredPoll | null {
    return this.name === 'poll' && token !== undefined ? { token, position, took: Date.now() - at, gave } : null;
  }

  #end(): void {
    this.#ended?.();
    this.#ended = null;
  }

  #count(outcome: string, limit?: string): void {
    this.served.count(nameOf(this.name), outcome, limit);
  }
}

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name);
}

/** A path that is no operation is the client's own text: it goes into no figure and no log. */
function nameOf(name: string): string {
  return isOperation(name) ? name : 'unknown';
}
