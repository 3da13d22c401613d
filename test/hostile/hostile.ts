/** One hostile run: honest users alone, then together with every attack at once, on a system of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuSeconds, residentBytes } from '../../bench/systems/usage.js';
import type { RedisClient } from '../../shared/redis/client.js';
import { root } from '../support/child.js';
import { ask } from '../support/client.js';
import { TestCluster } from '../support/cluster.js';
import { type Settings, startSystem, type TestSystem } from '../support/processes.js';
import { masters, openRedis, type TestRedis } from '../support/redis.js';
import { LOCKED } from './attacks.js';
import type { AttackOrder, AttackReport, HonestOrder, HonestReport, Phase } from './messages.js';

export interface HostileOptions {
  /** A quarter of them quiet. */
  seconds: number;
  rooms: number;
  users: number;
  /** Messages a second of the honest users. */
  rate: number;
  /** Requests a second of the attackers. */
  attacks: number;
  guesses: number;
  /** Settings of the chat, beside its defaults. */
  env?: Settings;
}

/** The cores that a part of the machine used in a phase. */
export type Cores = Record<string, number>;

/** MB, by part. */
export interface Memory {
  second: number;
  parts: Record<string, number>;
}

export interface HostileReport {
  options: HostileOptions;
  honest: HonestReport;
  attackers: AttackReport;
  cores: Record<Phase, Cores>;
  memory: Memory[];
  /** The warnings and worse that the processes logged. */
  warnings: string[];
  /** Processes that ended by themselves. */
  ended: number;
}

type Say = (text: string) => void;

const MB = 1_048_576;
const LOOK = 1_000;
const QUIET = 0.25;
/** Attackers bring machines of their own: here they get what the chat leaves. */
const ATTACKERS_NICE = 10;

export async function runHostile(options: HostileOptions, say: Say = () => undefined): Promise<HostileReport> {
  const system = await startSystem({ apis: 2, workers: 1, env: { TRUST_PROXY: 1, ...options.env } });
  const redis = openRedis(system.redis.url);
  const [honest, attackers] = [start('honest'), start('attackers')];
  setPriority(attackers.pid ?? 0, ATTACKERS_NICE);
  try {
    return await phases(options, { system, redis, honest, attackers }, say);
  } finally {
    for (const child of [honest, attackers]) child.disconnect();
    redis.disconnect();
    await system.stop();
  }
}

/** The chat, and the processes of those who use it and attack it. */
interface Parties {
  system: TestSystem;
  redis: RedisClient;
  honest: ChildProcess;
  attackers: ChildProcess;
}

async function phases(
  options: HostileOptions,
  { system, redis, honest, attackers }: Parties,
  say: Say,
): Promise<HostileReport> {
  const { seconds, rooms, users, rate, attacks, guesses } = options;
  const pids = { ...partsOf(system), 'honest users': honest.pid ?? 0, attackers: attackers.pid ?? 0 };
  const memory: Memory[] = [];
  const began = Date.now();
  const look = async (): Promise<void> =>
    void memory.push({ second: (Date.now() - began) / 1_000, parts: await memoryOf(system, redis) });
  const timer = setInterval(() => void look(), LOOK);
  try {
    await answer(honest, { urls: system.urls, rooms, users, rate } satisfies HonestOrder);
    say(`${users} honest users in ${rooms} rooms; quiet`);
    const quiet = await coresWhile(pids, () => sleep(seconds * 1_000 * QUIET));
    say('all attacks');
    const lasts = seconds * (1 - QUIET);
    await lockRoom(system.url);
    await answer(attackers, { infiltrate: system.urls });
    honest.send({ phase: 'attack' });
    const attacked = answer<AttackReport>(attackers, { rate: attacks, guesses, seconds: lasts } satisfies AttackOrder);
    const attack = await coresWhile(pids, () => sleep(lasts * 1_000));
    attackers.send({ over: true });
    const attackReport = await attacked;
    say('over; what is under way comes to its end');
    const honestReport = await answer<HonestReport>(honest, { phase: 'over' });
    await look();
    const processes = [...system.apis, ...system.workers];
    return {
      options,
      honest: honestReport,
      attackers: attackReport,
      cores: { quiet, attack },
      memory,
      warnings: processes.flatMap((one) =>
        one
          .output()
          .split('\n')
          .filter((line) => /"level":[456]0/.test(line)),
      ),
      ended: processes.filter((one) => one.ended).length,
    };
  } finally {
    clearInterval(timer);
  }
}

/** Makes a room with a key. */
async function lockRoom(url: string): Promise<void> {
  const { token } = await ask<{ token: string }>(url, 'join', { room: LOCKED });
  await ask(url, 'keys', { token, room: LOCKED, member: 'renew' });
}

/** Starts a process of a run. */
export function start(name: string): ChildProcess {
  const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  return fork(script, {
    cwd: root,
    execArgv: ['--import', './test/chaos/typescript.js'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** Gives an order; resolves with the report it leads to. */
export async function answer<Report>(child: ChildProcess, order: object): Promise<Report> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('a process of the run ended');
  });
  const came = once(child, 'message') as Promise<[{ report?: Report }]>;
  child.send(order);
  const [message] = await Promise.race([came, ended]);
  return message.report as Report;
}

function partsOf({ apis, workers, redis }: TestSystem): Record<string, number> {
  return {
    ...Object.fromEntries(apis.map(({ pid }, i) => [`API ${i + 1}`, pid])),
    worker: workers[0]?.pid ?? 0,
    ...redisParts(redis),
  };
}

function redisParts(redis: TestRedis): Record<string, number> {
  return redis instanceof TestCluster
    ? Object.fromEntries(redis.nodes.map(({ pid }, i) => [`Redis ${i + 1}`, pid]))
    : { Redis: redis.pid };
}

async function memoryOf(system: TestSystem, redis: RedisClient): Promise<Record<string, number>> {
  const infos = await Promise.all((await masters(redis)).map((node) => node.info('memory')));
  const used = infos.reduce((sum, info) => sum + Number(/used_memory:(\d+)/.exec(info)?.[1]) / MB, 0);
  return {
    ...Object.fromEntries(system.apis.map(({ pid }, i) => [`API ${i + 1}`, residentBytes(pid) / MB])),
    Redis: used,
  };
}

export async function coresWhile(pids: Record<string, number>, wait: () => Promise<unknown>): Promise<Cores> {
  const now = (): Cores => Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid)]));
  const [before, busy, began] = [now(), busySeconds(), Date.now()];
  await wait();
  const [after, busyNow, took] = [now(), busySeconds(), (Date.now() - began) / 1_000];
  const ours = Object.fromEntries(
    Object.keys(pids).map((name) => [name, ((after[name] ?? 0) - (before[name] ?? 0)) / took]),
  );
  const known = Object.values(ours).reduce((sum, cores) => sum + cores, 0);
  return { ...ours, 'others and the kernel': Math.max(0, (busyNow - busy) / took - known) };
}

/** Seconds of CPU that the machine has spent on anything: who measures on a machine that others use sees it here. */
function busySeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? ''
  )
    .split(' ')
    .map(Number);
  return (user + nice + system + irq + softirq) / 100; // USER_HZ
}
