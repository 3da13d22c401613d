/** Makes the tables of a finished run: one form for each kind of scenario. */

import { total } from '../load/window.js';
import { TERMS } from '../model/fit.js';
import { median, summary } from './statistics.js';
import { fixed, table, whole } from './table.js';

const PARTS = /** @type {const} */ (['api', 'worker', 'redis']);

/**
 * @typedef {import('../load/window.js').Window} Window
 * @typedef {import('../scenarios/rounds.js').Faults} Faults
 * @typedef {{ system: string, rounds: Window[] }} Measured
 * @typedef {ReturnType<typeof import('../scenarios/rounds.js').compare>[number]} Row
 * @typedef {Measured & Faults & Pick<Row, 'base' | 'ratios' | 'toPeers'>} Compared
 */

/**
 * @param {Compared[]} rows
 * @param {number | null} target
 */
export function load(rows, target) {
  const efficiency = (/** @type {Measured} */ row, /** @type {string} */ part) =>
    middle(row, ({ cpu, deliveries }) => (cpu[part] ? deliveries / cpu[part] : null));
  const headings = [
    '',
    'deliveries/s',
    'per CPU-s: api',
    'worker',
    'redis',
    'together',
    'ratio',
    'spread',
    'p50 ms',
    'p99 ms',
    'connections',
    'longest block ms',
    ...FAULTS,
    'generator',
  ];
  const lines = rows.map((row) => [
    row.system,
    whole(middle(row, (window) => window.perSecond)),
    ...PARTS.map((part) => whole(efficiency(row, part))),
    whole(middle(row, (window) => window.efficiency)),
    fixed(row.ratios.efficiency?.median, 2),
    spread(row.ratios.efficiency),
    fixed(middle(row, (window) => window.p50)),
    fixed(middle(row, (window) => window.p99)),
    most(row, 'redisConnections'),
    fixed(most(row, 'longestBlock')),
    ...faults(row),
    percent(middle(row, (window) => window.generator)),
  ]);
  const ratios = rows
    .filter(({ system, base }) => system !== base)
    .map(
      (row) =>
        `latency of ${row.system} compared with ${row.base}: ` +
        `p50 ${fixed(row.ratios.p50?.median)} times, p99 ${fixed(row.ratios.p99?.median)} times`,
    );
  return [
    table(headings, lines),
    ...ratios,
    ...toPeers(rows),
    ...(target ? [`target: a ratio of ${target} or more`] : []),
  ].join('\n');
}

/** Returns a line for each chat and peer. */
function toPeers(/** @type {Compared[]} */ rows) {
  return rows.flatMap((row) =>
    row.toPeers.map(
      ({ peer, efficiency, p50, p99 }) =>
        `${row.system} compared with ${peer}: ${fixed(efficiency?.median, 2)} times the deliveries per CPU-second ` +
        `(${spread(efficiency)}), p50 ${fixed(p50?.median, 2)} times, p99 ${fixed(p99?.median, 2)} times`,
    ),
  );
}

/** @param {(Omit<Compared, 'rounds'> & { rounds: import('../scenarios/newcomers.js').Joins[] })[]} rows */
export function newcomers(rows) {
  const lines = rows.map((row) => [
    row.system,
    row.rounds.reduce((sum, { joins: count }) => sum + count, 0),
    fixed(medianOf(row.rounds.map(({ joinP50 }) => joinP50))),
    fixed(medianOf(row.rounds.map(({ joinP99 }) => joinP99))),
    fixed(summary(row.rounds.map(({ joinP99 }) => joinP99))?.max),
  ]);
  return `${table(['', 'joins', 'p50 ms', 'p99 ms', 'worst round'], lines)}\nat the same time:\n${load(rows, null)}`;
}

