/** The kinds of settings: how a variable is read, refused and described. */

/** A value that the host has to change before anything can start. The message is one line for the host. */
export class ConfigError extends Error {}

export type Environment = Record<string, string | undefined>;

export interface Setting<Value> {
  /** The environment variable. */
  name: string;
  /** One or two sentences for the host, with the unit of the value. */
  about: string;
  /** The default, and the allowed values, as words for the documentation. */
  usual: string;
  allowed: string;
  /** Returns the value, or the default for an empty or absent variable. Throws ConfigError for any other value. */
  read(env: Environment): Value;
}

/** Returns a variable. An empty one is as good as none. */
export const given = (env: Environment, name: string): string | undefined => env[name] || undefined;
const figure = (value: number): string => value.toLocaleString('en-US');

/** A default that depends on the environment, with the words that say so. */
export interface Computed {
  of(env: Environment): number;
  words: string;
}

/** A whole number. `also` is a value beside the range, for tests. */
export function whole(
  name: string,
  usual: number | Computed,
  [min, max]: [number, number],
  about: string,
  also?: number,
): Setting<number> {
  const computed = typeof usual === 'number' ? { of: () => usual, words: figure(usual) } : usual;
  return {
    name,
    about,
    usual: computed.words,
    allowed: `${figure(min)} to ${figure(max)}`,
    read(env) {
      const text = given(env, name);
      if (text === undefined) return computed.of(env);
      const value = Number(text);
      if (/^\d+$/.test(text) && ((value >= min && value <= max) || value === also)) return value;
      throw new ConfigError(`${name}=${text} is not allowed: give a whole number from ${min} to ${max}.`);
    },
  };
}

/** One of some words. */
export function choice<T extends string>(name: string, usual: T, words: readonly T[], about: string): Setting<T> {
  return {
    name,
    about,
    usual: `\`${usual}\``,
    allowed: words.map((word) => `\`${word}\``).join(', '),
    read(env) {
      const text = given(env, name);
      if (text === undefined) return usual;
      const value = words.find((word) => word === text);
      if (value !== undefined) return value;
      throw new ConfigError(`${name}=${text} is not allowed: give one of ${words.join(', ')}.`);
    },
  };
}

/** `on` or `off`. */
export function onOff(name: string, usual: 'on' | 'off', about: string): Setting<boolean> {
  const setting = choice(name, usual, ['on', 'off'], about);
  return { ...setting, read: (env) => setting.read(env) === 'on' };
}

/** A list with commas between. `allowed` says what its members are. */
export function list(
  name: string,
  allowed: string,
  isAllowed: (one: string) => boolean,
  about: string,
): Setting<string[]> {
  return {
    name,
    about,
    usual: 'none',
    allowed,
    read(env) {
      const all = (env[name] ?? '')
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== '');
      if (all.every(isAllowed)) return all;
      throw new ConfigError(`${name}=${env[name]} is not allowed: give ${allowed}, with commas between.`);
    },
  };
}
