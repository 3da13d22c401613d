/**
 * The Lua scripts: one atomic step each, in `lua/<concept>/<name>-<number of keys>.lua`, `n` where that differs from call to call. What several of
 * them do in the same way is a part, in `lua/parts/`; a script names its parts on its first line. ioredis sends them by hash and loads
 * them when a Redis has forgotten them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { RedisClient } from '../redis/owners.js';

export type ScriptName =
  | 'admit'
  | 'advance'
  | 'append'
  | 'attach'
  | 'authorize'
  | 'batch'
  | 'block'
  | 'claim'
  | 'create'
  | 'deliver'
  | 'end'
  | 'enter-room'
  | 'enter-user'
  | 'entered'
  | 'erase'
  | 'erase-log'
  | 'exit-room'
  | 'exit-user'
  | 'exited'
  | 'farewell'
  | 'forget'
  | 'history-page'
  | 'may-speak'
  | 'moderate-member'
  | 'moderate-room'
  | 'overview'
  | 'own'
  | 'release'
  | 'remember'
  | 'rename-room'
  | 'rename-user'
  | 'renew-log'
  | 'resume'
  | 'set-value'
  | 'touch'
  | 'value-weights'
  | 'values';

export type Argument = string | number;
type Command = (...args: Argument[]) => Promise<unknown>;

const folder = new URL('./lua/', import.meta.url);

/** The scripts in the form ioredis takes them: name -> source and number of keys. */
const scripts = Object.fromEntries(
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((file) => {
    const [, name, keys] = /([^/\\]+)-(\d+|n)\.lua$/.exec(file) ?? [];
    if (name === undefined) return []; // a folder, or a part
    return [[name, { lua: withParts(read(file)), ...(keys !== 'n' && { numberOfKeys: Number(keys) }) }]];
  }),
);

/** In a cluster, what scripts publish goes only to the shard of the slot (their channels bear its tag), and slots may move. */
export function scriptsFor(cluster: boolean): typeof scripts {
  if (!cluster) return scripts;
  const adapted = (lua: string): string =>
    lua
      .replaceAll("redis.call('PUBLISH'", "redis.call('SPUBLISH'")
      .replace('local cluster = false', 'local cluster = true');
  return Object.fromEntries(
    Object.entries(scripts).map(([name, script]) => [name, { ...script, lua: adapted(script.lua) }]),
  );
}

function read(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8');
}

/** A script after its parts: `-- with push, clock` on its first line. */
function withParts(lua: string): string {
  const parts = /^-- with (.+)/.exec(lua)?.[1]?.split(', ') ?? [];
  return [...parts.map((part) => read(`parts/${part}.lua`)), lua].join('');
}

/** Runs one script. Keys first (after their number, where the file's name says `n`), then arguments, as the first lines of its file say. */
export function run<Reply>(redis: RedisClient, name: ScriptName, ...keysAndArguments: Argument[]): Promise<Reply> {
  const command = (redis as unknown as Record<ScriptName, Command>)[name];
  return command.apply(redis, keysAndArguments) as Promise<Reply>;
}
