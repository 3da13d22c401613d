/** Measures how long a join on a new connection takes while all servers are busy. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../load/connection.js';
import { Latencies } from '../load/latencies.js';
import { closedLoop } from '../load/loads.js';
import { whole } from '../report/table.js';
import { poolFor, withCrowds } from '../systems/line-up.js';
import { portOf } from '../systems/systems.js';
import { compare, measureMeanwhile, playRounds } from './rounds.js';

/**
 * @typedef {import('../load/window.js').Window & Awaited<ReturnType<typeof joinMany>>} Joins
 * @typedef {import('../systems/systems.js').System} System
 */

const ROOM_COUNT = 100;
const USERS_PER_ROOM = 10;
const API_COUNT = 2;
const JOINS_PER_S = 20;

/**
 * @param {import('../options.js').Options} options
 * @param {import('./index.js').Say} say
 */
export function runNewcomers(options, say) {
  return withCrowds(
    options,
    { apis: API_COUNT, env: poolFor(options, ROOM_COUNT * USERS_PER_ROOM) },
    async (crowds) => {
      for (const crowd of crowds) {
        say(`${crowd.system.name}: ${whole(ROOM_COUNT * USERS_PER_ROOM)} users join`);
        await crowd.join(ROOM_COUNT, USERS_PER_ROOM);
        await crowd.listen();
      }
      const { seconds } = options;
      const play = (/** @type {import('../load/crowd.js').Crowd} */ crowd) =>
        measureMeanwhile(crowd, closedLoop, seconds, () => joinMany(crowd.system, seconds));
      return compare(await playRounds(crowds, options, play, say));
    },
  );
}

async function joinMany(/** @type {System} */ system, /** @type {number} */ seconds) {
  const latencies = new Latencies();
  const joins = Array.from({ length: seconds * JOINS_PER_S }, async (_, i) => {
    await sleep((i * 1_000) / JOINS_PER_S);
    latencies.add(await joinOne(portOf(system, i), i));
  });
  await Promise.all(joins);
  const [joinP50 = null, joinP99 = null] = latencies.percentiles(0.5, 0.99);
  return { joins: joins.length, joinP50, joinP99 };
}

/**
 * Joins one user to a room of its own, so that nobody gets a `joined` event. Resolves with the ms from opening the
 * connection to the answer.
 */
async function joinOne(/** @type {number} */ port, /** @type {number} */ i) {
  const began = performance.now();
  const connection = new Connection(port);
  const name = `new-${Math.round(began)}-${i}`;
  const answer = await connection.call(`/jsonp/join?callback=f&name=${name}&room=${name}`);
  connection.end();
  if (!answer.ok) throw new Error(`the server refused a join: ${answer.error.code}`);
  return performance.now() - began;
}
