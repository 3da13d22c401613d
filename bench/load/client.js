/** A client as a page would be: it polls with its cursor over its own connection, and checks all events. */
import { Connection, parseJsonp } from './connection.js';
import { Receipts } from './receipts.js';

/** A poll is held for this time, as the library asks for. */
export const HOLD_S = 25;
/** A refused poll is repeated after this time. */
const RETRY_AFTER_MS = 250;

export class Client {
  token;
  /** The seconds for which the server may hold its polls. */
  holdSeconds = HOLD_S;
  receipts;
  #meter;
  #room;
  #cursor;
  #port;
  /** @type {Connection | null} */
  #connection = null;
  #path;
  #ended = false;

  /**
   * @param {{ token: string, cursor: string }} joined
   * @param {import('./room.js').Room} room
   * @param {number} port
   * @param {import('./meter.js').Meter} meter
   */
  constructor({ token, cursor }, room, port, meter) {
    this.token = token;
    this.#cursor = cursor;
    this.#room = room;
    this.#meter = meter;
    this.#path = `/jsonp/poll?callback=f&token=${token}&timeout=`;
    this.#port = port;
    this.receipts = new Receipts(meter);
  }

  poll() {
    if (this.#ended) return;
    this.#connection ??= new Connection(this.#port);
    this.#connection.get(`${this.#path}${this.holdSeconds}&cursor=${this.#cursor}`, this.#onBody);
  }

  end() {
    this.#ended = true;
    this.#connection?.end();
  }

  #onBody = (/** @type {string} */ body) => {
    const answer = parseJsonp(body);
    this.#meter.answers += 1;
    if (!answer.ok) return this.#refused(answer.error);
    this.#cursor = answer.cursor;
    if (answer.missed) this.#meter.missed += answer.missed;
    if (answer.reset) this.#meter.resets += 1;
    this.poll(); // before it reads the events, as the library does
    for (const event of answer.events) if (event.type === 'message' || event.type === 'value') this.#receive(event);
  };

  /** @param {{ room: string, id: string, text?: string, value?: string }} event a message, or a value that was set */
  #receive(event) {
    if (event.room !== this.#room.name) throw new Error(`a member of ${this.#room.name} got an event of ${event.room}`);
    const number = Number.parseInt(event.text ?? event.value ?? '', 10);
    if (this.receipts.take(number, event.id)) this.#room.received(number);
  }

  #refused(/** @type {{ code: string }} */ { code }) {
    this.#meter.error(code);
    if (code === 'unauthorized') throw new Error('the server refused a client as unauthorized');
    setTimeout(() => this.poll(), RETRY_AFTER_MS);
  }
}
