/** A run's outcome as text. */
import { table, whole } from '../../bench/report/table.js';
import type { Report } from './chaos.js';

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

export function describe(report: Report): string {
  const { options, verdict, settled, skipped, violations } = report;
  return [
    `seed ${options.seed}: ${options.seconds} s, ${options.users} users, ${options.rooms} rooms, ${options.rate} messages/s, ` +
      `${options.apis} API processes, ${options.workers} workers, LIVE=${options.live}, appendfsync ${options.fsync}${options.redis === 'cluster' ? `, a cluster of 3 + 3, REDIS_WAIT=${options.wait}` : ''}`,
    '',
    recoveryTable(report),
    skipped > 0 ? `(${skipped} faults found nothing free to hit)` : '',
    '',
    ...othersTable(report),
    totals(report),
    '',
    `from accepted to delivered, outside of faults: p50 ${whole(verdict.p50)} ms, p99 ${whole(verdict.p99)} ms; settled ${seconds(settled)} s after the last message`,
    `the machine gave the load or Redis no time ${report.stalls.length} times without a fault, at worst for ${whole(report.stalls.at(-1) ?? 0)} ms`,
    `on the wire: ${whole(verdict.repeated)} repeated, ${whole(verdict.missed)} missed and read back, ${verdict.resets} resets, ${verdict.rolledBack} rolled back by Redis, ${verdict.unkept} delivered and gone before they were acknowledged`,
    `failed attempts: ${
      [...report.failures]
        .sort()
        .map(([what, times]) => `${what} ${times}`)
        .join(', ') || 'none'
    }`,
    ...report.usage,
    '',
    violations.length === 0 ? 'No violation.' : ['VIOLATIONS', ...violations].join('\n'),
  ].join('\n');
}

function recoveryTable({ recoveries }: Report): string {
  return table(
    ['fault', 'times', 'lasted s', 'alone', 'over after s', 'at worst s', 'by'],
    recoveries.map(({ kind, times, alone, lasted, typical, worst, what }) => [
      kind,
      times,
      seconds(lasted),
      alone,
      ...(alone > 0 ? [seconds(typical), seconds(worst), what] : [null, null, '']),
    ]),
  );
}

function othersTable({ others }: Report): string[] {
  if (others.length === 0) return [];
  return [
    'Users and rooms of other slots meanwhile, from accepted to delivered:',
    '',
    table(
      ['fault', 'deliveries', 'p50 ms', 'p99 ms', 'at worst ms'],
      others.map(({ kind, deliveries, p50, p99, worst }) => [kind, whole(deliveries), p50, p99, worst]),
    ),
    '',
  ];
}

function totals({ verdict }: Report): string {
  const { acknowledged, delivered, lost, duplicated, outOfOrder, late, sessions, sessionsLost } = verdict;
  return table(
    ['acknowledged', 'delivered', 'lost', 'duplicated', 'out of order', 'late', 'sessions', 'sessions lost'],
    [[whole(acknowledged), whole(delivered), lost, duplicated, outOfOrder, late, sessions, sessionsLost]],
  );
}
