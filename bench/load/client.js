/**
 * A member of a room as a page would be, and what it has got. Each way to talk with a server is a class of its own:
 * poll-client.js, stream-client.js, and those of the peers.
 */
import { Receipts } from './receipts.js';

/** A poll is held for this time, as the library asks for. */
export const HOLD_S = 25;
/** After a refusal, a client tries again after this time. */
export const RETRY_AFTER_MS = 250;

/**
 * @typedef {{ room: import('./room.js').Room, port: number, meter: import('./meter.js').Meter }} Place
 * @typedef {(refusal: string | null) => void} OnSent takes the code of an error, or null when the message is accepted
 */

/** @abstract */
export class Client {
  room;
  port;
  meter;
  receipts;
  /** @type {import('./presence.js').Presence | null} checks the `joined` events, where a scenario asks for it */
  presence = null;
  /** The seconds for which the server may hold its polls. */
  holdSeconds = HOLD_S;
  ended = false;
  /** @type {import('./connection.js').Connection | null} its own, by which it gets events */
  connection = null;

  constructor(/** @type {Place} */ { room, port, meter }) {
    this.room = room;
    this.port = port;
    this.meter = meter;
    this.receipts = new Receipts(meter);
  }

  /**
   * Joins the room over a connection, which others may use afterwards.
   *
   * @abstract
   * @param {import('./connection.js').Connection} _connection
   * @param {string} _name
   * @returns {Promise<void>}
   */
  join(_connection, _name) {
    throw new Error('this client cannot join');
  }

  /**
   * Ends its user.
   *
   * @abstract
   * @param {import('./connection.js').Connection} _connection
   * @returns {Promise<void>}
   */
  leave(_connection) {
    throw new Error('this client cannot leave');
  }

  /**
   * Gets events from now on.
   *
   * @abstract
   * @returns {void}
   */
  listen() {
    throw new Error('this client cannot listen');
  }

  /**
   * Sends a text to the room.
   *
   * @abstract
   * @param {string} _text
   * @param {OnSent} _onSent
   * @returns {void}
   */
  send(_text, _onSent) {
    throw new Error('this client cannot send');
  }

  end() {
    this.ended = true;
    this.disconnect();
  }

  /** Ends its connection. `listen` makes another. */
  disconnect() {
    this.connection?.end();
    this.connection = null;
  }

  /**
   * Takes a message. `id` is null where the server gives no ids: then nothing may come twice.
   *
   * @param {string} room
   * @param {string} text
   * @param {string | null} id
   */
  receive(room, text, id) {
    if (room !== this.room.name) throw new Error(`a member of ${this.room.name} got an event of ${room}`);
    const number = Number.parseInt(text, 10);
    if (this.receipts.take(number, id)) this.room.received(number);
  }
}
