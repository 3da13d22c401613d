/** A room under load. It numbers its messages, sends them one after the other, and knows when all members have them. */
import { Connection, parseJsonp } from './connection.js';

/** A message is its number, a space, and as much of this text as makes it MESSAGE_BYTES long. */
const FILLING = 'abcdefghijklmnopqrstuvwxyz-'.repeat(4);
const MESSAGE_BYTES = 100;
/** A refused message is sent again after this time. */
const RETRY_AFTER_MS = 250;

export class Room {
  name;
  /** @type {import('./client.js').Client[]} */
  members = [];
  /** Sends messages, or writes values of one key. */
  writes = /** @type {'messages' | 'values'} */ ('messages');
  /**
   * Called when every send is answered and every member has every message.
   *
   * @type {(() => void) | null}
   */
  onQuiet = null;
  #meter;
  #port;
  /** @type {Connection | null} */
  #connection = null;
  /** True while a send waits for its answer or for another attempt. */
  #sending = false;
  #sent = 0;
  /** @type {number[]} */
  #dueTimes = [];
  /** @type {number[]} */
  #waiting = [];
  #missing = 0;

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
    return this.#missing === 0 && this.#waiting.length === 0 && !this.#sending;
  }

  /** Sends a message after those that wait already. Its latency counts from `due`, when it should have been sent. */
  send(due = performance.now()) {
    if (this.#sending) return void this.#waiting.push(due);
    this.#sending = true;
    this.#sent += 1;
    this.#dueTimes[this.#sent] = due;
    this.#missing += this.members.length;
    this.#request(this.#sent);
  }

  /** Counts a message that a member has got for the first time. */
  received(/** @type {number} */ number) {
    this.#meter.latencies?.add(performance.now() - (this.#dueTimes[number] ?? 0));
    this.#missing -= 1;
    this.#checkQuiet();
  }

  /** Returns the number of messages that were sent and that members have not got. */
  lost() {
    return this.members.reduce((sum, member) => sum + this.#sent - member.receipts.count, 0);
  }

  end() {
    this.#connection?.end();
    for (const member of this.members) member.end();
  }

  /** The members take turns in sending, over one connection, so that numbers and log ids rise together. */
  #request(/** @type {number} */ number) {
    const token = this.members[number % this.members.length]?.token;
    const text = `${number}+${FILLING}`.slice(0, MESSAGE_BYTES);
    // made when it is needed, and again: servers close an idle connection
    if (this.#connection === null || this.#connection.ended) this.#connection = new Connection(this.#port);
    const query = `callback=f&token=${token}&room=${this.name}`;
    const path =
      this.writes === 'values' ? `/jsonp/set?${query}&key=k&value="${text}"` : `/jsonp/send?${query}&text=${text}`;
    this.#connection.get(path, (body) => this.#answered(number, body));
  }

  #answered(/** @type {number} */ number, /** @type {string} */ body) {
    const answer = parseJsonp(body);
    if (!answer.ok) {
      this.#meter.error(answer.error.code);
      return void setTimeout(() => this.#request(number), RETRY_AFTER_MS);
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
