/** A room under load. It numbers its messages, sends them one after the other, and knows when all members have them. */
import { Calls } from './calls.js';
import { RETRY_AFTER_MS } from './client.js';

/** A message is its number, a space, and as much of this text as makes it MESSAGE_BYTES long. */
const FILLING = 'abcdefghijklmnopqrstuvwxyz-'.repeat(4);
const MESSAGE_BYTES = 100;

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
  /** The connection by which the members send. */
  calls;
  /** The connection by which the members acknowledge. */
  acks;
  #meter;
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
    this.calls = new Calls(port);
    this.acks = new Calls(port);
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
    this.calls.end();
    this.acks.end();
    for (const member of this.members) member.end();
  }

  /** The members take turns in sending, over one connection, so that numbers and log ids rise together. */
  #request(/** @type {number} */ number) {
    const text = `${number}+${FILLING}`.slice(0, MESSAGE_BYTES);
    this.members[number % this.members.length]?.send(text, (refusal) => this.#answered(number, refusal));
  }

  /**
   * @param {number} number
   * @param {string | null} refusal
   */
  #answered(number, refusal) {
    if (refusal !== null) {
      this.#meter.error(refusal);
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
