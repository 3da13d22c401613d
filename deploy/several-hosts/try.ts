/** People talk through the proxy while hosts are cut off, made slow and replaced; then it is counted what became of each message. */
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
import { APPS, cable, Hosts, REDISES, type RedisWay, readAllLogs, URL_OF_CHAT } from './hosts.js';

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
/** Everybody has everything so long (ms) after the last message, at most. */
const SETTLE = 60_000;
const ROOMS = 3;
const third = (seconds * 1_000) / 3;

type Cell = string | number | null;

interface Scenario {
  name: string;
  what: string;
  /** Done while people talk; what it takes is the time they have. */
  make: (hosts: Hosts) => Promise<void>;
}

/** Goes on for a third of the time, cuts a host off for the next, and lets it be back for the last. */
async function cutOff(host: string): Promise<void> {
  await sleep(third);
  await cable('cut', host);
  await sleep(third);
  await cable('mend', host);
  await sleep(third);
}

async function slowDown(names: readonly string[]): Promise<void> {
  for (const host of names) await cable('slow', host, 20, 1);
  await sleep(seconds * 1_000);
  for (const host of names) await cable('fast', host);
}

/** A master goes while its replica is behind: what it had answered for by then is where `REDIS_WAIT` matters. */
async function slowAndCut(names: readonly string[], host: string): Promise<void> {
  for (const one of names) await cable('slow', one, 20, 1);
  await cutOff(host);
  for (const one of names) await cable('fast', one);
}

async function rollTo(folder: string, hosts: Hosts): Promise<void> {
  for (const app of APPS) await hosts.replace(app, folder);
}

const SCENARIOS: Scenario[] = [
  { name: 'quiet', what: 'nothing happens', make: () => sleep(seconds * 1_000) },
  { name: 'app', what: `app2 is cut off for ${Math.round(third / 1_000)} s`, make: () => cutOff('app2') },
  { name: 'slow', what: '20 ms and 1 % loss each way at all six hosts', make: () => slowDown([...APPS, ...REDISES]) },
  { name: 'redis', what: `redis1 is cut off for ${Math.round(third / 1_000)} s`, make: () => cutOff('redis1') },
  {
    name: 'worst',
    what: `the same delay and loss, and redis1 is cut off for ${Math.round(third / 1_000)} s`,
    make: () => slowAndCut([...APPS, ...REDISES], 'redis1'),
  },
  { name: 'roll', what: 'a new version, host by host', make: (hosts) => rollTo(values.next ?? values.code, hosts) },
  { name: 'back', what: 'back to the former version, host by host', make: (hosts) => rollTo(values.code, hosts) },
];

async function play({ name, make }: Scenario, place: number, hosts: Hosts): Promise<Figures> {
  const record = new Record();
  // whatever fails meanwhile is counted, and no more: the whole of it is one fault
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
  await make(hosts);
  await Promise.all(people.map((person) => person.beQuiet()));
  const settled = async (): Promise<boolean> =>
    isSettled(crowd.sessions, await readAllLogs(way).catch(() => new Map()));
  await until(settled, 'everybody has everything', SETTLE).catch((error: unknown) =>
    record.violation('did not settle', String(error)),
  );
  fault.to = Date.now();
  const figures = figuresOf(record, crowd.sessions, await readAllLogs(way));
  await Promise.all(people.map((person) => person.go(true)));
  if (figures.failed > 0)
    console.log(
      `  attempts that failed: ${[...record.failures].map(([what, times]) => `${what} ${times}`).join(', ')}`,
    );
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
    ...[one.p50, one.p99, one.longest, one.silence].map(whole),
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
    console.log(
      `${scenario.name}: ${scenario.what} (load of this machine ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores)`,
    );
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
