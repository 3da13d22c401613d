/** The most messages a second that one API process and one worker hold, found by trying higher and higher rates. */

import { openLoop } from '../load/loads.js';
import { fixed } from '../report/table.js';
import { poolFor, withCrowds } from '../systems/line-up.js';
import { faults, measureLoad } from './rounds.js';

/**
 * @typedef {import('../load/window.js').Window} Window
 * @typedef {import('../options.js').Options} Options
 * @typedef {import('./index.js').Say} Say
 */

const ROOMS = 1_000;
const FIRST = 250;
const STEP = 1.5;
/** The rate found is exact to this part. */
const EXACT = 0.1;
const TRIES = 12;
const P99_MAX = 250;

/**
 * @param {Options} options
 * @param {Say} say
 */
export function runSends(options, say) {
  return withCrowds(options, { floor: false, env: poolFor(options, ROOMS * 2) }, async (crowds) => {
    const rows = [];
    for (const crowd of crowds) {
      say(`${crowd.system.name}: ${(ROOMS * 2).toLocaleString('en')} users join`);
      await crowd.join(ROOMS, 2);
      await crowd.poll();
      rows.push(await climb(crowd, options, say));
    }
    return rows;
  });
}

/**
 * Up by steps until a rate does not hold, then halfway between the last that did and the first that did not.
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
  for (let rate = FIRST, tries = 0; tries < TRIES; tries += 1) {
    const window = await measureLoad(crowd, (one) => openLoop(one, rate), seconds);
    const holds = window.p99 !== null && window.p99 < P99_MAX;
    say(
      `${crowd.system.name}: ${Math.round(rate)} messages/s, p99 ${fixed(window.p99, 0)} ms: ${holds ? 'holds' : 'too much'}`,
    );
    if (holds) best = { ...window, rate };
    else failed = { ...window, rate };
    if (failed !== null && (best === null || failed.rate / best.rate < 1 + EXACT)) break;
    rate = failed === null || best === null ? rate * STEP : (best.rate + failed.rate) / 2;
  }
  return { system: crowd.system.name, best, failed, rounds: best ? [best] : [], ...faults(crowd) };
}
