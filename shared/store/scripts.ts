/**
 * The Lua scripts: one atomic step each, in `lua/<name>-<number of keys>.lua`, `n` where that differs from call to call. ioredis sends
 * them by hash and loads them when a Redis has forgotten them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

export type ScriptName =
  | 'advance' | 'append' | 'attach' | 'authorize' | 'batch' | 'claim' | 'create' | 'deliver' | 'end' | 'enter-room'
  | 'enter-user' | 'erase' | 'erase-log' | 'farewell' | 'forget' | 'govern' | 'exit-room' | 'exit-user' | 'release' | 'rename-room' | 'rename-user' | 'touch';

export type Argument = string | number;
type Command = (...args: Argument[]) => Promise<unknown>;

const folder = new URL('./lua/', import.meta.url);

/** The scripts in the form ioredis takes them: name -> source and number of keys. */
export const scripts = Object.fromEntries(readdirSync(folder).map((file) => {
  const [, name = '', keys] = /^(.+)-(\d+|n)\.lua$/.exec(file) ?? [];
  return [name, { lua: readFileSync(new URL(file, folder), 'utf8'), ...(keys !== 'n' && { numberOfKeys: Number(keys) }) }];
}));

/** Runs one script. Keys first (after their number, where the file's name says `n`), then arguments, as the first lines of its file say. */
export function run<Reply>(redis: Redis, name: ScriptName, ...keysAndArguments: Argument[]): Promise<Reply> {
  const command = (redis as unknown as Record<ScriptName, Command>)[name];
  return command.apply(redis, keysAndArguments) as Promise<Reply>;
}