/** @param {(Omit<Compared, 'rounds'> & { rounds: import('../scenarios/joins.js').Storm[] })[]} rows */
export function joins(rows) {
  const microseconds = (/** @type {number | undefined} */ cpu, /** @type {number} */ count) =>
    cpu === undefined ? null : (cpu * 1e6) / count;
  const lines = rows.map((row) => {
    const each = (/** @type {(storm: import('../scenarios/joins.js').Storm) => number | null} */ of) =>
      medianOf(row.rounds.map(of));
    return [
      row.system,
      whole(each(({ joins: count }) => count)),
      whole(each(({ joinsPerSecond }) => joinsPerSecond)),
      whole(each(({ cpuTogether, joins: count }) => microseconds(cpuTogether, count))),
      ...PARTS.map((part) => whole(each(({ cpu, joins: count }) => microseconds(cpu[part], count)))),
      fixed(row.ratios.efficiency?.median, 2),
      spread(row.ratios.efficiency),
      fixed(each(({ p50 }) => p50)),
      fixed(each(({ p99 }) => p99)),
      whole(each(({ deliveries }) => deliveries)),
      fixed(most(row, 'longestBlock')),
      ...faults(row),
      percent(each(({ generator }) => generator)),
    ];
  });
  const headings = [
    '',
    'people',
    'joins/s',
    'CPU us each: together',
    ...PARTS,
    'ratio',
    'spread',
    'p50 ms',
    'p99 ms',
    'events',
    'longest block ms',
    ...FAULTS,
    'generator',
  ];
  return table(headings, lines);
}

/** @typedef {Awaited<ReturnType<typeof import('../scenarios/idle.js').runIdle>>[number]} Idle */

export function idle(/** @type {Idle[]} */ rows) {
  const lines = rows.map((row) => {
    const [window] = row.rounds;
    return [
      row.system,
      whole(row.polls),
      ...kilobytesEach(row, 'standing'),
      ...kilobytesEach(row, 'collected'),
      ...coreShares(window, row.polls / 1_000),
      window.redisConnections,
      fixed(window.longestBlock),
      ...faults(row),
    ];
  });
  const headings = [
    '',
    'held',
    'KB each: node',
    'redis',
    'together',
    'after collection: node',
    'redis',
    'together',
    'CPU % per 1,000',
    ...PARTS,
    'connections',
    'longest block ms',
    ...FAULTS,
  ];
  return `${table(headings, lines)}\n\n${nobody(rows)}`;
}

/** Shows what a system costs without users. */
function nobody(/** @type {Idle[]} */ rows) {
  const lines = rows.map(({ system, nobody: window }) => [
    system,
    whole(window.seconds),
    ...coreShares(window, 1),
    whole(window.fileBytesPerSecond),
  ]);
  return table(['without users', 'seconds', 'CPU %', ...PARTS, 'bytes/s to the append-only file'], lines);
}

/**
 * Returns the growth of the memory for each held poll or stream, in KB: of Node (the worker is not counted), of Redis,
 * and of both.
 *
 * @param {Idle} row
 * @param {'standing' | 'collected'} kind
 */
function kilobytesEach({ before, after, polls }, kind) {
  const grown = (/** @type {string} */ part) => {
    const bytes = after[kind][part];
    return bytes === undefined ? null : (bytes - (before[kind][part] ?? 0)) / 1_024 / polls;
  };
  const node = grown('floor') ?? grown('api');
  const redis = grown('redis');
  return [fixed(node), fixed(redis), fixed((node ?? 0) + (redis ?? 0))];
}

/**
 * Returns percents of a core: of all parts together, and of each.
 *
 * @param {Window} window
 * @param {number} thousands
 */
function coreShares({ cpu, cpuTogether, seconds }, thousands) {
  const share = (/** @type {number | undefined} */ used) =>
    used === undefined ? null : fixed((used / seconds / thousands) * 100, 2);
  return [share(cpuTogether), ...PARTS.map((part) => share(cpu[part]))];
}

