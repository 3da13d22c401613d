/** Short calls over one keep-alive connection, one after the other. */
import { Connection } from './connection.js';

export class Calls {
  #port;
  /** @type {Connection | null} */
  #connection = null;
  #busy = false;
  /** @type {((connection: Connection) => void)[]} */
  #waiting = [];

  constructor(/** @type {number} */ port) {
    this.#port = port;
  }

  /**
   * @param {string} path
   * @param {(body: string) => void} onBody
   */
  get(path, onBody) {
    this.#start((connection) => connection.get(path, (body) => this.#answered(onBody, body)));
  }

  /**
   * @param {string} path
   * @param {{ type: string, body: string }} content
   * @param {(body: string) => void} onBody
   */
  post(path, content, onBody) {
    this.#start((connection) => connection.post(path, content, (body) => this.#answered(onBody, body)));
  }

  end() {
    this.#waiting = [];
    this.#connection?.end();
  }

  #start(/** @type {(connection: Connection) => void} */ request) {
    if (this.#busy) return void this.#waiting.push(request);
    this.#busy = true;
    // made when it is needed, and again: servers close an idle connection
    if (this.#connection === null || this.#connection.ended) this.#connection = new Connection(this.#port);
    request(this.#connection);
  }

  /**
   * @param {(body: string) => void} onBody
   * @param {string} body
   */
  #answered(onBody, body) {
    this.#busy = false;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#start(next);
    onBody(body);
  }
}
