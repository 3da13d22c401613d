/** All clients of one system in their rooms. They join through the API, and get events until they are ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { portOf } from '../systems/systems.js';
import { Connection } from './connection.js';
import { Meter } from './meter.js';
import { FayeClient } from './peers/faye-client.js';
import { SocketIoPolling } from './peers/socket-io-polling.js';
import { SocketIoWebSocket } from './peers/socket-io-websocket.js';
import { PollClient } from './poll-client.js';
import { Room } from './room.js';
import { StreamClient } from './stream-client.js';

/** How clients of the chat and of the floor can get events. */
export const WAYS = /** @type {const} */ (['poll', 'stream']);
/** The clients, by the way that they get events. A peer has ways of its own. */
const CLIENTS = {
  poll: PollClient,
  stream: StreamClient,
  'socket.io polling': SocketIoPolling,
  'socket.io websocket': SocketIoWebSocket,
  faye: FayeClient,
};
/** @typedef {keyof typeof CLIENTS} Way */

/** This many connections send joins at the same time. */
const JOIN_CONNECTIONS = 20;
/** This many clients connect at the same time, and then there is a pause. */
const CONNECT_BATCH_MAX = 50;
const CONNECT_PAUSE_MS = 20;
/** When no client has got anything for this time, all `joined` events have been read. */
const SILENCE_MS = 700;
const SILENCE_TIMEOUT_MS = 120_000;
/** A message that has not arrived after this time is lost. */
const LOST_AFTER_MS = 20_000;
const CHECK_EVERY_MS = 20;

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
   * Joins `size` users to each of `count` rooms. They get no events yet.
   *
   * @param {number} count
   * @param {number} size
   */
  async join(count, size, prefix = 'room') {
    const places = this.addRooms(count, prefix).flatMap((room) => Array.from({ length: size }, () => room));
    await Promise.all(
      Array.from({ length: JOIN_CONNECTIONS }, async (_, i) => {
        const connection = new Connection(this.#port(i));
        for (let room = places.pop(); room; room = places.pop()) {
          const client = this.newClient(room);
          await client.join(connection, this.newName());
          room.members.push(client);
        }
        connection.end();
      }),
    );
  }

  /** Ends all users, and forgets their rooms. */
  async leave() {
    const connection = new Connection(this.#port());
    for (const client of this.clients) await client.leave(connection);
    connection.end();
    this.end();
  }

  /**
   * Returns new rooms without members.
   *
   * @param {number} count
   * @param {string} prefix
   */
  addRooms(count, prefix) {
    const rooms = Array.from({ length: count }, (_, i) => new Room(`${prefix}-${i}`, this.#port(), this.meter));
    this.rooms.push(...rooms);
    return rooms;
  }

  /** Returns a client that will join a room. It is not a member yet. */
  newClient(/** @type {Room} */ room) {
    return new CLIENTS[this.system.way]({ room, port: this.#port(), meter: this.meter });
  }

  newName() {
    this.#counter += 1;
    return `user${this.#counter}`;
  }

  /** Lets all clients listen. Resolves when they have read the `joined` events and the server waits for messages. */
  async listen() {
    await this.beginListening();
    await this.#untilSilent();
  }

  /** Lets all clients listen, a few at a time. More new connections than the server's backlog holds would be lost. */
  async beginListening() {
    const { clients } = this;
    for (let i = 0; i < clients.length; i += CONNECT_BATCH_MAX) {
      for (const client of clients.slice(i, i + CONNECT_BATCH_MAX)) client.listen();
      await sleep(CONNECT_PAUSE_MS);
    }
  }

  /** Waits until every member has every message, or until the missing ones are certainly lost. */
  async settle() {
    const end = Date.now() + LOST_AFTER_MS;
    while (Date.now() < end && this.rooms.some((room) => !room.quiet)) await sleep(CHECK_EVERY_MS);
  }

  /** Returns the number of messages that members have not got. */
  lost() {
    return this.rooms.reduce((sum, room) => sum + room.lost(), 0);
  }

  /** Ends all clients. The system keeps its users. */
  end() {
    for (const room of this.rooms) room.end();
    this.rooms = [];
  }

  async #untilSilent() {
    const end = Date.now() + SILENCE_TIMEOUT_MS;
    for (let before = -1; before !== this.meter.answers; await sleep(SILENCE_MS)) {
      if (Date.now() > end) throw new Error('the clients still get joined events');
      before = this.meter.answers;
    }
  }

  #port(i = Math.floor(Math.random() * this.system.ports.length)) {
    return portOf(this.system, i);
  }
}
