/** A hostile run's outcome as text. */
import { fixed, table, whole } from '../../bench/report/table.js';
import type { HostileReport, Memory } from './hostile.js';

export function describe({ options, honest, attackers, cores, memory, warnings, ended }: HostileReport): string {
  const attackBegan = options.seconds * 0.25;
  const ratio = (of: 'p50' | 'p99' | 'worst'): string => fixed(honest.attack[of] / honest.quiet[of], 2) ?? '';
  const row = (name: string, one: HostileReport['honest']['quiet']): (string | null)[] => [
    name,
    whole(one.deliveries),
    fixed(one.p50),
    fixed(one.p99),
    fixed(one.worst),
  ];
  return [
    `${options.seconds} s, ${options.users} honest users in ${options.rooms} rooms, ${options.rate} messages/s; ${options.attacks} attacking requests/s`,
    '',
    table(
      ['honest users', 'deliveries', 'p50 ms', 'p99 ms', 'worst ms'],
      [
        row('quiet', honest.quiet),
        row('under attack', honest.attack),
        ['ratio', null, ratio('p50'), ratio('p99'), ratio('worst')],
      ],
    ),
    '',
    `accepted ${whole(honest.accepted)}; lost ${honest.lost}, doubled ${honest.doubled}, out of order ${honest.disordered}, missed ${honest.missed}; all there ${fixed(honest.settled / 1_000)} s after the last; refused or failed: ${counts(honest.refusals) || 'none'}`,
    '',
    table(
      ['cores used', ...Object.keys(cores.quiet)],
      (['quiet', 'attack'] as const).map((phase) => [
        phase,
        ...Object.values(cores[phase]).map((one) => fixed(one, 2)),
      ]),
    ),
    '',
    table(
      ['MB', ...Object.keys(memory[0]?.parts ?? {})],
      moments(memory, attackBegan).map(([name, one]) => [
        name,
        ...Object.values(one.parts).map((value) => fixed(value, 0)),
      ]),
    ),
    '',
    table(
      ['attack', 'times', 'outcomes'],
      Object.entries(attackers).map(([name, outcomes]) => [
        name,
        whole(Object.values(outcomes).reduce((sum, one) => sum + one, 0)),
        counts(outcomes),
      ]),
    ),
    '',
    `processes that ended: ${ended}; warnings in the log: ${warnings.length}`,
    ...warnings.slice(0, 5),
  ].join('\n');
}

const counts = (of: Record<string, number>): string =>
  Object.entries(of)
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${name} ${whole(times)}`)
    .join(', ');

/** Memory when the attacks began, a third and two thirds on, and at the end. */
function moments(memory: Memory[], began: number): [string, Memory][] {
  const last = memory.at(-1)?.second ?? 0;
  return (['attack begins', 'a third on', 'two thirds on', 'end'] as const).flatMap((name, i) => {
    const at = began + ((last - began) * i) / 3;
    const one = memory.find(({ second }) => second >= at) ?? memory.at(-1);
    return one ? [[name, one] satisfies [string, Memory]] : [];
  });
}
