/** The answer of one request, from the moment that its operation is known: written once, counted, and noted for the guard and the log. */
import type { ServerResponse } from 'node:http';
import type { Logger } from '../../../shared/log.js';
import { OPERATIONS, type OperationName } from '../../../shared/protocol/operations.js';
import { RateLimited } from '../../../shared/store/denials.js';
import type { Cursor } from '../../../shared/store/inboxes.js';
import type { Context } from '../context.js';
import type { AnsweredPoll } from '../limits/wasted-polls.js';
import type { PollResult, Reply } from '../reply.js';
import { send, sendError, toChatError } from './response.js';
import type { RequestLine, RequestLog } from './request-log.js';

export interface Monitoring {
  /** Told of each answer: the operation, how it ended (`ok` or an error's code), and by which limit if that was it. */
  countAnswer(operation: string, outcome: string, limit?: string): void;
  log: Logger;
  /** Where requests are told of one by one; null: nowhere. */
  requestLog: RequestLog | null;
  /** Told of each failure that is no ChatError. */
  reportFailure(error: unknown): void;
}

/** What an answer remembers of its operation's parameters. */
interface NotedParameters {
  token: string | undefined;
  position: number | null;
  /** ms since 1970. */
  at: number;
}

export class Exchange implements Reply {
  callback: string | undefined = undefined;
  onClientGone: (() => void) | null = null;
  /** What the operation was asked, once that is known to be allowed. */
  #parameters: NotedParameters | null = null;
  readonly onAccepted: Reply['onAccepted'];
  readonly #logLine: RequestLine | null;
  #whenEnded: (() => void) | null = null;
  #bytesRead = 0;

  constructor(
    readonly context: Context,
    readonly monitoring: Monitoring,
    readonly res: ServerResponse,
    readonly name: string,
  ) {
    this.#logLine = monitoring.requestLog?.startLine(res.req, operationLabel(name)) ?? null;
    this.onAccepted = this.#logLine?.noteAccepted;
    res.on('close', () => {
      this.onClientGone?.();
      this.#end();
    });
  }

  /** Takes what to call when this is answered, or its client has gone: of requests in a pipeline Node tells only the first that. */
  readonly onEnd = (ended: () => void): void => {
    this.#whenEnded = ended;
  };

  /** Takes note of what the operation is asked. */
  noteParameters({ token, cursor }: { token?: string; cursor?: Cursor | undefined }): void {
    this.#parameters = { token, position: cursor?.count ?? null, at: Date.now() };
  }

  succeed(body: string, gave: PollResult = 'events'): void {
    this.onClientGone = null;
    this.#end();
    send(this.res, 200, body, this.callback);
    this.#count('ok');
    if (this.#parameters)
      this.context.admission.noteSuccess(
        {
          token: this.#parameters.token,
          poll: this.#poll(this.#parameters, gave),
          bytes: body.length + this.#bytesRead,
        },
        this.res.req,
      );
    this.#logLine?.succeeded(body, this.#parameters?.token);
  }

  /** The one catch of a request ends here. */
  fail(caught: unknown): void {
    this.onClientGone = null;
    this.#end();
    if (this.#parameters?.token !== undefined && isOperation(this.name))
      this.context.admission.noteFailure(this.name, this.#parameters.token, caught, this.res.req);
    const error = toChatError(caught, this.monitoring.reportFailure);
    if (error.code === 'too_large') this.res.shouldKeepAlive = false; // what comes of it is not read to its end
    sendError(this.res, error, this.callback);
    this.#count(error.code, error instanceof RateLimited ? error.limit : undefined);
    this.#logLine?.failed(error.code, this.#parameters?.token);
  }

  countRead(bytes: number): void {
    this.#bytesRead += bytes;
  }

  addressHashes(): Promise<string[]> {
    return this.context.admission.addressHashes(this.res.req);
  }

  #poll({ token, position, at }: NotedParameters, gave: PollResult): AnsweredPoll | null {
    return this.name === 'poll' && token !== undefined
      ? { token, position, took: Date.now() - at, result: gave }
      : null;
  }

  #end(): void {
    this.#whenEnded?.();
    this.#whenEnded = null;
  }

  #count(outcome: string, limit?: string): void {
    this.monitoring.countAnswer(operationLabel(this.name), outcome, limit);
  }
}

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name);
}

/** A path that is no operation is the client's own text: it goes into no figure and no log. */
function operationLabel(name: string): string {
  return isOperation(name) ? name : 'unknown';
}
