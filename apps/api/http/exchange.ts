/** One request of an operation and its one answer: written once, counted, and reported to the limits and the log. */
import type { ServerResponse } from 'node:http';
import type { Logger } from '../../../shared/log.js';
import { OPERATIONS, type OperationName } from '../../../shared/protocol/operations.js';
import { RateLimited } from '../../../shared/store/denials.js';
import type { Cursor } from '../../../shared/store/inboxes.js';
import type { Context } from '../context.js';
import type { AnsweredPoll } from '../limits/wasted-polls.js';
import type { PollResult, Reply } from '../reply.js';
import type { RequestLine, RequestLog } from './request-log.js';
import { send, sendError, toChatError } from './response.js';

/** Where a process reports what becomes of its requests. */
export interface Monitoring {
  /** Counts an answer. `outcome`: `ok` or the error's code. `limit`: the limit that refused the request. */
  countAnswer(operation: string, outcome: string, limit?: string): void;
  log: Logger;
  /** Null unless single requests are logged. */
  requestLog: RequestLog | null;
  /** Takes every failure that is not a ChatError. */
  reportFailure(error: unknown): void;
}

/** The parameters that an exchange needs when it is answered. */
interface NotedParameters {
  token: string | undefined;
  /** The position in the poll's cursor. */
  position: number | null;
  /** ms since 1970. */
  at: number;
}

export class Exchange implements Reply {
  callback: string | undefined = undefined;
  onClientGone: (() => void) | null = null;
  /** Set once the parameters are known to be allowed. */
  #parameters: NotedParameters | null = null;
  readonly onAccepted: Reply['onAccepted'];
  readonly #logLine: RequestLine | null;
  #whenEnded: (() => void) | null = null;
  #bytesRead = 0;

  /** `name`: the operation, as the path names it. */
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

  /**
   * Calls `ended` once, when this is answered or its client has gone. The `close` event alone would not do: of the
   * requests in a pipeline, Node tells only the first one that the client has gone.
   */
  readonly onEnd = (ended: () => void): void => {
    this.#whenEnded = ended;
  };

  noteParameters({ token, cursor }: { token?: string; cursor?: Cursor | undefined }): void {
    this.#parameters = { token, position: cursor?.count ?? null, at: Date.now() };
  }

  succeed(body: string, result: PollResult = 'events'): void {
    this.onClientGone = null;
    this.#end();
    send(this.res, 200, body, this.callback);
    this.#countAnswer('ok');
    if (this.#parameters)
      this.context.admission.noteSuccess(
        {
          token: this.#parameters.token,
          poll: this.#answeredPoll(this.#parameters, result),
          bytes: body.length + this.#bytesRead,
        },
        this.res.req,
      );
    this.#logLine?.succeeded(body, this.#parameters?.token);
  }

  /** All errors of a request end here. */
  fail(caught: unknown): void {
    this.onClientGone = null;
    this.#end();
    if (this.#parameters?.token !== undefined && isOperation(this.name))
      this.context.admission.noteFailure(this.name, this.#parameters.token, caught, this.res.req);
    const error = toChatError(caught, this.monitoring.reportFailure);
    if (error.code === 'too_large') this.res.shouldKeepAlive = false; // the rest of the request is not read
    sendError(this.res, error, this.callback);
    this.#countAnswer(error.code, error instanceof RateLimited ? error.limit : undefined);
    this.#logLine?.failed(error.code, this.#parameters?.token);
  }

  countRead(bytes: number): void {
    this.#bytesRead += bytes;
  }

  addressHashes(): Promise<string[]> {
    return this.context.admission.addressHashes(this.res.req);
  }

  #answeredPoll({ token, position, at }: NotedParameters, result: PollResult): AnsweredPoll | null {
    return this.name === 'poll' && token !== undefined ? { token, position, ms: Date.now() - at, result } : null;
  }

  #end(): void {
    this.#whenEnded?.();
    this.#whenEnded = null;
  }

  #countAnswer(outcome: string, limit?: string): void {
    this.monitoring.countAnswer(operationLabel(this.name), outcome, limit);
  }
}

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name);
}

/** A path that names no operation is the client's own text. It must not get into the metrics or the log. */
function operationLabel(name: string): string {
  return isOperation(name) ? name : 'unknown';
}
