/** Joins on new connections while all servers are busy: how long a newcomer waits. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../load/connection.js';
import { Latencies } from '../load/latencies.js';
import { closedLoop } from '../load/loads.js';
import { poolFor, withCrowds } from '../systems/line-up.js';
import { portOf } from '../systems/systems.js';
import { compare, measureMeanwhile, playRounds } from './rounds.js';

/**
 * @typedef {import('../load/window.js').Window & Awaited<ReturnType<typeof joinMany>>} Joins
 * @typedef {import('../systems/systems.js').System} System
 */

const ROOMS = 100;
const SIZE = 10;
const APIS = 2;
const JOINS_PER_SECOND = 20;

/**
 * @param {import('../options.js').Options} options
 * @param {import('./index.js').Say} say
 */
export function runNewcomers(options, say) {
  return withCrowds(options, { apis: APIS, env: poolFor(options, ROOMS * SIZE) }, async (crowds) => {
    for (const crowd of crowds) {
      say(`${crowd.system.name}: ${(ROOMS * SIZE).toLocaleString('en')} users join`);
      await crowd.join(ROOMS, SIZE);
      await crowd.poll();
    }
    const { seconds } = options;
    const play = (/** @type {import('../load/crowd.js').Crowd} */ crowd) =>
      measureMeanwhile(crowd, closedLoop, seconds, () => joinMany(crowd.system, seconds));
    return compare(await playRounds(crowds, options, play, say));
  });
}

async function joinMany(/** @type {System} */ system, /** @type {number} */ seconds) {
  const latencies = new Latencies();
  const joins = Array.from({ length: seconds * JOINS_PER_SECOND }, async (_, i) => {
    await sleep((i * 1_000) / JOINS_PER_SECOND);
    latencies.add(await joinOne(portOf(system, i), i));
  });
  await Promise.all(joins);
  const [joinP50 = null, joinP99 = null] = latencies.percentiles(0.5, 0.99);
  return { joins: joins.length, joinP50, joinP99 };
}

/** A room of its own each, so that nobody is told. Gives the ms from opening the connection to the answer. */
async function joinOne(/** @type {number} */ port, /** @type {number} */ i) {
  const began = performance.now();
  const connection = new Connection(port);
  const answer = await connection.call(
    `/jsonp/join?callback=f&name=new-${Math.round(began)}-${i}&room=new-${Math.round(began)}-${i}`,
  );
  connection.end();
  if (!answer.ok) throw new Error(`join was refused: ${answer.error.code}`);
  return performance.now() - began;
}
