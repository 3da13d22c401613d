/**
 * What the log says of requests with LOG_LEVEL=debug, so that a host can follow a message from its send to those who got it. Users and
 * events by their ids: no names, texts, addresses or tokens, at no level.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Config } from '../../../shared/config/config.js';
import { eventMark, type Logger } from '../../../shared/log.js';
import { isToken, tokenUser } from '../../../shared/store/tokens.js';

/** An id that a proxy gave a request. */
const GIVEN = /^[A-Za-z0-9._-]{1,64}$/;

/** What an operation that went well is called in the log; others are `answered`. */
const MESSAGES: Record<string, string> = { send: 'accepted', poll: 'given' };

export class RequestLog {
  readonly #log: Logger;
  readonly #behindProxy: boolean;

  private constructor(log: Logger, behindProxy: boolean) {
    this.#log = log;
    this.#behindProxy = behindProxy;
  }

  /** Null when nobody wants to know: then requests cost nothing more. */
  static of(log: Logger, { trustProxy }: Config): RequestLog | null {
    return log.isLevelEnabled('debug') ? new RequestLog(log, trustProxy > 0) : null;
  }

  startLine(req: IncomingMessage, operation: string): RequestLine {
    return new RequestLine(this.#log, this.#idOf(req), operation);
  }

  /** Only a proxy of ours is believed: a client could give many requests one id. */
  #idOf(req: IncomingMessage): string {
    const given = this.#behindProxy ? req.headers['x-request-id'] : undefined;
    return typeof given === 'string' && GIVEN.test(given) ? given : randomBytes(8).toString('hex');
  }
}

/** The line of one request, written when it is answered. */
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

  /** Takes note of the event that the request has become. */
  readonly noteAccepted = (room: string, id: string): void => {
    this.#event = eventMark(room, id);
  };

  /** Writes the line; a poll that gave nothing has none. */
  succeeded(body: string, token: string | undefined): void {
    const events = this.#operation === 'poll' ? eventsOf(body) : undefined;
    if (events?.length === 0) return;
    this.#write(MESSAGES[this.#operation] ?? 'answered', token, { event: this.#event, events });
  }

  failed(code: string, token: string | undefined): void {
    this.#write('refused', token, { code });
  }

  #write(word: string, token: string | undefined, what: object): void {
    const user = token !== undefined && isToken(token) ? tokenUser(token) : undefined;
    this.#log.debug(
      {
        request: this.#request,
        operation: this.#operation,
        user,
        ...what,
        took: Math.round(performance.now() - this.#began),
      },
      word,
    );
  }
}

export type { RequestLine };

/** The events of a poll's answer; signals have no id. */
function eventsOf(body: string): string[] {
  const { events } = JSON.parse(body) as { events: { room: string; id?: string }[] };
  return events.flatMap(({ room, id }) => (id === undefined ? [] : [eventMark(room, id)]));
}
