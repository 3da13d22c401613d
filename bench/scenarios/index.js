/**
 * The scenarios: what each loads the systems with, and what is aimed at. `target` is the least ratio to the floor.
 *
 * @typedef {import('../options.js').Options} Options
 * @typedef {(text: string) => void} Say tells how a run gets on
 * @typedef {object} Row what every scenario finds of a system; most find more
 * @property {string} system
 * @property {import('../load/window.js').Window[]} [rounds]
 * @property {import('./rounds.js').Ratios} [ratios]
 * @property {number} [lost]
 * @property {number} [doubled]
 * @property {number} [outOfOrder]
 * @typedef {{ title: string, play: (options: Options, say: Say) => Promise<{ rows: Row[], tables: string }> }} Scenario
 */

import { closedLoop, openLoop } from '../load/loads.js';
import * as report from '../report/report.js';
import { runGrowth } from './growth.js';
import { runIdle } from './idle.js';
import { runModelled } from './modelled.js';
import { runNewcomers } from './newcomers.js';
import { runRounds } from './rounds.js';
import { runSends } from './sends.js';
import { runValues } from './values.js';

/**
 * A scenario from what runs it and what makes a table of its rows.
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
 * A scenario of one load in paired rounds.
 *
 * @param {string} title
 * @param {import('./rounds.js').RoundsLoad & { target: number | null }} load
 */
function rounds(title, { target, ...load }) {
  return scenario(
    title,
    (options, say) => runRounds(load, options, say),
    (rows) => report.load(rows, target),
  );
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
  idle: scenario('polls held, no messages, rooms of 10', runIdle, report.idle),
  growth: scenario('one room growing: CPU of worker and Redis for each recipient', runGrowth, report.growth),
  sends: scenario('1,000 rooms of 2, open loop, as many messages/s as p99 under 250 ms allows', runSends, report.sends),
  model: scenario('the model of docs/scaling.md beside measurements, closed loop', runModelled, report.model),
  values: scenario(
    '1,000 clients in 100 rooms of 10, closed loop: messages, and values written with `set`',
    runValues,
    (rows) => report.load(rows, null),
  ),
  newcomers: scenario(
    'joins, 20/s on new connections, while c runs at full load on two API processes',
    runNewcomers,
    report.newcomers,
  ),
};
