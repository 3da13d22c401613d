/** One request of an operation and its one answer: written once, counted, and reported to the limits and the log. */
import type { ServerResponse } from 'node:http';
import { isOfHook } from '../../../shared/hooks/agent.js';
import type { Logger } from '../../../shared/log.js';
import type { ChatError } from '../../../shared/protocol/errors.js';
import { OPERATIONS, type OperationName, type RequestName } from '../../../shared/protocol/operations.js';
import { RateLimited } from '../../../shared/store/denials.js';
import type { SendsLimit } from '../../../shared/store/messages.js';
import type { Context } from '../context.js';
import type { Source } from '../limits/shares/source.js';
import type { AnsweredPoll } from '../limits/wasted-polls.js';
import type { GivenEvents, PollResult, Reply } from '../reply.js';
import type { RequestLine, RequestLog } from './request-log.js';
import { send, sendError, toChatError } from './response.js';

/** Requests that are wasted if they bring nothing new. */
const POLLS: ReadonlySet<string> = new Set<RequestName>(['poll', 'stream', 'listen', 'ack']);

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
  /** ms since 1970. */
  at: number;
}

export class Exchange implements Reply {
  callback: string | undefined = undefined;
  onClientGone: (() => void) | null = null;
  /** Set once the parameters are known to be allowed. */
  #parameters: NotedParameters | null = null;
  readonly onAccepted: Reply['onAccepted'];
  /** Set with the parameters. */
  source: Source | null = null;
  protected readonly logLine: RequestLine | null;
  #whenEnded: (() => void) | null = null;
  #bytesRead = 0;

  /** `name`: the operation, as the path names it. */
  constructor(
    readonly context: Context,
    readonly monitoring: Monitoring,
    readonly res: ServerResponse,
    readonly name: string,
  ) {
    this.logLine = monitoring.requestLog?.startLine(res.req, operationLabel(name)) ?? null;
    this.onAccepted = this.logLine?.noteAccepted;
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

  noteParameters(parameters: { token?: string; room?: string | undefined }): void {
    this.#parameters = { token: parameters.token, at: Date.now() };
    if (isRequest(this.name)) this.source = this.context.shares.noteRequest(this.name, parameters, this.res.req);
  }

  succeed(body: string, result: PollResult = 'events', given: GivenEvents | null = null): void {
    this.onClientGone = null;
    this.#end();
    send(this.res, 200, body, this.callback);
    this.countAnswer('ok');
    this.noteSuccess(result, body.length + this.#bytesRead, given);
    this.noteGiven(given);
    this.logLine?.succeeded(body, this.token);
  }

  /** All errors of a request end here. */
  fail(caught: unknown): void {
    this.onClientGone = null;
    this.#end();
    if (this.token !== undefined && isRequest(this.name))
      this.context.admission.noteFailure(this.name, this.token, caught, this.res.req);
    const error = toChatError(caught, this.monitoring.reportFailure);
    if (this.source && isRequest(this.name) && error.details.reason !== 'share')
      this.context.shares.noteRefusal(this.source, this.name);
    if (error.code === 'too_large') this.res.shouldKeepAlive = false; // the rest of the request is not read
    this.sendError(error);
    this.countAnswer(error.code, error instanceof RateLimited ? error.limit : undefined);
    this.logLine?.failed(error.code, this.token);
  }

  countRead(bytes: number): void {
    this.#bytesRead += bytes;
  }

  limitOfSends(cost: number): Promise<SendsLimit | null> {
    return this.context.admission.limitOfSends(this.res.req, cost);
  }

  countEntry(room: string): Promise<void> {
    return this.context.admission.countEntry(room, this.res.req);
  }

  countRoom(room: string): Promise<void> {
    return this.context.admission.countRoom(room, this.res.req);
  }

  get isOfHook(): boolean {
    return isOfHook(this.res.req.headers['user-agent']);
  }

  client(): { origin: string; network: string } {
    return this.context.admission.clientOf(this.res.req);
  }

  addressHashes(): Promise<string[]> {
    return this.context.admission.addressHashes(this.res.req);
  }

  protected get token(): string | undefined {
    return this.#parameters?.token;
  }

  protected sendError(error: ChatError): void {
    sendError(this.res, error, this.callback);
  }

  /** Tells the limits what was answered. `result` null: a stream that has only begun. */
  protected noteSuccess(result: PollResult | null, bytes: number, given: GivenEvents | null = null): void {
    if (!this.#parameters) return;
    const { token } = this.#parameters;
    const poll = result && this.#answeredPoll(this.#parameters, result, given);
    this.context.admission.noteSuccess({ token, poll, bytes }, this.res.req);
  }

  /** Counts an answer, with its events, for the page that gets it. */
  protected noteGiven(given: GivenEvents | null): void {
    if (this.source && isRequest(this.name))
      this.context.shares.noteAnswer(this.source, this.name, given ? given.to - given.after : 0);
  }

  #answeredPoll({ token, at }: NotedParameters, result: PollResult, given: GivenEvents | null): AnsweredPoll | null {
    if (token === undefined || !POLLS.has(this.name)) return null;
    return { token, ms: Date.now() - at, result, given };
  }

  #end(): void {
    this.#whenEnded?.();
    this.#whenEnded = null;
  }

  protected countAnswer(outcome: string, limit?: string): void {
    this.monitoring.countAnswer(operationLabel(this.name), outcome, limit);
  }
}

function isRequest(name: string): name is RequestName {
  return isOperation(name) || name === 'stream' || name === 'listen';
}

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name);
}

/** A path that names no operation is the client's own text. It must not get into the metrics or the log. */
function operationLabel(name: string): string {
  return isRequest(name) ? name : 'unknown';
}
