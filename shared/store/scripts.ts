/**
 * The Lua scripts: one atomic step each, in `lua/<name>-<number of keys>.lua`, `n` where that differs from call to call. ioredis sends
 * them by hash and loads them when a Redis has forgotten them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { RedisClient } from '../redis-owners.js';

export type ScriptName =
  | 'advance' | 'append' | 'attach' | 'authorize' | 'batch' | 'claim' | 'create' | 'deliver' | 'end' | 'enter-room'
  | 'enter-user' | 'erase' | 'erase-log' | 'farewell' | 'forget' | 'govern' | 'exit-room' | 'exit-user' | 'release' | 'rename-room' | 'rename-user' | 'touch';

export type Argument = string | number;
type Command = (...args: Argument[]) => Promise<unknown>;

const folder = new URL('./lua/', import.meta.url);

/** The scripts in the form ioredis takes them: name -> source and number of keys. */
const scripts = Object.fromEntries(readdirSync(folder).map((file) => {
  const [, name = '', keys] = /^(.+)-(\d+|n)\.lua$/.exec(file) ?? [];
  return [name, { lua: readFileSync(new URL(file, folder), 'utf8'), ...(keys !== 'n' && { numberOfKeys: Number(keys) }) }];
}));

/** In a cluster, what scripts publish goes only to the shard of the slot (their channels bear its tag), and slots may move. */
export function scriptsFor(cluster: boolean): typeof scripts {
  if (!cluster) return scripts;
  const adapted = (lua: string): string => lua.replaceAll("redis.call('PUBLISH'", "redis.call('SPUBLISH'").replace('local cluster = false', 'local cluster = true');
  return Object.fromEntries(Object.entries(scripts).map(([name, script]) => [name, { ...script, lua: adapted(script.lua) }]));
}

/** Runs one script. Keys first (after their number, where the file's name says `n`), then arguments, as the first lines of its file say. */
export function run<Reply>(redis: RedisClient, name: ScriptName, ...keysAndArguments: Argument[]): Promise<Reply> {
  const command = (redis as unknown as Record<ScriptName, Command>)[name];
  return command.apply(redis, keysAndArguments) as Promise<Reply>;
}
