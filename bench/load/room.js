/** A room under load: numbers its messages, sends them one after the other, knows when all members have all of them. */
import { Connection, parseJsonp } from './connection.js';

/** Makes every message 100 bytes with its number and a space in front. */
const FILLING = 'abcdefghijklmnopqrstuvwxyz-'.repeat(4);
const LENGTH = 100;
const RETRY = 250;

export class Room {
  name;
  /** @type {import('./client.js').Client[]} */
  members = [];
  /** What is sent: 'messages', or 'values' of one key. */
  writes = /** @type {'messages' | 'values'} */ ('messages');
  /**
   * Called when nothing is under way: every member has every message, every send is answered.
   *
   * @type {(() => void) | null}
   */
  onQuiet = null;
  #meter;
  #port;
  /** @type {Connection | null} */
  #connection = null;
  /** A send is under way, or waits to be tried again. */
  #sending = false;
  #sent = 0;
  /** @type {number[]} */
  #dueTimes = [];
  /** @type {number[]} */
  #waiting = [];
  #lacking = 0;

  /**
   * @param {string} name
   * @param {number} port
   * @param {import('./meter.js').Meter} meter
   */
  constructor(name, port, meter) {
    this.name = name;
    this.#meter = meter;
    this.#port = port;
  }

  get quiet() {
    return this.#lacking === 0 && this.#waiting.length === 0 && !this.#sending;
  }

  /** Sends a message; in turn with those before it. `due`: when it should have been sent, from which its time counts. */
  send(due = performance.now()) {
    if (this.#sending) return void this.#waiting.push(due);
    this.#sending = true;
    this.#sent += 1;
    this.#dueTimes[this.#sent] = due;
    this.#lacking += this.members.length;
    this.#request(this.#sent);
  }

  /** A member has a message for the first time. */
  received(/** @type {number} */ number) {
    this.#meter.latencies?.add(performance.now() - (this.#dueTimes[number] ?? 0));
    this.#lacking -= 1;
    this.#checkQuiet();
  }

  /** Messages that were accepted and that members still lack. */
  lost() {
    return this.members.reduce((sum, member) => sum + this.#sent - member.receipts.count, 0);
  }

  end() {
    this.#connection?.end();
    for (const member of this.members) member.end();
  }

  /** The members send in turn, over one connection, so that numbers and log ids rise together. */
  #request(/** @type {number} */ number) {
    const token = this.members[number % this.members.length]?.token;
    const text = `${number}+${FILLING}`.slice(0, LENGTH);
    this.#connection ??= new Connection(this.#port); // not before: servers close a connection that asks for nothing
    const query = `callback=f&token=${token}&room=${this.name}`;
    const path =
      this.writes === 'values' ? `/jsonp/set?${query}&key=k&value="${text}"` : `/jsonp/send?${query}&text=${text}`;
    this.#connection.get(path, (body) => this.#answered(number, body));
  }

  #answered(/** @type {number} */ number, /** @type {string} */ body) {
    const answer = parseJsonp(body);
    if (!answer.ok) {
      this.#meter.error(answer.error.code);
      return void setTimeout(() => this.#request(number), RETRY);
    }
    this.#sending = false;
    this.#meter.accepted += 1;
    const due = this.#waiting.shift();
    if (due !== undefined) this.send(due);
    else this.#checkQuiet();
  }

  #checkQuiet() {
    if (this.onQuiet !== null && this.quiet) this.onQuiet();
  }
}
