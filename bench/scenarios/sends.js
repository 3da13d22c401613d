/** Finds the most messages a second that one API process and one worker sustain, by trying higher and higher rates. */

import { openLoop } from '../load/loads.js';
import { fixed, whole } from '../report/table.js';
import { poolFor, withCrowds } from '../systems/line-up.js';
import { faults, measureLoad } from './rounds.js';

/**
 * @typedef {import('../load/window.js').Window} Window
 * @typedef {import('../options.js').Options} Options
 * @typedef {import('./index.js').Say} Say
 */

const ROOM_COUNT = 1_000;
const FIRST_SENDS_PER_S = 250;
const STEP_FACTOR = 1.5;
/** The search ends when the two rates differ by less than this part. */
const PRECISION_RATIO = 0.1;
const TRIES_MAX = 12;
/** A rate is sustained when its p99 stays below this. */
const P99_MAX_MS = 250;

/**
 * @param {Options} options
 * @param {Say} say
 */
export function runSends(options, say) {
  return withCrowds(options, { floor: false, env: poolFor(options, ROOM_COUNT * 2) }, async (crowds) => {
    const rows = [];
    for (const crowd of crowds) {
      say(`${crowd.system.name}: ${whole(ROOM_COUNT * 2)} users join`);
      await crowd.join(ROOM_COUNT, 2);
      await crowd.listen();
      rows.push(await climb(crowd, options, say));
    }
    return rows;
  });
}

/**
 * Raises the rate until it is not sustained. Then tries the middle between the best and the failed rate.
 *
 * @param {import('../load/crowd.js').Crowd} crowd
 * @param {Options} options
 * @param {Say} say
 */
async function climb(crowd, { seconds }, say) {
  /** @type {(Window & { rate: number }) | null} */
  let best = null;
  /** @type {(Window & { rate: number }) | null} */
  let failed = null;
  for (let rate = FIRST_SENDS_PER_S, tries = 0; tries < TRIES_MAX; tries += 1) {
    const window = await measureLoad(crowd, (one) => openLoop(one, rate), seconds);
    const holds = window.p99 !== null && window.p99 < P99_MAX_MS;
    const found = `p99 ${fixed(window.p99, 0)} ms: ${holds ? 'sustained' : 'too much'}`;
    say(`${crowd.system.name}: ${whole(rate)} messages/s, ${found}`);
    if (holds) best = { ...window, rate };
    else failed = { ...window, rate };
    if (failed !== null && (best === null || failed.rate / best.rate < 1 + PRECISION_RATIO)) break;
    rate = failed === null || best === null ? rate * STEP_FACTOR : (best.rate + failed.rate) / 2;
  }
  return { system: crowd.system.name, best, failed, rounds: best ? [best] : [], ...faults(crowd) };
}
