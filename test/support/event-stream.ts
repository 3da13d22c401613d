/** A stream over HTTP as a client reads it, line by line, by the rules of server-sent events. */
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { Failure } from './client.js';
import type { Polled } from './follower.js';
import { until } from './until.js';

export interface OpenOptions {
  /** As EventSource sends it: where it goes on. */
  lastEventId?: string | undefined;
  /** EventSource asks for `text/event-stream`. */
  accept?: string;
  headers?: Record<string, string>;
}

type Body = ({ ok: true } & Polled) | { ok: false; error: Failure };

export class EventStream {
  status = 0;
  headers: IncomingHttpHeaders = {};
  /** The whole answer so far. */
  text = '';
  /** The answers of polls that it has brought. */
  readonly answers: Polled[] = [];
  /** What `event: error`, or a JSON answer, says. */
  error: Failure | null = null;
  lastEventId: string;
  comments = 0;
  /** When EventSource would come again, in ms. */
  retry: number | null = null;
  ended = false;
  /** Why there was no connection. */
  failure: Error | null = null;
  /** Called with each answer, and then, or when it ends, to look again. */
  onAnswer: (answer: Polled) => void = () => undefined;
  onChange: () => void = () => undefined;
  readonly #request: ReturnType<typeof request>;
  #response: IncomingMessage | null = null;
  #rest = '';
  #event = { type: 'message', data: '', id: undefined as string | undefined };

  constructor(url: string, query: Record<string, string | undefined>, options: OpenOptions = {}) {
    const { lastEventId, accept = 'text/event-stream', headers = {} } = options;
    this.lastEventId = lastEventId ?? '';
    const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    this.#request = request(`${url}/api/stream?${new URLSearchParams(given)}`, {
      agent: new Agent(), // a connection of its own
      headers: { accept, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }), ...headers },
    });
    this.#request.on('response', (response: IncomingMessage) => this.#begin(response));
    this.#request.on('error', (error) => {
      if (this.status === 0) this.failure = error;
      this.#end();
    });
    this.#request.end();
  }

  /** Resolves when the answer has begun. Rejects if it does not. */
  async opened(): Promise<this> {
    await until(() => this.status > 0 || this.ended, 'the beginning of the stream');
    return this;
  }

  /** The texts of the messages so far. */
  get texts(): (string | undefined)[] {
    return this.answers
      .flatMap(({ events }) => events)
      .flatMap((event) => (event.type === 'message' ? [event.text] : []));
  }

  /** Resolves when the message with this text has come. */
  async hears(text: string): Promise<void> {
    await until(() => this.texts.includes(text), text);
  }

  /** Resolves when the server, or the connection, has ended it. */
  async over(): Promise<void> {
    await until(() => this.ended, 'the end of the stream', 30_000);
  }

  /** Reads nothing more, but keeps the connection. */
  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  close(): void {
    this.#request.destroy();
  }

  #begin(response: IncomingMessage): void {
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    response.setEncoding('utf8').on('data', (data: string) => this.#read(data));
    response.on('error', () => undefined).on('close', () => this.#end());
  }

  #end(): void {
    this.ended = true;
    this.onChange();
  }

  #read(data: string): void {
    this.text += data;
    if (this.headers['content-type']?.startsWith('application/json')) return void this.#readJson();
    const lines = (this.#rest + data).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  #readJson(): void {
    const body = JSON.parse(this.text) as Body;
    if (!body.ok) this.error = body.error;
  }

  #line(line: string): void {
    if (line === '') return void this.#dispatch();
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === '') this.comments += 1;
    else if (name === 'event') this.#event.type = value;
    else if (name === 'data') this.#event.data += value;
    else if (name === 'id') this.#event.id = value;
    else if (name === 'retry') this.retry = Number(value);
    else throw new Error(`not a line of a stream: ${line}`);
  }

  #dispatch(): void {
    const { type, data, id } = this.#event;
    this.#event = { type: 'message', data: '', id: undefined };
    if (id !== undefined) this.lastEventId = id;
    if (data === '') return;
    const body = JSON.parse(data) as Body;
    if (body.ok !== (type === 'message')) throw new Error(`${type}: ${data}`);
    if (!body.ok) {
      this.error = body.error;
      return;
    }
    if (body.cursor !== id) throw new Error(`the id ${id} is not the cursor of ${data}`);
    this.answers.push(body);
    this.onAnswer(body);
    this.onChange();
  }
}

/** The streams that a test opens. */
export class EventStreams {
  readonly #opened: EventStream[] = [];

  /** Resolves when the answer has begun. */
  async open(url: string, user: { token: string }, cursor?: string, options: OpenOptions = {}): Promise<EventStream> {
    const stream = new EventStream(url, { token: user.token, cursor }, options);
    this.#opened.push(stream);
    return stream.opened();
  }

  closeAll(): void {
    for (const stream of this.#opened.splice(0)) stream.close();
  }
}
