/** The network between a browser and the API, as a test wants it: cut, slow, closed, deaf. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** The treatment of a request whose path matches. */
export interface Trouble {
  path: RegExp;
  /**
   * `cut`: the connection breaks after so many ms unless answered; `swallow`: carried out, but the answer is lost; `refuse`: never reaches the API;
   * `answer`: the link itself answers, with `text`; `slow`: the answer comes with so many bytes a second; `stall`: after so many ms nothing of it passes any more.
   */
  how: 'cut' | 'swallow' | 'refuse' | 'delay' | 'edit' | 'slow' | 'stall' | 'answer';
  text?: string;
  bytesPerSecond?: number;
  afterMs?: number;
  /** The answer that an `edit` makes of the real one. */
  edit?: (text: string) => string;
  /** How many requests it hits; all when missing. */
  times?: number;
}

export class Link {
  troubles: Trouble[] = [];
  /** Paths with their queries, in the order in which they came. */
  readonly seen: string[] = [];
  /** Paths that the API has answered, whatever becomes of the answer. */
  readonly answered: string[] = [];
  readonly #underWay = new Set<IncomingMessage>();
  #target: string;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  #port = 0;

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((incoming, outgoing) => this.#pass(incoming, outgoing));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket.on('close', () => this.#sockets.delete(socket)));
    });
  }

  /** A link to the API at `target`. */
  static async start(target: string): Promise<Link> {
    const link = new Link(target);
    await link.open();
    return link;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Returns how many requests of a path have no answer yet. */
  held(path: RegExp): number {
    return [...this.#underWay].filter(({ url = '' }) => path.test(url)).length;
  }

  /** Leads to another API process from now on. */
  retarget(target: string): void {
    this.#target = target;
  }

  async open(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Refuses all connections and breaks those that are open, as a server that is down. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const path = incoming.url ?? '/';
    this.seen.push(path);
    this.#underWay.add(incoming);
    outgoing.on('close', () => this.#underWay.delete(incoming));
    const trouble = this.#troubleOf(path);
    if (trouble?.how === 'refuse') return void incoming.socket.destroy();
    if (trouble?.how === 'answer')
      return void outgoing.writeHead(200, { 'access-control-allow-origin': '*' }).end(trouble.text);
    if (trouble?.how === 'delay') return void setTimeout(() => this.#forward(incoming, outgoing), trouble.afterMs);
    if (trouble?.how === 'cut')
      setTimeout(() => {
        if (!outgoing.writableEnded) incoming.socket.destroy();
      }, trouble.afterMs);
    this.#forward(incoming, outgoing, trouble);
  }

  #troubleOf(path: string): Trouble | undefined {
    const trouble = this.troubles.find((one) => one.path.test(path) && one.times !== 0);
    if (trouble?.times !== undefined) trouble.times -= 1;
    return trouble;
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse, trouble?: Trouble): void {
    const onward = request(
      this.#target + (incoming.url ?? '/'),
      { method: incoming.method, headers: incoming.headers, agent: false },
      (answer) => {
        this.answered.push(incoming.url ?? '/');
        if (trouble?.how === 'swallow') return void answer.resume().on('end', () => incoming.socket.destroy());
        if (trouble?.bytesPerSecond) return void trickle(answer, outgoing, trouble.bytesPerSecond);
        if (trouble?.edit) return void edited(answer, outgoing, trouble.edit).catch(() => incoming.socket.destroy());
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on('error', () => incoming.socket.destroy()).pipe(outgoing);
        if (trouble?.how === 'stall') setTimeout(() => answer.unpipe(outgoing).resume(), trouble.afterMs);
      },
    );
    onward.on('error', () => incoming.socket.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }
}

async function edited(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  edit: (text: string) => string,
): Promise<void> {
  const { 'content-length': _length, ...headers } = answer.headers;
  outgoing.writeHead(answer.statusCode ?? 502, headers);
  outgoing.end(edit((await answer.toArray()).join('')));
}

/** How often (ms) a slow line carries something. */
const TRICKLE = 100;

async function trickle(answer: IncomingMessage, outgoing: ServerResponse, bytesPerSecond: number): Promise<void> {
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  const body = Buffer.concat((await answer.toArray()) as Buffer[]);
  const step = Math.ceil((bytesPerSecond * TRICKLE) / 1_000);
  for (let at = 0; at < body.length && !outgoing.destroyed; at += step, await sleep(TRICKLE))
    outgoing.write(body.subarray(at, at + step));
  outgoing.end();
}
