/**
 * A stream over HTTP: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). One message
 * is the answer of a poll, and its id is the cursor, which EventSource gives back when it comes again.
 */
import type { ServerResponse } from 'node:http';
import { type ChatError, ERRORS } from '../../../shared/protocol/errors.js';
import type { RequestName } from '../../../shared/protocol/operations.js';
import type { Context } from '../context.js';
import type { GivenEvents, PollResult, StreamReply } from '../reply.js';
import { Exchange, type Monitoring } from './exchange.js';
import { errorBody } from './response.js';

/**
 * `X-Accel-Buffering` is for nginx, `no-transform` for proxies that compress. The connection is closed behind a
 * stream: without chunks around it, a message takes one write instead of three.
 */
const HEADERS = [
  'X-Content-Type-Options',
  'nosniff',
  'Cache-Control',
  'no-store, no-transform',
  'Cross-Origin-Resource-Policy',
  'cross-origin',
  'Access-Control-Allow-Origin',
  '*',
  'X-Accel-Buffering',
  'no',
  'Connection',
  'close',
];
/** EventSource asks for this. It tells its page nothing about an answer with another status than 200. */
export const EVENT_STREAM = /\btext\/event-stream\b/i;
const EVENT_STREAM_TYPE = 'text/event-stream; charset=utf-8';
/** When EventSource comes again after a connection broke: at a random moment, as a process may have broken many. */
const RETURN_MIN_MS = 500;
const RETURN_SPREAD_MS = 1_500;
/** When it comes again after an error that a repetition does not mend: practically never. */
const NEVER_MS = 86_400_000;

export class EventStream extends Exchange implements StreamReply {
  onWritable: (() => void) | null = null;
  #began = false;
  #result: PollResult = 'nothing';
  /** All events that it has given, and the characters of the messages with them. */
  #given: GivenEvents | null = null;
  #bytes = 0;

  constructor(context: Context, monitoring: Monitoring, res: ServerResponse, name: RequestName = 'stream') {
    super(context, monitoring, res, name);
    res.on('drain', () => this.onWritable?.());
    res.on('close', () => this.#account());
  }

  get flushed(): boolean {
    return this.res.writableLength === 0;
  }

  begin(): void {
    if (this.res.headersSent || this.res.destroyed) return;
    this.#began = true;
    this.#writeHead();
    this.res.write(this.beginning());
    this.countAnswer('ok');
    this.noteSuccess(null, 0);
  }

  write(cursor: string, body: string, result: PollResult, given: GivenEvents | null): boolean {
    this.begin();
    if (this.#result !== 'events') this.#result = result;
    if (result === 'events') {
      this.#given = joined(this.#given, given);
      this.#bytes += body.length;
      this.noteGiven(given);
    }
    this.logLine?.succeeded(body, this.token);
    const text = this.messageOf(cursor, body);
    return text === '' ? !this.res.writableNeedDrain : this.res.write(text);
  }

  comment(): boolean {
    return !this.res.headersSent || this.res.write(this.quiet());
  }

  recheck(): void {
    this.context.admission.recheck(this.res.req);
  }

  end(ms: number): void {
    this.begin();
    this.res.end(this.farewell(ms));
  }

  abort(): void {
    this.res.destroy();
  }

  /** An error is a message if the stream has begun, or if the client can read no other answer. */
  protected override sendError(error: ChatError): void {
    const { headersSent, req } = this.res;
    if (!headersSent && !EVENT_STREAM.test(req.headers.accept ?? '')) {
      super.sendError(error);
    } else {
      if (!headersSent) this.#writeHead();
      this.res.end(this.errorOf(error));
    }
  }

  /** The type of what it writes, and its parts, in the words of that type. */
  protected contentType(): string {
    return EVENT_STREAM_TYPE;
  }

  protected beginning(): string {
    return `: this is a stream\nretry: ${returnAfterMs()}\n\n`;
  }

  /** Returns what is written of the body of a poll's answer, '' for nothing. */
  protected messageOf(cursor: string, body: string): string {
    return `id: ${cursor}\ndata: ${body}\n\n`;
  }

  protected quiet(): string {
    return ':\n\n';
  }

  protected farewell(ms: number): string {
    return `retry: ${ms}\n\n`;
  }

  protected errorOf(error: ChatError): string {
    return `event: error\nretry: ${retryMs(error)}\ndata: ${errorBody(error)}\n\n`;
  }

  #writeHead(): void {
    this.res.removeHeader('Transfer-Encoding'); // no chunks
    this.res.writeHead(200, [...HEADERS, 'Content-Type', this.contentType()]);
  }

  /** Tells the limits what it has given from its beginning, or that it was dropped before it gave anything. */
  #account(): void {
    if (this.#began) this.noteSuccess(this.#result, this.#bytes, this.#given);
  }
}

/** Returns the events that a stream has given with one more message. After a reset, numbers begin anew. */
function joined(before: GivenEvents | null, next: GivenEvents | null): GivenEvents | null {
  return before && next && !next.reset ? { ...before, to: next.to } : next;
}

function returnAfterMs(): number {
  return RETURN_MIN_MS + Math.round(Math.random() * RETURN_SPREAD_MS);
}

function retryMs({ code, details }: ChatError): number {
  return ERRORS[code].retry ? (details.retryAfter ?? 1) * 1_000 + returnAfterMs() : NEVER_MS;
}
