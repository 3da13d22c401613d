/**
 * A client of Socket.IO (protocol 5, Engine.IO 4). It joins by the event `join` and sends by `send`, which the server
 * answers. A subclass knows the transport.
 */
import { Client } from '../client.js';

/** A packet's first characters: the type of Engine.IO, and for a message (4) the type of Socket.IO. */
const OPEN = '0';
const PING = '2';
const PONG = '3';
const NOTHING = '6';
const CONNECTED = '40';
const EVENT = '42';
const ANSWER = '43';
/** The number of the call that joins. */
const JOIN_CALL = '0';

/** @abstract */
export class SocketIoClient extends Client {
  #name = '';
  #lastCall = 0;
  /** @type {Map<string, import('../client.js').OnSent>} */
  #calls = new Map();
  /** @type {(() => void) | null} */
  #onJoined = null;

  /**
   * Joins over its own connection, and gets events from then on.
   *
   * @override
   * @param {import('../connection.js').Connection} _connection
   * @param {string} name
   */
  join(_connection, name) {
    this.#name = name;
    this.start();
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        this.#onJoined = resolve;
      })
    );
  }

  /** @override */
  listen() {}

  /**
   * @override
   * @param {string} text
   * @param {import('../client.js').OnSent} onSent
   */
  send(text, onSent) {
    this.#lastCall += 1;
    this.#calls.set(String(this.#lastCall), onSent);
    this.write(`${EVENT}${this.#lastCall}["send","${this.room.name}","${text}"]`);
  }

  /**
   * Opens the transport.
   *
   * @abstract
   * @returns {void}
   */
  start() {
    throw new Error('this client has no transport');
  }

  /**
   * Notes what the server says when the transport is open.
   *
   * @abstract
   * @param {{ sid: string }} _opened
   * @returns {void}
   */
  opened(_opened) {}

  /**
   * Sends a packet.
   *
   * @abstract
   * @param {string} _packet
   * @returns {void}
   */
  write(_packet) {
    throw new Error('this client has no transport');
  }

  take(/** @type {string} */ packet) {
    if (packet === PING) return this.write(PONG);
    if (packet.startsWith(OPEN)) return this.#begin(packet);
    const kind = packet.slice(0, 2);
    if (kind === EVENT) this.#event(packet);
    else if (kind === ANSWER) this.#answer(packet);
    else if (kind === CONNECTED) this.write(`${EVENT}${JOIN_CALL}["join","${this.room.name}","${this.#name}"]`);
    else if (packet !== NOTHING) throw new Error(`the server sent ${packet.slice(0, 200)}`);
  }

  #begin(/** @type {string} */ packet) {
    this.opened(JSON.parse(packet.slice(OPEN.length)));
    this.write(CONNECTED);
  }

  #event(/** @type {string} */ packet) {
    this.meter.answers += 1;
    const [, { room, text }] = JSON.parse(packet.slice(EVENT.length));
    this.receive(room, text, null);
  }

  #answer(/** @type {string} */ packet) {
    const call = packet.slice(ANSWER.length, packet.indexOf('['));
    if (call === JOIN_CALL) return this.#onJoined?.();
    const onSent = this.#calls.get(call);
    if (onSent === undefined) throw new Error(`the server answered a call that nobody made: ${packet}`);
    this.#calls.delete(call);
    onSent(null);
  }
}
