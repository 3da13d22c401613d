/** The tables of a finished run, one form for each kind of scenario. */

import { total } from '../load/window.js';
import { TERMS } from '../model/fit.js';
import { median, summary } from './statistics.js';
import { fixed, table, whole } from './table.js';

const PARTS = ['api', 'worker', 'redis'];

export function report(name, scenario, rows) {
  return `\n${name}: ${scenario.title}\n${(REPORTS[name] ?? load)(rows, scenario)}\n`;
}

const REPORTS = { idle, growth, sends, model, newcomers };

function load(rows, { target }) {
  const efficiency = (row, part) =>
    middle(row, (window) => (part in window.cpu ? window.deliveries / window.cpu[part] : null));
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
    .slice(1)
    .map(
      (row) =>
        `${row.system} to ${rows[0].system}: p50 ${fixed(row.ratios.p50?.median)} times, p99 ${fixed(row.ratios.p99?.median)} times`,
    );
  return [table(headings, lines), ...ratios, ...(target ? [`target: a ratio of at least ${target}`] : [])].join('\n');
}

function newcomers(rows) {
  const joins = rows.map((row) => [
    row.system,
    row.rounds.reduce((sum, { joins: count }) => sum + count, 0),
    fixed(middle(row, (window) => window.joinP50)),
    fixed(middle(row, (window) => window.joinP99)),
    fixed(most(row, 'joinP99')),
  ]);
  return `${table(['', 'joins', 'p50 ms', 'p99 ms', 'worst round'], joins)}\nmeanwhile:\n${load(rows, {})}`;
}

function idle(rows) {
  const kilobytes = ({ before, after, polls }, part) =>
    part in after ? (after[part] - before[part]) / 1_024 / polls : null;
  const lines = rows.map((row) => {
    const [window] = row.rounds;
    const each = Object.keys(row.after)
      .filter((part) => part !== 'worker')
      .map((part) => kilobytes(row, part));
    return [
      row.system,
      whole(row.polls),
      fixed(kilobytes(row, 'floor') ?? kilobytes(row, 'api')),
      fixed(kilobytes(row, 'redis')),
      fixed(each.reduce((sum, value) => sum + value, 0)),
      fixed((window.cpuTogether / window.seconds / row.polls) * 1_000 * 100, 2),
      ...PARTS.map((part) =>
        part in window.cpu ? fixed((window.cpu[part] / window.seconds / row.polls) * 1_000 * 100, 2) : null,
      ),
      window.redisConnections,
      fixed(window.longestBlock),
      Object.values(row.errors).reduce((a, b) => a + b, 0),
    ];
  });
  return table(
    [
      '',
      'held',
      'KB each: node',
      'redis',
      'together',
      'CPU % per 1,000',
      'api',
      'worker',
      'redis',
      'connections',
      'longest block ms',
      'errors',
    ],
    lines,
  );
}

function growth(rows) {
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

function model(rows) {
  const lines = rows.map((row) => {
    const [window] = row.rounds;
    const parts = PARTS.map((part) => `${percent(row.predicted[part])} / ${percent(row.cpu[part])}`);
    const ratio = total(row.predicted) / total(row.cpu); // of the model to what was measured
    return [
      row.fitted ? 'fitted' : 'foretold',
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
  const { costs } = rows[0];
  const terms = TERMS.map((term) => [term, ...PARTS.map((part) => fixed(costs[term][part]))]);
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

function sends(rows) {
  const lines = rows.flatMap((row) =>
    [
      ['holds', row.best],
      ['does not', row.failed],
    ]
      .filter(([, window]) => window !== null)
      .map(([word, window]) => [
        `${row.system} ${word}`,
        whole(window.rate),
        whole(window.sentPerSecond),
        fixed(window.p50),
        fixed(window.p99),
        ...PARTS.map((part) => percent(window.cpu[part] / window.seconds)),
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

function faults({ lost, doubled, outOfOrder, errors }) {
  return [lost, doubled, outOfOrder, Object.values(errors).reduce((sum, count) => sum + count, 0)];
}

function middle({ rounds }, of) {
  const values = rounds.map(of).filter((value) => value !== null && value !== undefined);
  return values.length === 0 ? null : median(values);
}

function most({ rounds }, field) {
  return summary(rounds.map((window) => window[field]))?.max ?? null;
}

function spread(ratio) {
  return ratio ? `${fixed(ratio.min, 2)}-${fixed(ratio.max, 2)}` : null;
}

function percent(part) {
  return part === null ? null : `${Math.round(part * 100)} %`;
}
