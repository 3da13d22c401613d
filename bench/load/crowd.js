/** All clients of one system, in their rooms: joined by the API itself, polling until ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { portOf } from '../systems/systems.js';
import { Client } from './client.js';
import { Connection } from './connection.js';
import { Meter } from './meter.js';
import { Room } from './room.js';

const JOINING = 20;
/** New connections at a time, and how often (ms). */
const CONNECTING = 50;
const CONNECTING_EVERY = 20;
/** `joined` events count as drained when no poll has been answered for so long (ms). */
const SILENCE = 700;
const DRAIN_PATIENCE = 120_000;
const QUIET_PATIENCE = 20_000;

export class Crowd {
  system;
  meter = new Meter();
  /** @type {Room[]} */
  rooms = [];
  #counter = 0;

  constructor(/** @type {import('../systems/systems.js').System} */ system) {
    this.system = system;
  }

  get clients() {
    return this.rooms.flatMap((room) => room.members);
  }

  /**
   * Joins `size` users to each of `count` rooms. They do not poll yet.
   *
   * @param {number} count
   * @param {number} size
   */
  async join(count, size, prefix = 'room') {
    const rooms = Array.from({ length: count }, (_, i) => new Room(`${prefix}-${i}`, this.#port(), this.meter));
    this.rooms.push(...rooms);
    const places = rooms.flatMap((room) => Array.from({ length: size }, () => room));
    await Promise.all(
      Array.from({ length: JOINING }, async (_, i) => {
        const connection = new Connection(this.#port(i));
        for (let room = places.pop(); room; room = places.pop())
          room.members.push(await this.#joinOne(connection, room));
        connection.end();
      }),
    );
  }

  /** All begin to poll; done when the `joined` events have been polled away and all polls are held. */
  async poll() {
    await this.beginPolling();
    await this.#silence();
  }

  /** All begin to poll, a few at a time: more new connections than a server's backlog has places would be lost. */
  async beginPolling() {
    const { clients } = this;
    for (let i = 0; i < clients.length; i += CONNECTING) {
      for (const client of clients.slice(i, i + CONNECTING)) client.poll();
      await sleep(CONNECTING_EVERY);
    }
  }

  /** Waits until every message is with every member, at most so long that a loss is certain. Gives what was lost. */
  async settle() {
    for (const end = Date.now() + QUIET_PATIENCE; Date.now() < end && this.rooms.some((room) => !room.quiet); )
      await sleep(20);
    return this.lost();
  }

  lost() {
    return this.rooms.reduce((sum, room) => sum + room.lost(), 0);
  }

  end() {
    for (const room of this.rooms) room.end();
  }

  async #joinOne(/** @type {Connection} */ connection, /** @type {Room} */ room) {
    this.#counter += 1;
    const answer = await connection.call(`/jsonp/join?callback=f&name=user${this.#counter}&room=${room.name}`);
    if (!answer.ok) throw new Error(`join was refused: ${answer.error.code}`);
    return new Client(answer, room, this.#port(), this.meter);
  }

  async #silence() {
    const end = Date.now() + DRAIN_PATIENCE;
    for (let before = -1; before !== this.meter.answers; await sleep(SILENCE)) {
      if (Date.now() > end) throw new Error('the joined events did not drain');
      before = this.meter.answers;
    }
  }

  #port(i = Math.floor(Math.random() * this.system.ports.length)) {
    return portOf(this.system, i);
  }
}
