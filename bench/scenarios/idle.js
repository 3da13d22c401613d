/** Measures the memory and CPU of held polls while nothing happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HOLD_S } from '../load/client.js';
import { measure } from '../load/window.js';
import { whole } from '../report/table.js';
import { poolFor, withCrowds } from '../systems/line-up.js';
import { faults } from './rounds.js';

const USERS_PER_ROOM = 10;
/** In this time the `joined` events reach all clients, and the server holds all polls again. */
const SETTLE_MS = 3_000;
/** Shorter windows see too little CPU. */
const WINDOW_MIN_S = 10;

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
      say(`${crowd.system.name}: holding ${whole(options.polls)} polls`);
      rows.push(await holdPolls(crowd, options));
    }
    return rows;
  });
}

async function holdPolls(/** @type {Crowd} */ crowd, /** @type {Options} */ { polls, seconds }) {
  const { system } = crowd;
  const fresh = system.memory();
  await crowd.join(polls / USERS_PER_ROOM, USERS_PER_ROOM);
  await system.collectGarbage();
  // the users' data in Redis count as a cost of their polls; what the joins left in Node does not
  /** @type {Record<string, number>} */
  const before = { ...system.memory(), ...(fresh.redis !== undefined && { redis: fresh.redis }) };
  spread(crowd);
  await crowd.beginListening();
  await sleep(SETTLE_MS + HOLD_S * 1_000);
  for (const client of crowd.clients) client.holdSeconds = HOLD_S;
  const measured = await measure(crowd, Math.max(seconds, WINDOW_MIN_S));
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

/** Lets the first polls end at different times, so that the renewals come evenly, as with real pages. */
function spread(/** @type {Crowd} */ crowd) {
  crowd.clients.forEach((client, i) => {
    client.holdSeconds = 1 + (i % HOLD_S);
  });
}
