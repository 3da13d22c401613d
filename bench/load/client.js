/** A page: polls with its cursor over its own connection, and checks what it gets. */
import { Connection, parseJsonp } from './connection.js';
import { Receipts } from './receipts.js';

export const TIMEOUT = 25;
/** How long (ms) a poll that was refused waits before it is tried again. */
const PATIENCE = 250;

export class Client {
  token;
  /** Seconds its polls may be held. */
  timeout = TIMEOUT;
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
    this.#connection.get(`${this.#path}${this.timeout}&cursor=${this.#cursor}`, this.#onBody);
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
    this.poll(); // as the library does: ask again before the page is told
    for (const event of answer.events) if (event.type === 'message' || event.type === 'value') this.#receive(event);
  };

  /** @param {{ room: string, id: string, text?: string, value?: string }} event a message, or a value that was set */
  #receive(event) {
    if (event.room !== this.#room.name)
      throw new Error(`an event of ${event.room} came to a member of ${this.#room.name}`);
    const number = Number.parseInt(event.text ?? event.value ?? '', 10);
    if (this.receipts.take(number, event.id)) this.#room.received(number);
  }

  #refused(/** @type {{ code: string }} */ { code }) {
    this.#meter.error(code);
    if (code === 'unauthorized') throw new Error('a client was sent away as unauthorized');
    setTimeout(() => this.poll(), PATIENCE);
  }
}
