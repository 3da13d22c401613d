/** Joins on new connections while all servers are busy: how long a newcomer waits. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../load/connection.js';
import { Latencies } from '../load/latencies.js';
import { closedLoop } from '../load/loads.js';
import { poolFor, withCrowds } from '../systems/line-up.js';
import { compare, measureLoad, playRounds } from './rounds.js';

const ROOMS = 100;
const SIZE = 10;
const APIS = 2;
const JOINS_PER_SECOND = 20;

export function runNewcomers(_, options, say) {
  return withCrowds(options, { apis: APIS, env: poolFor(options, ROOMS * SIZE) }, async (crowds) => {
    for (const crowd of crowds) {
      say(`${crowd.system.name}: ${(ROOMS * SIZE).toLocaleString('en')} users join`);
      await crowd.join(ROOMS, SIZE);
      await crowd.poll();
    }
    const play = (crowd) => measureLoad(crowd, closedLoop, options.seconds, () => joinMany(crowd, options.seconds));
    return compare(crowds, await playRounds(crowds, options, play, say));
  });
}

async function joinMany({ system }, seconds) {
  const latencies = new Latencies();
  const joins = Array.from({ length: seconds * JOINS_PER_SECOND }, async (_, i) => {
    await sleep((i * 1_000) / JOINS_PER_SECOND);
    latencies.add(await joinOne(system.ports[i % system.ports.length], i));
  });
  await Promise.all(joins);
  const [joinP50, joinP99] = latencies.percentiles(0.5, 0.99);
  return { joins: joins.length, joinP50, joinP99 };
}

/** A room of its own each, so that nobody is told. Gives the ms from opening the connection to the answer. */
async function joinOne(port, i) {
  const began = performance.now();
  const connection = new Connection(port);
  const answer = await connection.call(
    `/jsonp/join?callback=f&name=new-${Math.round(began)}-${i}&room=new-${Math.round(began)}-${i}`,
  );
  connection.end();
  if (!answer.ok) throw new Error(`join was refused: ${answer.error.code}`);
  return performance.now() - began;
}
