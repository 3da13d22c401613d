/** The options of a chaos run. */
import { parseArgs } from 'node:util';
import { Problem } from '../../scripts/problem.js';
import { HABITS, type Habit } from './habits.js';
import { CLUSTER_FAULTS, FAULTS, type FaultKind, faultsOf } from './plan.js';

export interface ChaosOptions {
  /** How long faults are made. Starting before and settling after come on top. */
  seconds: number;
  users: number;
  rooms: number;
  /** Messages a second, of all users together. */
  rate: number;
  seed: number;
  faults: FaultKind[];
  habits: Habit[];
  fsync: 'always' | 'everysec';
  live: 'on' | 'off';
  apis: number;
  workers: number;
  redis: 'one' | 'cluster';
  /** The chat's REDIS_WAIT setting. */
  wait: number;
  /** A checkout of a former version, built: every other process is of that version. */
  former?: string | undefined;
}

export const USAGE = `npm run chaos -- [options]
  --seconds N        how long faults are made (60), 1 to 7200
  --users N          (30), 2 to 500
  --rooms N          (5), 1 to 50
  --rate N           messages a second, of all users together (25), 1 to 500
  --faults a,b       these only, of: ${FAULTS.join(', ')};
                     and what clients do wrong: ${HABITS.join(', ')}
                     and with --redis cluster of: ${CLUSTER_FAULTS.join(', ')}
  --redis one|cluster       a Redis, or a cluster of three masters and three replicas (one)
  --wait N           the chat's REDIS_WAIT setting (0)
  --seed N           repeats the schedule of the run that printed it
  --fsync always|everysec   Redis's appendfsync (everysec)
  --live on|off      the chat's LIVE setting (on)
  --apis N           API processes (3), 1 to 8
  --workers N        worker processes (2), 1 to 8
  --former DIR       a built checkout of a former version: every other process that starts is of it`;

const TEXT = [
  'seconds',
  'users',
  'rooms',
  'rate',
  'seed',
  'faults',
  'fsync',
  'live',
  'apis',
  'workers',
  'redis',
  'wait',
  'former',
] as const;
type Values = Partial<Record<(typeof TEXT)[number], string>>;

/** Null when only help is asked for. Throws a Problem for what is not allowed. */
export function readOptions(args: string[]): ChaosOptions | null {
  const values = parse(args);
  if (values === null) return null;
  const redis = choice(values, 'redis', ['one', 'cluster']);
  const known = faultsOf(redis);
  const kinds = values.faults?.split(',') ?? [...known, ...HABITS];
  const unknown = kinds.find((kind) => !known.some((one) => one === kind) && !HABITS.some((one) => one === kind));
  if (unknown !== undefined) throw new Problem(`There is no fault ${unknown}.\n${USAGE}`);
  return {
    seconds: integer(values, 'seconds', 60, 1, 7_200),
    users: integer(values, 'users', 30, 2, 500),
    rooms: integer(values, 'rooms', 5, 1, 50),
    rate: integer(values, 'rate', 25, 1, 500),
    seed: integer(values, 'seed', Math.floor(Math.random() * 1e6), 0, 2 ** 32 - 1),
    faults: known.filter((kind) => kinds.includes(kind)),
    habits: HABITS.filter((habit) => kinds.includes(habit)),
    fsync: choice(values, 'fsync', ['everysec', 'always']),
    live: choice(values, 'live', ['on', 'off']),
    apis: integer(values, 'apis', 3, 1, 8),
    workers: integer(values, 'workers', 2, 1, 8),
    redis,
    wait: integer(values, 'wait', 0, 0, 2),
    former: values.former,
  };
}

function parse(args: string[]): Values | null {
  const text = Object.fromEntries(TEXT.map((name) => [name, { type: 'string' as const }]));
  try {
    const { values } = parseArgs({ args, options: { ...text, help: { type: 'boolean' } } });
    return values.help ? null : (values as Values);
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function integer(values: Values, name: keyof Values, fallback: number, min: number, max: number): number {
  const text = values[name] ?? String(fallback);
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new Problem(`--${name} must be a whole number from ${min} to ${max}.`);
  return value;
}

function choice<const T extends string>(values: Values, name: keyof Values, allowed: readonly [T, ...T[]]): T {
  const text = values[name] ?? allowed[0];
  const value = allowed.find((one) => one === text);
  if (value === undefined) throw new Problem(`--${name} must be one of ${allowed.join(', ')}.`);
  return value;
}
