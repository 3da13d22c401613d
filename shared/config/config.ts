/**
 * The only reader of the environment. A bad value stops the start with one line that says what is allowed.
 * The result is frozen and complete, so nothing asks later whether a setting is there.
 */
import { availableParallelism } from 'node:os';
import type { Environment, Setting } from './setting-kinds.js';
import { SETTINGS, START_SETTINGS } from './settings.js';

export { ConfigError } from './setting-kinds.js';

/** The exit code of a ConfigError (EX_CONFIG of sysexits.h). pm2 does not start such a process again. */
export const CONFIG_EXIT_CODE = 78;

type Values<Group> = { readonly [Key in keyof Group]: Group[Key] extends Setting<infer Value> ? Value : never };
type Together<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** The settings of all groups, by the keys of the table. */
export type Config = Values<Together<(typeof SETTINGS)[keyof typeof SETTINGS]>>;

function read<Group extends Record<string, Setting<unknown>>>(settings: Group, env: Environment): Values<Group> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, setting]) => [key, setting.read(env)]),
  ) as Values<Group>;
}

/** Reads and checks all settings of a process. Throws ConfigError for the first that is not allowed. */
export function readConfig(env: Environment): Config {
  return Object.freeze(read(Object.assign({}, ...Object.values(SETTINGS)), env)) as Config;
}

/** Reads and checks the settings that only the start needs. Throws ConfigError for the first that is not allowed. */
export function readStartConfig(env: Environment) {
  return Object.freeze({
    ...read(START_SETTINGS, env),
    /** False when the host gave a Redis: then none is started. */
    ownRedis: !env.REDIS_URL,
    cores: availableParallelism(),
  });
}
