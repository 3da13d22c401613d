/** One page takes twenty times the share of each other one: what users of the others notice, with it and without. */
import { getPriority, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fixed, table, whole } from '../../bench/report/table.js';
import { TestCluster } from '../support/cluster.js';
import { startApi, startWorker } from '../support/processes.js';
import { startRedis } from '../support/redis.js';
import { answer, type Cores, coresWhile, start } from './hostile.js';
import type { HeavyOrder, HeavyReport, HonestOrder, HonestReport, Phase } from './messages.js';

export interface SharesOptions {
  /** So often the heavy page is silent, and then loud, for so many seconds each. */
  turns: number;
  seconds: number;
  /** A page is a room. */
  pages: number;
  /** Users of each page, and their messages a second. */
  users: number;
  rate: number;
  /** The heavy page has so many times the users of another one, and so many times the messages. */
  moreUsers: number;
  moreMessages: number;
  /** Another checkout, which is built. */
  checkout: string;
  /** API processes. */
  apis: number;
}

export interface SharesReport {
  others: HonestReport;
  heavy: HeavyReport;
  /** One for each turn. */
  cores: Record<Phase, Cores[]>;
}

/** How long the heavy page is silent or loud before anything counts. */
const SETTLES_MS = 6_000;
/** The heavy page brings machines of its own: here its users get what the chat leaves. */
const HEAVY_NICE = 5;

const ONE_ADDRESS = Object.fromEntries(
  ['SENDS', 'JOINS', 'READS', 'POLLS', 'FRUITLESS', 'CONNECTIONS'].map((name) => [`ADDRESS_${name}`, 1_000_000]),
);

export async function runShares(options: SharesOptions): Promise<SharesReport> {
  const { turns, seconds, pages, users, rate, moreUsers, moreMessages, checkout } = options;
  const redis = await startRedis();
  // all users of the heavy page come from this machine
  const env = { REDIS_URL: redis.url, TRUST_PROXY: 1, ...ONE_ADDRESS };
  const apis = await Promise.all(Array.from({ length: options.apis }, () => startApi(env, checkout)));
  const worker = await startWorker(env, checkout);
  const [others, heavy] = [start('honest'), start('heavy')];
  setPriority(heavy.pid ?? 0, getPriority() + HEAVY_NICE);
  const pids = {
    ...Object.fromEntries(apis.map(({ pid }, i) => [`API ${i + 1}`, pid])),
    worker: worker.pid,
    Redis: redis instanceof TestCluster ? 0 : redis.pid,
  };
  try {
    const urls = apis.map(({ url }) => url);
    const ports = urls.map((url) => Number(new URL(url).port));
    const order: HeavyOrder = { ports, users: users * moreUsers, rate: rate * moreMessages };
    await answer(heavy, order);
    await answer(others, { urls, rooms: pages, users: users * pages, rate: rate * pages } satisfies HonestOrder);
    const cores = { quiet: [] as Cores[], attack: [] as Cores[] };
    // in turn, so that what else the machine does meets both
    for (let turn = 0; turn < turns * 2; turn += 1) {
      const phase: Phase = turn % 2 === 0 ? 'quiet' : 'attack';
      others.send({ phase: 'settling' });
      heavy.send({ loud: phase === 'attack' });
      await sleep(SETTLES_MS);
      others.send({ phase });
      cores[phase].push(await coresWhile(pids, () => sleep(seconds * 1_000)));
    }
    heavy.send({ loud: false });
    const [of, ofHeavy] = await Promise.all([
      answer<HonestReport>(others, { phase: 'over' }),
      answer<HeavyReport>(heavy, { over: true }),
    ]);
    return { others: of, heavy: ofHeavy, cores };
  } finally {
    for (const child of [others, heavy]) child.disconnect();
    await Promise.all([...apis, worker].map((one) => one.stop()));
    await redis.stop();
  }
}

export function describeShares({ others, heavy, cores }: SharesReport): string {
  const row = (name: string, { deliveries, p50, p99, worst }: HonestReport['quiet']): (string | null)[] => [
    name,
    whole(deliveries),
    fixed(p50),
    fixed(p99),
    fixed(worst),
  ];
  const { lost, doubled, disordered, missed, refusals } = others;
  const counts = (of: Record<string, number>): string => JSON.stringify(of);
  return [
    table(
      ['', 'deliveries', 'p50 ms', 'p99 ms', 'worst ms'],
      [
        row('others, alone', others.quiet),
        row('others, beside it', others.attack),
        [
          'ratio',
          null,
          fixed(others.attack.p50 / others.quiet.p50, 2),
          fixed(others.attack.p99 / others.quiet.p99, 2),
          null,
        ],
      ],
    ),
    `others: lost ${lost}, doubled ${doubled}, out of order ${disordered}, missed ${missed}; refused: ${counts(refusals)}`,
    `the heavy page: ${whole(heavy.answers)} answers, ${whole(heavy.deliveries)} events; refused: ${counts(heavy.refusals)}`,
    ...(['quiet', 'attack'] as const).map((phase) => `cores, ${phase}: ${meanOf(cores[phase])}`),
  ].join('\n');
}

function meanOf(turns: Cores[]): string {
  const names = Object.keys(turns[0] ?? {});
  const mean = (name: string): number => turns.reduce((sum, one) => sum + (one[name] ?? 0), 0) / turns.length;
  return names.map((name) => `${name} ${fixed(mean(name), 2)}`).join(', ');
}
