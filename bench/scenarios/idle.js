/** Polls that are held while nothing happens: memory and CPU of each. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TIMEOUT } from '../load/client.js';
import { measure } from '../load/window.js';
import { poolFor, withCrowds } from '../systems/line-up.js';
import { faults } from './rounds.js';

const ROOM = 10;
/** What the `joined` events need to reach all inboxes, and polls to be held again (ms). */
const SETTLE = 3_000;

/**
 * @typedef {import('../load/crowd.js').Crowd} Crowd
 * @typedef {import('../options.js').Options} Options
 */

/**
 * @param {Options} options
 * @param {import('./index.js').Say} say
 */
export function runIdle(options, say) {
  const how = { env: poolFor(options, options.polls), collectable: true };
  return withCrowds(options, how, async (crowds) => {
    const rows = [];
    for (const crowd of crowds) {
      say(`${crowd.system.name}: ${options.polls.toLocaleString('en')} polls are held`);
      rows.push(await holdPolls(crowd, options));
    }
    return rows;
  });
}

async function holdPolls(/** @type {Crowd} */ crowd, /** @type {Options} */ { polls, seconds }) {
  const { system } = crowd;
  const fresh = system.memory();
  await crowd.join(polls / ROOM, ROOM);
  await system.collectGarbage();
  // what users cost in Redis counts for their polls; what joins left in Node does not
  /** @type {Record<string, number>} */
  const before = { ...system.memory(), ...(fresh.redis !== undefined && { redis: fresh.redis }) };
  spread(crowd);
  await crowd.beginPolling();
  await sleep(SETTLE + TIMEOUT * 1_000);
  for (const client of crowd.clients) client.timeout = TIMEOUT;
  const measured = await measure(crowd, Math.max(seconds, 10));
  await system.collectGarbage();
  const after = system.memory();
  const window = { ...measured, redisConnections: (await system.probe?.connections()) ?? null };
  return {
    system: system.name,
    polls,
    before,
    after,
    rounds: /** @type {[typeof window]} */ ([window]),
    ...faults(crowd),
  };
}

/** The first polls end at different times, so that their renewals come evenly, as those of real pages do. */
function spread(/** @type {Crowd} */ crowd) {
  crowd.clients.forEach((client, i) => {
    client.timeout = 1 + (i % TIMEOUT);
  });
}
