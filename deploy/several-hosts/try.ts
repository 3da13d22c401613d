/** Users talk through the proxy while hosts are cut off, slowed down and replaced. Then every message is checked. */
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { table, whole } from '../../bench/report/table.js';
import { type Crowd, Person } from '../../test/chaos/person.js';
import { Random } from '../../test/chaos/random.js';
import { Record } from '../../test/chaos/record.js';
import { isSettled } from '../../test/chaos/verdict.js';
import { root } from '../../test/support/child.js';
import { until } from '../../test/support/until.js';
import { type Figures, figuresOf } from './figures.js';
import { APPS, changeCable, Hosts, REDISES, type RedisWay, readAllLogs, URL_OF_CHAT } from './hosts.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    users: { type: 'string', default: '20' },
    rate: { type: 'string', default: '10' },
    only: { type: 'string' },
    redis: { type: 'string', default: 'cluster' },
    code: { type: 'string', default: root },
    next: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const users = Number(values.users);
const way: RedisWay = values.redis === 'one' ? 'one' : 'cluster';
/** All users must have all messages within this time after the last one. */
const SETTLE_TIMEOUT_MS = 60_000;
/** A slow cable adds this delay in each direction, and loses this part of the frames. */
const DELAY_MS = 20;
const LOSS_PERCENT = 1;
const ROOMS = 3;
const thirdMs = (seconds * 1_000) / 3;

type Cell = string | number | null;

interface Scenario {
  name: string;
  what: string;
  /** Runs while users talk. They stop when it resolves. */
  disturb: (hosts: Hosts) => Promise<void>;
}

/** Cuts a host off for the second third of the time. */
async function cutOff(host: string): Promise<void> {
  await sleep(thirdMs);
  await changeCable('cut', host);
  await sleep(thirdMs);
  await changeCable('mend', host);
  await sleep(thirdMs);
}

async function slowDown(names: readonly string[]): Promise<void> {
  for (const host of names) await changeCable('slow', host, DELAY_MS, LOSS_PERCENT);
  await sleep(seconds * 1_000);
  for (const host of names) await changeCable('fast', host);
}

/** Cuts a master off while its replica lags behind. `REDIS_WAIT` decides what becomes of its last answers. */
async function slowAndCut(names: readonly string[], host: string): Promise<void> {
  for (const one of names) await changeCable('slow', one, DELAY_MS, LOSS_PERCENT);
  await cutOff(host);
  for (const one of names) await changeCable('fast', one);
}

async function rollTo(folder: string, hosts: Hosts): Promise<void> {
  for (const app of APPS) await hosts.replace(app, folder);
}

const SCENARIOS: Scenario[] = [
  { name: 'quiet', what: 'nothing happens', disturb: () => sleep(seconds * 1_000) },
  { name: 'app', what: `app2 is cut off for ${Math.round(thirdMs / 1_000)} s`, disturb: () => cutOff('app2') },
  {
    name: 'slow',
    what: '20 ms and 1 % loss each way at all six hosts',
    disturb: () => slowDown([...APPS, ...REDISES]),
  },
  { name: 'redis', what: `redis1 is cut off for ${Math.round(thirdMs / 1_000)} s`, disturb: () => cutOff('redis1') },
  {
    name: 'worst',
    what: `the same delay and loss, and redis1 is cut off for ${Math.round(thirdMs / 1_000)} s`,
    disturb: () => slowAndCut([...APPS, ...REDISES], 'redis1'),
  },
  { name: 'roll', what: 'a new version, host by host', disturb: (hosts) => rollTo(values.next ?? values.code, hosts) },
  { name: 'back', what: 'back to the former version, host by host', disturb: (hosts) => rollTo(values.code, hosts) },
];

async function play({ name, disturb }: Scenario, place: number, hosts: Hosts): Promise<Figures> {
  const record = new Record();
  // the whole scenario is one fault, so that failed attempts are counted and are no violation
  const fault = record.beginFault('api-stop');
  const crowd: Crowd = {
    record,
    rooms: Array.from({ length: ROOMS }, (_, number) => `${name}-${number}`),
    habits: [],
    longest: 0,
    sessions: [],
  };
  const people = Array.from(
    { length: users },
    (_, number) =>
      new Person(1_000 * place + number, crowd, () => [URL_OF_CHAT], new Random(place * 1_000 + number + 1)),
  );
  for (const person of people) person.talk((users * 1_000) / Number(values.rate));
  await disturb(hosts);
  await Promise.all(people.map((person) => person.beQuiet()));
  const settled = async (): Promise<boolean> =>
    isSettled(crowd.sessions, await readAllLogs(way).catch(() => new Map()));
  await until(settled, 'all users have all messages', SETTLE_TIMEOUT_MS).catch((error: unknown) =>
    record.violation('did not settle', String(error)),
  );
  fault.to = Date.now();
  const figures = figuresOf(record, crowd.sessions, await readAllLogs(way));
  await Promise.all(people.map((person) => person.go(true)));
  if (figures.failed > 0)
    console.log(`  failed attempts: ${[...record.failures].map(([what, times]) => `${what} ${times}`).join(', ')}`);
  return figures;
}

function row(what: string, one: Figures, failovers: number): Cell[] {
  return [
    what,
    whole(one.acknowledged),
    whole(one.delivered),
    one.lost,
    one.doubled,
    one.outOfOrder,
    one.sessionsLost,
    one.failed,
    failovers,
    ...[one.p50Ms, one.p99Ms, one.longestMs, one.silenceMs].map(whole),
  ];
}

const COLUMNS = [
  'what',
  'acknowledged',
  'delivered',
  'lost',
  'doubled',
  'out of order',
  'sessions lost',
  'failed attempts',
  'failovers',
  'p50 ms',
  'p99 ms',
  'longest ms',
  'silence ms',
];

async function playAll(scenarios: Scenario[]): Promise<void> {
  const hosts = await Hosts.start(way, values.code);
  const rows: Cell[][] = [];
  for (const [place, scenario] of scenarios.entries()) {
    const machine = `load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`;
    console.log(`${scenario.name}: ${scenario.what} (this machine: ${machine})`);
    const before = await hosts.failovers();
    const figures = await play(scenario, place, hosts);
    rows.push(row(scenario.what, figures, (await hosts.failovers()) - before));
    for (const one of [...figures.violations, ...hosts.crashed()]) console.log(`  ${one}`);
    if (figures.violations.length > 0) process.exitCode = 1;
  }
  console.log(table(COLUMNS, rows));
}

await playAll(SCENARIOS.filter(({ name }) => values.only?.split(',').includes(name) ?? true));
process.exit();
