/**
 * Measures a storm of joins: many people come to rooms at once, as after a link was shared. Each opens a connection,
 * joins, and listens from then on, as a page does. Everybody in a room hears of those who come later.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../load/connection.js';
import { Latencies } from '../load/latencies.js';
import { Presence } from '../load/presence.js';
import { measureWhile } from '../load/window.js';
import { whole } from '../report/table.js';
import { poolFor, withCrowds } from '../systems/line-up.js';
import { compare, playRounds } from './rounds.js';

const USERS_PER_ROOM = 50;
/** So many people join at the same time. */
const TOGETHER_MAX = 64;
/** A `joined` event that has not arrived after this time is lost. */
const LOST_AFTER_MS = 20_000;
const CHECK_EVERY_MS = 20;
/** In this time, the servers end what the people of the last round have left. */
const PAUSE_MS = 2_000;

/**
 * @typedef {import('../load/crowd.js').Crowd} Crowd
 * @typedef {Awaited<ReturnType<People['storm']>>} Storm
 */

/**
 * @param {import('../options.js').Options} options
 * @param {import('./index.js').Say} say
 */
export function runJoins(options, say) {
  return withCrowds(options, { tellsJoins: true, env: poolFor(options, options.joins) }, async (crowds) => {
    const everybody = crowds.map((crowd) => new People(crowd, options.joins / USERS_PER_ROOM));
    const summarise = (/** @type {Storm} */ { joinsPerSecond, p99 }) =>
      `${whole(joinsPerSecond)} joins/s, p99 ${whole(p99)} ms`;
    return compare(await playRounds(everybody, options, (people) => people.storm(), say, summarise));
  });
}

/** The people who come to one system. */
class People {
  #crowd;
  #roomCount;
  #round = 0;
  /** The people of this round whom others do not know yet, once for each of these others. */
  #unknown = 0;
  #lost = 0;

  /**
   * @param {Crowd} crowd
   * @param {number} roomCount
   */
  constructor(crowd, roomCount) {
    this.#crowd = crowd;
    this.#roomCount = roomCount;
  }

  get system() {
    return this.#crowd.system;
  }

  get meter() {
    return this.#crowd.meter;
  }

  lost() {
    return this.#lost;
  }

  /** Lets all people of a round come, measures until everybody knows the others in the room, and lets them go. */
  async storm() {
    await sleep(PAUSE_MS);
    this.#round += 1;
    const rooms = this.#crowd.addRooms(this.#roomCount, `storm${this.#round}`);
    // rooms fill at the same time: everybody comes to another room than the one before
    const places = Array.from({ length: USERS_PER_ROOM }, () => rooms).flat();
    const joins = places.length;
    this.#unknown = joins * USERS_PER_ROOM;
    const latencies = new Latencies();
    let seconds = 0;
    const window = await measureWhile(this.#crowd, async () => {
      const began = performance.now();
      await Promise.all(Array.from({ length: TOGETHER_MAX }, () => this.#come(places, latencies)));
      seconds = (performance.now() - began) / 1_000;
      await this.#settle();
    });
    this.#lost += this.#unknown;
    this.#crowd.end();
    const [p50 = null, p99 = null] = latencies.percentiles(0.5, 0.99);
    return { ...window, joins, joinsPerSecond: joins / seconds, efficiency: joins / window.cpuTogether, p50, p99 };
  }

  /**
   * Lets one after the other come, until there is no place left.
   *
   * @param {import('../load/room.js').Room[]} places
   * @param {Latencies} latencies
   */
  async #come(places, latencies) {
    for (let room = places.pop(); room; room = places.pop()) {
      const client = this.#crowd.newClient(room);
      client.presence = new Presence(this.meter, () => {
        this.#unknown -= 1;
      });
      room.members.push(client);
      const began = performance.now();
      client.connection = new Connection(client.port);
      await client.join(client.connection, this.#crowd.newName());
      latencies.add(performance.now() - began);
      client.listen();
    }
  }

  async #settle() {
    const end = Date.now() + LOST_AFTER_MS;
    while (Date.now() < end && this.#unknown > 0) await sleep(CHECK_EVERY_MS);
  }
}
