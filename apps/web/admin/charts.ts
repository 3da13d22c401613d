/** The charts of the page. */
import type { Quantiles, Sample } from '../../../shared/protocol/admin.js';
import { Chart, type Line } from './chart.js';
import { bytes, count, time } from './format.js';

const total = (rates: Record<string, number>): number => Object.values(rates).reduce((sum, rate) => sum + rate, 0);

/** Returns the three most frequent ones, for example `12 rate limited, 3 unauthorized`. */
function named(rates: Record<string, number>): string {
  return Object.entries(rates)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([code, rate]) => `${count(rate)} ${code.replace(/_/g, ' ')}`)
    .join(', ');
}

const quantiles = (of: (sample: Sample) => Quantiles | null): Line[] => [
  { name: 'p50', value: (sample) => of(sample)?.p50 ?? null },
  { name: 'p99', value: (sample) => of(sample)?.p99 ?? null },
];

const only = (value: (sample: Sample) => number | null): Line[] => [{ name: '', value }];

function redisNote({ redisUsed, redisMax }: Sample): string {
  if (redisMax === null || redisUsed === null) return '';
  return redisMax === 0
    ? 'maxmemory is not set'
    : `${Math.round((redisUsed / redisMax) * 100)} % of ${bytes(redisMax)}`;
}

export function makeCharts(): Chart[] {
  return [
    new Chart({
      title: 'Held polls and streams',
      format: count,
      topMin: 5,
      lines: [
        { name: 'live', value: ({ live }) => live },
        { name: 'blocking', value: ({ blocking }) => blocking },
      ],
    }),
    new Chart({
      title: 'Users',
      format: count,
      topMin: 5,
      lines: only(({ users }) => users),
      note: ({ rooms }) => (rooms === null ? '' : `in ${count(rooms)} ${rooms === 1 ? 'room' : 'rooms'}`),
    }),
    new Chart({ title: 'Sent per second', format: count, topMin: 1, lines: only(({ sends }) => sends) }),
    new Chart({ title: 'Delivered per second', format: count, topMin: 1, lines: only(({ deliveries }) => deliveries) }),
    new Chart({
      title: 'Time from send to receipt',
      format: time,
      topMin: 0.05,
      lines: quantiles(({ receipt }) => receipt),
    }),
    new Chart({
      title: 'Refused per second',
      format: count,
      topMin: 1,
      lines: only(({ refused }) => total(refused)),
      note: ({ refused, limited }) => named(refused) + (total(limited) > 0 ? `; by limit: ${named(limited)}` : ''),
    }),
    new Chart({
      title: 'Fan-out: time until all have it',
      format: time,
      topMin: 0.05,
      lines: quantiles(({ fanOutDelay }) => fanOutDelay),
    }),
    new Chart({
      title: 'Fan-out: time of one step',
      format: time,
      topMin: 0.01,
      lines: quantiles(({ fanOutTook }) => fanOutTook),
    }),
    new Chart({
      title: 'Fan-out jobs waiting',
      format: count,
      topMin: 5,
      lines: only(({ queue }) => queue),
      note: ({ queue, queueAge }) => (queue && queueAge !== null ? `the oldest has waited for ${time(queueAge)}` : ''),
    }),
    new Chart({
      title: 'Redis memory',
      format: bytes,
      topMin: 2e6,
      lines: only(({ redisUsed }) => redisUsed),
      note: redisNote,
    }),
    new Chart({
      title: 'Redis connections',
      format: count,
      topMin: 10,
      lines: only(({ redisClients }) => redisClients),
    }),
    new Chart({
      title: 'Event loop delay of the slowest process',
      format: time,
      topMin: 0.05,
      lines: only(({ processes }) => Math.max(0, ...processes.map(({ delay }) => delay))),
    }),
  ];
}
