/** `npx nobackend-chat tail ROOM` prints the messages of a room as they come, until Ctrl-C. */
import { setTimeout as sleep } from 'node:timers/promises';
import { compareIds } from '#dist/shared/protocol/events.js';
import { onEndOfNpm } from '../npm-parent.js';
import { Problem, report } from '../problem.js';
import { NoAnswer, Refusal, Visitor } from './client.js';
import { harmlessJson, lineOf } from './lines.js';

/** @typedef {import('./client.js').ChatEvent} ChatEvent */

const HISTORY_COUNT = 10;
const HISTORY_MAX = 50;
/** The first pause before another attempt, and the longest. */
const RETRY_MS = 500;
const RETRY_MAX_MS = 15_000;

/**
 * @param {import('./client.js').VisitOptions & { json?: boolean, history?: string }} options
 * @param {string[]} operands
 */
export default function tail({ json = false, history = String(HISTORY_COUNT), ...options }, [room = '']) {
  const tailed = new Tail(room, options, json ? harmlessJson : lineOf);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => tailed.end());
  process.stdout.on('error', () => tailed.end()); // its reader has ended
  onEndOfNpm(() => tailed.end());
  if (!/^\d{1,2}$/.test(history) || Number(history) > HISTORY_MAX)
    return report(new Problem(`--history ${history} is not allowed: give a number from 0 to ${HISTORY_MAX}.`));
  return tailed.run(Number(history)).catch(report);
}

class Tail {
  #visitor;
  #print;
  #ending = new AbortController();
  /** The id of the newest event that was printed. Ids of one room only increase. */
  #last = '';
  /** @type {string | null} null while there is no user */
  #cursor = null;
  #pauseMs = RETRY_MS;

  /**
   * @param {string} room
   * @param {import('./client.js').VisitOptions} options
   * @param {(event: ChatEvent) => string | null} print
   */
  constructor(room, options, print) {
    this.#visitor = new Visitor(room, options);
    this.#print = print;
  }

  end() {
    this.#ending.abort();
  }

  /** Prints until `end`. Throws a Problem when the room cannot be entered, or when trying again is useless. */
  async run(/** @type {number} */ history) {
    const { signal } = this.#ending;
    try {
      await this.#join(history);
      while (!signal.aborted) await this.#next().catch((error) => this.#recover(error));
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await this.#visitor.leave();
    }
  }

  async #join(/** @type {number} */ wanted) {
    const { cursor, history } = await this.#visitor.join(wanted, this.#ending.signal);
    this.#cursor = cursor;
    this.#show(history);
  }

  async #next() {
    if (this.#cursor === null) return this.#join(HISTORY_MAX);
    const answer = await this.#visitor.call('poll', { cursor: this.#cursor }, this.#ending.signal);
    const { cursor, events, missed, reset } = answer;
    if (reset) this.#last = ''; // the chat has lost its last moments, and gives some of its ids again
    this.#cursor = cursor;
    this.#pauseMs = RETRY_MS;
    if (missed) console.error(`${missed} events came too fast and are not shown.`);
    this.#show(events);
  }

  /** Waits, if trying again can help. Throws the error if it cannot. */
  async #recover(/** @type {unknown} */ error) {
    if (error instanceof Refusal && error.code === 'unauthorized') {
      this.#cursor = null; // the chat has ended the user: join again
      return;
    }
    const isPassing = error instanceof NoAnswer || (error instanceof Refusal && error.retryAfter !== undefined);
    if (!isPassing) throw error;
    if (this.#pauseMs === RETRY_MS) console.error(`${error.message} Trying again ...`);
    const ms = error instanceof Refusal ? (error.retryAfter ?? 0) * 1_000 : this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, RETRY_MAX_MS);
    await sleep(ms, undefined, { signal: this.#ending.signal });
  }

  #show(/** @type {ChatEvent[]} */ events) {
    for (const event of events) {
      if (event.id !== undefined && !event.private && !this.#isNew(event.id)) continue;
      const line = this.#print(event);
      if (line !== null) process.stdout.write(`${line}\n`);
    }
  }

  /** Returns whether an event of the room has not been printed, and notes it. */
  #isNew(/** @type {string} */ id) {
    const isNew = this.#last === '' || compareIds(id, this.#last) > 0;
    if (isNew) this.#last = id;
    return isNew;
  }
}