/** @param {Awaited<ReturnType<typeof import('../scenarios/growth.js').runGrowth>>} rows */
export function growth(rows) {
  const lines = rows.map((row) => [
    row.system,
    whole(row.size),
    row.messages,
    whole(row.perMessage.worker),
    whole(row.perMessage.redis),
    fixed(row.perRecipient, 2),
    fixed(row.p50),
    fixed(row.longestBlock),
  ]);
  return table(
    ['', 'members', 'messages', 'us each: worker', 'redis', 'us per recipient', 'p50 ms', 'longest block ms'],
    lines,
  );
}

/** @param {Awaited<ReturnType<typeof import('../scenarios/modelled.js').runModelled>>} rows */
export function model(rows) {
  const lines = rows.map((row) => {
    const [window] = row.rounds;
    const parts = PARTS.map((part) => `${percent(row.predicted[part])} / ${percent(row.cpu[part])}`);
    const ratio = total(row.predicted) / total(row.cpu); // of the prediction to the measurement
    return [
      row.fitted ? 'fitted' : 'predicted',
      whole(row.polls),
      whole(row.room),
      whole(row.messages),
      ...parts,
      fixed(ratio, 2),
      fixed(window.p50),
      fixed(window.p99),
      ...faults(row),
    ];
  });
  const terms = TERMS.map((term) => [term, ...PARTS.map((part) => fixed(rows[0]?.costs[term][part]))]);
  return [
    table(
      [
        '',
        'polls',
        'room of',
        'messages/s',
        'core, model / measured: api',
        'worker',
        'redis',
        'together',
        'p50 ms',
        'p99 ms',
        ...FAULTS,
      ],
      lines,
    ),
    table(['for bench/model/costs.js', ...PARTS], terms),
  ].join('\n');
}

/** @param {Awaited<ReturnType<typeof import('../scenarios/sends.js').runSends>>} rows */
export function sends(rows) {
  const lines = rows.flatMap((row) =>
    [row.best && { word: 'sustains', ...row.best }, row.failed && { word: 'fails at', ...row.failed }]
      .filter((window) => window !== null)
      .map((window) => [
        `${row.system} ${window.word}`,
        whole(window.rate),
        whole(window.sentPerSecond),
        fixed(window.p50),
        fixed(window.p99),
        ...PARTS.map((part) => percent((window.cpu[part] ?? 0) / window.seconds)),
        percent(total(window.cpu) / window.seconds),
        percent(window.generator),
        fixed(window.longestBlock),
        ...faults(row),
      ]),
  );
  return table(
    [
      '',
      'messages/s',
      'sent/s',
      'p50 ms',
      'p99 ms',
      'core: api',
      'worker',
      'redis',
      'together',
      'generator',
      'longest block ms',
      ...FAULTS,
    ],
    lines,
  );
}

const FAULTS = ['lost', 'doubled', 'out of order', 'errors'];

function faults(/** @type {Faults} */ { lost, doubled, outOfOrder, errors }) {
  return [lost, doubled, outOfOrder, Object.values(errors).reduce((sum, count) => sum + count, 0)];
}

/**
 * @param {Measured} row
 * @param {(window: Window) => number | null} of
 */
function middle({ rounds }, of) {
  return medianOf(rounds.map(of));
}

/** Returns the median of the numbers among some values, or null when there are none. */
function medianOf(/** @type {(number | null)[]} */ values) {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? null : median(numbers);
}

/**
 * @param {Measured} row
 * @param {'redisConnections' | 'longestBlock'} field
 */
function most({ rounds }, field) {
  return summary(rounds.map((window) => window[field]))?.max ?? null;
}

function spread(/** @type {{ min: number, max: number } | null} */ ratio) {
  return ratio ? `${fixed(ratio.min, 2)}-${fixed(ratio.max, 2)}` : null;
}

function percent(/** @type {number | null} */ part) {
  return part === null ? null : `${Math.round(part * 100)} %`;
}
