/**
 * The log of single requests at LOG_LEVEL=debug. A host can follow a message from its send to its receivers.
 * Users and events appear as ids. No log level ever shows names, texts, addresses or tokens.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Config } from '../../../shared/config/config.js';
import { eventMark, type Logger } from '../../../shared/log.js';
import { isToken, tokenUser } from '../../../shared/store/tokens.js';

/** A request id from a proxy. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The log's word for an operation that succeeded. Others are `answered`. */
const MESSAGES: Record<string, string> = { send: 'accepted', poll: 'given', stream: 'given', listen: 'given' };

export class RequestLog {
  readonly #log: Logger;
  readonly #behindProxy: boolean;

  private constructor(log: Logger, behindProxy: boolean) {
    this.#log = log;
    this.#behindProxy = behindProxy;
  }

  /** Returns null unless the log takes debug lines. Requests then cost nothing more. */
  static of(log: Logger, { trustProxy }: Config): RequestLog | null {
    return log.isLevelEnabled('debug') ? new RequestLog(log, trustProxy > 0) : null;
  }

  startLine(req: IncomingMessage, operation: string): RequestLine {
    return new RequestLine(this.#log, this.#requestId(req), operation);
  }

  /** Takes the id from our own proxy only. A client could give many requests the same id. */
  #requestId(req: IncomingMessage): string {
    const given = this.#behindProxy ? req.headers['x-request-id'] : undefined;
    return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomBytes(8).toString('hex');
  }
}

/** The log line of one request. It is written when the request is answered. */
class RequestLine {
  readonly #log: Logger;
  readonly #request: string;
  readonly #operation: string;
  readonly #began = performance.now();
  #event: string | undefined;

  constructor(log: Logger, request: string, operation: string) {
    this.#log = log;
    this.#request = request;
    this.#operation = operation;
  }

  /** Notes the event that the request has become. */
  readonly noteAccepted = (room: string, id: string): void => {
    this.#event = eventMark(room, id);
  };

  /** Writes the line. A poll without events has none, and a stream has one for each answer. */
  succeeded(body: string, token: string | undefined): void {
    const events = MESSAGES[this.#operation] === 'given' ? eventsOf(body) : undefined;
    if (events?.length === 0) return;
    this.#write(MESSAGES[this.#operation] ?? 'answered', token, { event: this.#event, events });
  }

  failed(code: string, token: string | undefined): void {
    this.#write('refused', token, { code });
  }

  #write(message: string, token: string | undefined, details: object): void {
    const user = token !== undefined && isToken(token) ? tokenUser(token) : undefined;
    this.#log.debug(
      {
        request: this.#request,
        operation: this.#operation,
        user,
        ...details,
        took: Math.round(performance.now() - this.#began),
      },
      message,
    );
  }
}

export type { RequestLine };

/** Returns the marks of the events in a poll's answer. Signals have no id, so they are left out. */
function eventsOf(body: string): string[] {
  const { events } = JSON.parse(body) as { events: { room: string; id?: string }[] };
  return events.flatMap(({ room, id }) => (id === undefined ? [] : [eventMark(room, id)]));
}
