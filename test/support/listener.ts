/** Programs that listen at the address of a room. */
import { Agent, type IncomingMessage, request } from 'node:http';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { until } from './until.js';

const CURL = { accept: '*/*', 'user-agent': 'curl/8.5.0' };

/** One of them. It says that it is curl, unless it says something else. */
export class Listener {
  status = 0;
  headers: IncomingMessage['headers'] = {};
  text = '';
  ended = false;
  readonly #request;

  constructor(address: string, headers: Record<string, string> = CURL) {
    this.#request = request(address, { agent: new Agent(), headers }, (response) => {
      [this.status, this.headers] = [response.statusCode ?? 0, response.headers];
      response.setEncoding('utf8').on('data', (text: string) => (this.text += text));
      response.on('close', () => (this.ended = true)).on('error', () => undefined);
    });
    this.#request.on('error', () => (this.ended = true)).end();
  }

  /** The lines of JSON that have come. */
  get lines(): ChatEvent[] {
    const whole = this.text.slice(0, this.text.lastIndexOf('\n') + 1).split('\n');
    return whole.filter((line) => line !== '').map((line) => JSON.parse(line) as ChatEvent);
  }

  get texts(): (string | undefined)[] {
    return this.lines.map(({ text }) => text);
  }

  hears(text: string): Promise<unknown> {
    return until(() => this.text.includes(text), text);
  }

  close(): void {
    this.#request.destroy();
  }
}

/** All that a test has opened. */
export class Listeners {
  #all: Listener[] = [];

  listen(address: string, headers?: Record<string, string>): Listener {
    const listener = new Listener(address, headers);
    this.#all.push(listener);
    return listener;
  }

  closeAll(): void {
    for (const listener of this.#all.splice(0)) listener.close();
  }
}
