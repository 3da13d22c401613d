/**
 * The scenarios. `target` is the smallest ratio to the floor that the chat should reach.
 *
 * @typedef {import('../options.js').Options} Options
 * @typedef {(text: string) => void} Say reports the progress of a run
 * @typedef {object} Row the results of one system; most scenarios add more
 * @property {string} system
 * @property {import('../load/window.js').Window[]} [rounds]
 * @property {import('./rounds.js').Ratios} [ratios]
 * @property {string} [base] the system that the ratios compare it with
 * @property {boolean} [peer] it is not of this project: its faults are only reported
 * @property {number} [lost]
 * @property {number} [doubled]
 * @property {number} [outOfOrder]
 * @typedef {object} Scenario
 * @property {string} title
 * @property {(options: Options, say: Say) => Promise<{ rows: Row[], tables: string }>} play
 * @property {boolean} [peers] the peers can take part
 */

import { closedLoop, openLoop } from '../load/loads.js';
import * as report from '../report/report.js';
import { runGrowth } from './growth.js';
import { runIdle } from './idle.js';
import { runJoins } from './joins.js';
import { runModelled } from './modelled.js';
import { runNewcomers } from './newcomers.js';
import { runRounds } from './rounds.js';
import { runSends } from './sends.js';
import { runValues } from './values.js';

/**
 * Makes a scenario from a function that runs it and one that makes tables of its rows.
 *
 * @template {Row} R
 * @param {string} title
 * @param {(options: Options, say: Say) => Promise<R[]>} run
 * @param {(rows: R[]) => string} show
 * @returns {Scenario}
 */
function scenario(title, run, show) {
  return {
    title,
    async play(options, say) {
      const rows = await run(options, say);
      return { rows, tables: show(rows) };
    },
  };
}

/**
 * Makes a scenario that compares systems under one load, in rounds.
 *
 * @param {string} title
 * @param {import('./rounds.js').RoundsLoad & { target: number | null }} load
 */
function rounds(title, { target, ...load }) {
  const run = (/** @type {Options} */ options, /** @type {Say} */ say) => runRounds(load, options, say);
  return { ...scenario(title, run, (rows) => report.load(rows, target)), peers: true };
}

/** @type {Record<string, Scenario>} */
export const scenarios = {
  a: rounds('200 clients in one room, closed loop, 1 message in flight', {
    rooms: 1,
    size: 200,
    load: closedLoop,
    target: 0.55,
  }),
  b: rounds('1,000 clients in one room, closed loop, 1 message in flight', {
    rooms: 1,
    size: 1_000,
    load: closedLoop,
    target: 0.6,
  }),
  c: rounds('1,000 clients in 100 rooms of 10, closed loop, 100 messages in flight', {
    rooms: 100,
    size: 10,
    load: closedLoop,
    target: 0.45,
  }),
  d: rounds('500 clients in 50 rooms of 10, open loop, 200 messages/s', {
    rooms: 50,
    size: 10,
    load: (crowd) => openLoop(crowd, 200),
    target: null,
  }),
  idle: scenario(
    'no messages: CPU and writes without users; memory and CPU of held polls and streams, rooms of 10',
    runIdle,
    report.idle,
  ),
  growth: scenario('a growing room: CPU of worker and Redis for each recipient', runGrowth, report.growth),
  sends: scenario('1,000 rooms of 2, open loop: the most messages/s with a p99 under 250 ms', runSends, report.sends),
  model: scenario('the model of docs/scaling.md, compared with measurements', runModelled, report.model),
  values: scenario(
    '1,000 clients in 100 rooms of 10, closed loop: messages, then values written with set',
    runValues,
    (rows) => report.load(rows, null),
  ),
  joins: scenario(
    'a storm: people join rooms of 50, 64 at a time, and each listens from then on',
    runJoins,
    report.joins,
  ),
  newcomers: scenario(
    '20 joins/s on new connections, while c runs at full load on two API processes',
    runNewcomers,
    report.newcomers,
  ),
};
