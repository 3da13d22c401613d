/** Measures what a system costs while nothing happens: without any users, and with many who hold polls or streams. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HOLD_S } from '../load/client.js';
import { WAYS } from '../load/crowd.js';
import { measure } from '../load/window.js';
import { whole } from '../report/table.js';
import { poolFor, withEachCrowd } from '../systems/line-up.js';
import { faults } from './rounds.js';

const USERS_PER_ROOM = 10;
/** So many rooms come and go before memory is taken, so that what a process needs for any users does not count. */
const WARM_UP_ROOM_COUNT = 100;
/** In this time a system has done what it does at its start. */
const START_MS = 3_000;
/** In this time the `joined` events reach all clients, and the server holds all polls again. */
const SETTLE_MS = 3_000;
/** Shorter windows see too little CPU. */
const WINDOW_MIN_S = 10;

/**
 * @typedef {import('../load/crowd.js').Crowd} Crowd
 * @typedef {import('../options.js').Options} Options
 * @typedef {import('./index.js').Say} Say
 */

/**
 * @param {Options} options
 * @param {Say} say
 */
export function runIdle(options, say) {
  const how = { ways: options.ways ?? [...WAYS], env: poolFor(options, options.polls), collectable: true };
  return withEachCrowd(options, how, async (crowd) => {
    const { name, way } = crowd.system;
    say(`${name}: nobody is there`);
    const nobody = await watchNobody(crowd, options.nobodySeconds);
    say(`${name}: holding ${whole(options.polls)} ${way}s`);
    return { system: name, nobody, ...(await hold(crowd, options)) };
  });
}

/**
 * Measures a system without users.
 *
 * @param {Crowd} crowd
 * @param {number} seconds
 */
async function watchNobody(crowd, seconds) {
  const { probe } = crowd.system;
  await sleep(START_MS);
  const before = await probe?.fileBytes();
  const window = await measure(crowd, seconds);
  const after = await probe?.fileBytes();
  return {
    ...window,
    /** Bytes a second that Redis adds to its append-only file. */
    fileBytesPerSecond: before === undefined || after === undefined ? null : (after - before) / window.seconds,
  };
}

/**
 * Holds polls or streams, and takes the memory before and after. `standing` is compared with the fresh system, and no
 * garbage is collected by force while users are there. `collected` is compared with a system that has had users before.
 *
 * @param {Crowd} crowd
 * @param {Options} options
 */
async function hold(crowd, { polls, seconds }) {
  const { system } = crowd;
  const standing = system.memory();
  await crowd.join(WARM_UP_ROOM_COUNT, USERS_PER_ROOM, 'warm-up');
  await crowd.leave();
  await system.collectGarbage();
  const before = { standing, collected: withRedisOf(standing, system.memory()) };
  await crowd.join(polls / USERS_PER_ROOM, USERS_PER_ROOM);
  spread(crowd);
  await crowd.beginListening();
  await sleep(SETTLE_MS + HOLD_S * 1_000);
  for (const client of crowd.clients) client.holdSeconds = HOLD_S;
  const window = await measure(crowd, Math.max(seconds, WINDOW_MIN_S));
  const grown = system.memory();
  await system.collectGarbage();
  const after = { standing: grown, collected: system.memory() };
  return { polls, before, after, rounds: /** @type {[typeof window]} */ ([window]), ...faults(crowd) };
}

/**
 * Returns the memory of a warm system, but of the fresh Redis: a Redis has room for others when its users have left.
 *
 * @param {Record<string, number>} fresh
 * @param {Record<string, number>} warm
 */
function withRedisOf(fresh, warm) {
  return fresh.redis === undefined ? warm : { ...warm, redis: fresh.redis };
}

/** Lets the first polls end at different times, so that the renewals come evenly, as with real pages. */
function spread(/** @type {Crowd} */ crowd) {
  crowd.clients.forEach((client, i) => {
    client.holdSeconds = 1 + (i % HOLD_S);
  });
}
