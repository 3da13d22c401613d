/** A client of Socket.IO that polls over its own connection. It sends over the room's, as a client of the chat does. */
import { Connection } from '../connection.js';
import { SocketIoClient } from './socket-io-client.js';

const TYPE = 'text/plain;charset=UTF-8';
const BETWEEN_PACKETS = '\x1e';

export class SocketIoPolling extends SocketIoClient {
  #path = '/socket.io/?EIO=4&transport=polling';

  /** @override */
  start() {
    this.connection = new Connection(this.port);
    this.connection.get(this.#path, (body) => this.take(body));
  }

  /**
   * @override
   * @param {{ sid: string }} opened
   */
  opened({ sid }) {
    this.#path += `&sid=${sid}`;
    this.#poll();
  }

  /**
   * @override
   * @param {string} packet
   */
  write(packet) {
    this.room.calls.post(this.#path, { type: TYPE, body: packet }, (body) => {
      if (body !== 'ok') throw new Error(`the server did not take a packet: ${body.slice(0, 200)}`);
    });
  }

  #poll() {
    if (!this.ended) this.connection?.get(this.#path, this.#onBody);
  }

  #onBody = (/** @type {string} */ body) => {
    this.#poll();
    for (const packet of body.split(BETWEEN_PACKETS)) this.take(packet);
  };
}
