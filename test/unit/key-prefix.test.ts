/** REDIS_PREFIX: every name that the chat gives to a key or a channel begins with it, in TypeScript and in Lua. */
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../shared/config/config.js';
import { queueOptions } from '../../shared/queues.js';
import type { RedisClient } from '../../shared/redis/client.js';
import { Keys } from '../../shared/store/keys.js';
import { scriptsFor } from '../../shared/store/scripts.js';
import { readSource, sourcesOf } from '../support/imports.js';

const PREFIX = 'school:';
/** The members of Keys that are no names of keys or channels. */
const NO_NAMES = ['constructor', 'prefix', 'userTag', 'userShard', 'roomShard', 'allShards'];

/** Every name that Keys can make, with some arguments. */
function namesOf(keys: Keys): Record<string, unknown> {
  const members = [...Object.keys(keys), ...Object.getOwnPropertyNames(Keys.prototype)];
  const names = members.filter((name) => !NO_NAMES.includes(name));
  return Object.fromEntries(
    names.map((name) => {
      const member = Reflect.get(keys, name) as unknown;
      return [name, typeof member === 'function' ? Reflect.apply(member, keys, ['5', 'lobby', 'x']) : member];
    }),
  );
}

/** The beginnings of all names when there is no prefix: `user`, `room`, ... */
const WORDS = new Set(
  Object.values(namesOf(new Keys(4))).map((name) => /^[a-z-]+/.exec(String(name))?.[0] ?? 'not a name'),
);

it('all names of Keys begin with it, and are otherwise as without one', () => {
  const [plain, prefixed] = [namesOf(new Keys(4)), namesOf(new Keys(4, PREFIX))];
  expect(Object.keys(plain).length).toBeGreaterThan(50);
  expect(prefixed).toEqual(
    Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, `${PREFIX}${value}`])),
  );
});

describe('a script', () => {
  const scripts = Object.entries(scriptsFor(false, PREFIX));

  // a pattern such as 'dirty:{' replaces the middle of a name that was given
  it.each(scripts)('%s makes no name of a key or channel that does not begin with it', (_name, { lua }) => {
    const code = lua.replace(/--.*$/gm, '');
    const bare = [...code.matchAll(/'([a-z-]+):(?!{)/g)]
      .filter(([, word = '']) => WORDS.has(word))
      .map(([text]) => text);
    expect(bare).toEqual([]);
  });
});

/** Returns a source without comments and without what `keysAt` looks for, which comes behind the prefix. */
function codeOf(file: string): string {
  return readSource(file)
    .replace(/\/\*\*[\s\S]*?\*\//g, '')
    .replace(/keysAt\(.*/g, '');
}

it('no script looks for the beginning of a name that it was given, which may be a prefix', () => {
  const scripts = Object.entries(scriptsFor(false));
  const anchored = scripts.flatMap(([name, { lua }]) =>
    [...lua.matchAll(/'\^([a-z-]+)/g)].filter(([, word = '']) => WORDS.has(word)).map(([text]) => `${name}: ${text}`),
  );
  expect(anchored).toEqual([]);
});

it('no command is given a name that is not of Keys', () => {
  const command =
    /[rR]edis\.(?:[gs]et|m?get|unlink|del|exists|[hzlsx][a-z]+|incr\w*|p?expire|s?publish)\(\s*['`][^)]*/g;
  const files = sourcesOf('apps/api', 'apps/worker', 'shared');
  expect(files.flatMap((file) => [...codeOf(file).matchAll(command)].map(([text]) => `${file}: ${text}`))).toEqual([]);
});

it('no other source makes such a name', () => {
  const files = sourcesOf('apps/api', 'apps/worker', 'shared').filter((file) => file !== 'shared/store/keys.ts');
  const word = [...WORDS].join('|');
  const bare = files.flatMap((file) =>
    [...codeOf(file).matchAll(new RegExp(`[\`'](?:${word}):\\S*`, 'g'))].map(([text]) => `${file}: ${text}`),
  );
  expect(bare).toEqual([]);
});

it('the keys of queues begin with it, and in a cluster have the same hash tag as without one', () => {
  const [one, cluster] = [{ isCluster: false }, { isCluster: true }] as RedisClient[];
  const prefixOf = (connection: RedisClient | undefined, redisPrefix: string) =>
    queueOptions('fanout-1', connection as RedisClient, { redisPrefix }).prefix;
  expect(prefixOf(one, '')).toBe('bull');
  expect(prefixOf(one, PREFIX)).toBe('school:bull');
  expect(prefixOf(cluster, '')).toBe('bull:{fanout-1}');
  expect(prefixOf(cluster, PREFIX)).toBe('school:bull:{fanout-1}');
});

it.each(['', 'school:', 'a-b_C9:', 'x'.repeat(40)])('"%s" is allowed', (REDIS_PREFIX) => {
  expect(readConfig({ REDIS_PREFIX }).redisPrefix).toBe(REDIS_PREFIX);
});

it.each(['{a}', 'a b', 'a*', 'ä:', 'x'.repeat(41)])('"%s" is refused with what is allowed', (REDIS_PREFIX) => {
  expect(() => readConfig({ REDIS_PREFIX })).toThrow(
    `REDIS_PREFIX=${REDIS_PREFIX} is not allowed: give at most 40 characters of A-Z a-z 0-9 : _ -, such as school:.`,
  );
});
