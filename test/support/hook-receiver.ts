/** A server that receives what outgoing hooks send. It answers as the test says, and keeps everything it was sent. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Its answer. */
  status: number;
}

type Answer = (response: ServerResponse, received: Received) => void;

export class HookReceiver {
  readonly all: Received[] = [];
  /** Its answer from now on: a status, or the work of the test. */
  answer: number | Answer = 200;
  #server: Server | null = null;
  #port = 0;

  static async start(): Promise<HookReceiver> {
    const receiver = new HookReceiver();
    await receiver.up();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  /** The texts of the messages that it has accepted, in their order, from letters of the shape `json`. */
  get texts(): (string | undefined)[] {
    return this.all.filter(({ status }) => status === 200).flatMap(({ body }) => this.#textsIn(body));
  }

  /** Listens, on the same port as before. */
  async up(): Promise<void> {
    const server = createServer(async (request, response) => {
      const status = typeof this.answer === 'number' ? this.answer : 0;
      const received = { path: request.url ?? '', headers: request.headers, body: await text(request), status };
      this.all.push(received);
      if (typeof this.answer === 'number') response.writeHead(this.answer).end('thank you');
      else this.answer(response, received);
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Nobody listens from now on. */
  async down(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = null;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  #textsIn(body: string): (string | undefined)[] {
    return (JSON.parse(body) as { events: { text?: string }[] }).events.map(({ text: said }) => said);
  }
}
