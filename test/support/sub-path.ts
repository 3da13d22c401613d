/**
 * A proxy that has the chat below `/chat/`, as many hosts do. It takes that off; what is asked beside it is noted, and
 * not there.
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const PLACE = '/chat';

export class SubPath {
  /** Requests beside the path, which have not reached the chat. */
  readonly astray: string[] = [];
  readonly #server: Server;

  private constructor(readonly chat: string) {
    this.#server = createServer({ maxHeaderSize: 65_536 }, (req, res) => this.#pass(req, res)); // the doctor tries long addresses
  }

  /** Starts one in front of the chat at `chat`. */
  static async start(chat: string): Promise<SubPath> {
    const proxy = new SubPath(chat);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** Where the chat is. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${PLACE}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(req: IncomingMessage, res: ServerResponse): void {
    const { method, headers, url = '' } = req;
    if (!url.startsWith(`${PLACE}/`)) {
      this.astray.push(url);
      return void res.writeHead(404).end();
    }
    const passed = request(this.chat + url.slice(PLACE.length), { method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    passed.on('error', () => res.destroy());
    res.on('close', () => passed.destroy());
    req.pipe(passed);
  }
}
