/**
 * The Lua scripts: one atomic step each, in `lua/<concept>/<name>-<number of keys>.lua`, `n` where that differs from
 * call to call. Code that several of them share is a part, in `lua/parts/`. A script names its parts on its first
 * lines. A name of a key or channel that a script makes itself begins with `<prefix>`, which is replaced here. ioredis
 * sends scripts by their hash, and loads them when a Redis has forgotten them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { RedisClient } from '../redis/client.js';
import type { ScriptReply } from './script-replies.js';
import { type Argument, SCRIPTS, type ScriptInput, type ScriptName } from './script-table.js';

export type { ScriptInput, ScriptName, ScriptReply };

const folder = new URL('./lua/', import.meta.url);

/** The scripts in the form ioredis takes them: name -> source and number of keys. */
const scripts = Object.fromEntries(
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((file) => {
    const [, name, keys] = /([^/\\]+)-(\d+|n)\.lua$/.exec(file) ?? [];
    if (name === undefined) return []; // a folder, or a part
    return [[name, { lua: withParts(read(file)), ...(keys !== 'n' && { numberOfKeys: Number(keys) }) }]];
  }),
);

/**
 * Returns the scripts for one Redis or for a cluster. In a cluster, what scripts publish goes only to the shard of the
 * slot (their channels bear its tag), and slots may move. `prefix`: what the names of all keys and channels begin with.
 */
export function scriptsFor(cluster: boolean, prefix = ''): typeof scripts {
  const forCluster = (lua: string): string =>
    lua
      .replaceAll("redis.call('PUBLISH'", "redis.call('SPUBLISH'")
      .replace('local cluster = false', 'local cluster = true');
  const adapted = (lua: string): string => (cluster ? forCluster(lua) : lua).replaceAll('<prefix>', prefix);
  return Object.fromEntries(
    Object.entries(scripts).map(([name, script]) => [name, { ...script, lua: adapted(script.lua) }]),
  );
}

function read(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8');
}

/** Returns a script behind its parts: `-- with push, clock` on its first lines. */
function withParts(lua: string): string {
  const [head = ''] = /^(?:-- with .+\n)*/.exec(lua) ?? [];
  const parts = [...head.matchAll(/^-- with (.+)$/gm)].flatMap(([, names = '']) => names.split(', '));
  return [...parts.map((part) => read(`parts/${part}.lua`)), lua].join('');
}

/** Runs one script with its keys and arguments by name. Resolves with its reply. */
export function run<Name extends ScriptName>(
  redis: RedisClient,
  name: Name,
  input: ScriptInput<Name>,
): Promise<ScriptReply<Name>> {
  const command = (redis as unknown as Record<ScriptName, Command>)[name];
  return command.apply(redis, inOrder(name, input)) as Promise<ScriptReply<Name>>;
}

/** Returns the pairs of a flat reply: field, value, field, value. */
export function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? '']);
}

/** Returns the first key that a script is given: it tells which master of a cluster runs it. */
export function firstKey<Name extends ScriptName>(name: Name, input: ScriptInput<Name>): string {
  return (input as Values)[SCRIPTS[name].keys[0] ?? ''] as string;
}

type Command = (...args: Argument[]) => Promise<unknown>;
type Values = Readonly<Record<string, unknown>>;
type Plan = {
  readonly names: readonly string[];
  readonly keyCount: number;
  readonly list?: {
    readonly name: string;
    readonly keys: readonly string[];
    readonly args: readonly string[];
    readonly tail?: string;
  };
};

/** The order of each script, made once: this runs for every call. */
const PLANS = new Map<ScriptName, Plan>(
  Object.entries(SCRIPTS).map(([name, script]) => [
    name as ScriptName,
    {
      names: [...script.keys, ...script.args],
      keyCount: script.keys.length,
      ...('list' in script && { list: script.list }),
    },
  ]),
);

/** Returns keys and arguments as ioredis takes them: after the number of keys, where the name of the file says `n`. */
function inOrder<Name extends ScriptName>(name: Name, input: ScriptInput<Name>): Argument[] {
  const { names, keyCount, list } = PLANS.get(name) as Plan;
  const fixed = pick(input, names);
  if (!list) return fixed;
  const items = (input as Values)[list.name] as readonly Values[];
  const keys = items.flatMap((item) => pick(item, list.keys));
  const args = items.flatMap((item) => [...pick(item, list.args), ...tailOf(item, list.tail)]);
  if (list.keys.length === 0) return [...fixed, ...args];
  return [keyCount + keys.length, ...fixed.slice(0, keyCount), ...keys, ...fixed.slice(keyCount), ...args];
}

function pick(input: unknown, names: readonly string[]): Argument[] {
  const values = input as Readonly<Record<string, Argument>>;
  const picked = new Array<Argument>(names.length);
  for (let i = 0; i < names.length; i += 1) picked[i] = values[names[i] as string] as Argument;
  return picked;
}

function tailOf(item: Values, tail: string | undefined): readonly Argument[] {
  return tail === undefined ? [] : (item[tail] as readonly Argument[]);
}
