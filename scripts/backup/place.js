/** The Redis that a backup is taken from or restored into: that of REDIS_URL, or the chat's own, running or not. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem, reasonOf } from '../problem.js';
import { inProject } from '../project.js';
import { ask } from '../redis-client.js';
import { checked } from '../start/checks.js';
import { choosePort, folder, logFile, redisArguments, redisProgram, running, silentPort } from '../start/own-redis.js';

const CHECK_EVERY_MS = 50;
/** A restored key of half a GB takes some seconds. */
const COMMAND_TIMEOUT_MS = 60_000;
const SCAN_COUNT = 1_000;

/**
 * `nameOf` returns a key without the chat's prefix, or null if it belongs to another chat on this Redis.
 *
 * @typedef {import('#dist/shared/redis/client.js').RedisClient} RedisClient
 * @typedef {{ shards: number, redisPrefix: string }} Settings
 * @typedef {{ redis: RedisClient, masters: () => import('ioredis').Redis[], keys: import('#dist/shared/store/keys.js').Keys,
 *   shards: number, nameOf: (key: string) => string | null, isStarted: boolean }} Place `isStarted`: the Redis did not
 *   run, and ends with this command.
 */

/**
 * Connects, works, and disconnects. `create`: the chat's own Redis may begin here.
 *
 * @template T
 * @param {{ create: boolean }} how
 * @param {(place: Place) => Promise<T>} work
 */
export async function withPlace({ create }, work) {
  if (!existsSync(inProject('dist/shared/config/config.js')))
    throw new Problem('The chat is not built yet. Run "npm ci && npm run build" first.');
  const settings = await checked(({ readConfig, readStartConfig }) => ({
    ...readStartConfig(process.env),
    ...readConfig(process.env),
  }));
  if (!settings.ownRedis)
    return withClient(settings.redisUrl, settings, (place) => work({ ...place, isStarted: false }));
  const own = await ownRedis(create, settings);
  try {
    const { port, isStarted } = own;
    return await withClient(`redis://127.0.0.1:${port}`, settings, (place) => work({ ...place, isStarted }));
  } finally {
    await own.end();
  }
}

/**
 * @template T
 * @param {string} url
 * @param {Settings} settings
 * @param {(place: Omit<Place, 'isStarted'>) => Promise<T>} work
 */
async function withClient(url, { shards, redisPrefix }, work) {
  const { connect } = await import('#dist/shared/redis/connect.js');
  const { mastersOf } = await import('#dist/shared/redis/client.js');
  const { Keys } = await import('#dist/shared/store/keys.js');
  const { unusableText } = await import('#dist/shared/preflight/preflight.js');
  const never = () => null;
  const redis = connect(
    url,
    { lazyConnect: true, retryStrategy: never, sentinelRetryStrategy: never, commandTimeout: COMMAND_TIMEOUT_MS },
    { lazyConnect: true, clusterRetryStrategy: never },
  );
  /** @type {Error | null} */
  let failure = null;
  redis.on('error', (error) => (failure ??= error));
  try {
    await redis.connect().catch((error) => {
      throw new Problem(unusableText(url, reasonOf(failure ?? error)));
    });
    const keys = new Keys(shards, redisPrefix);
    await redis.exists(keys.format); // after this, the client knows the nodes of a cluster
    const masters = () => mastersOf(redis);
    const nameOf = namesBeside(redisPrefix, await prefixesIn(masters()));
    return await work({ redis, masters, keys, shards, nameOf });
  } finally {
    redis.disconnect();
  }
}

/**
 * @param {string} prefix
 * @param {string[]} all the prefixes of all chats here
 * @returns {Place['nameOf']}
 */
function namesBeside(prefix, all) {
  const others = all.filter((other) => other !== prefix && other.startsWith(prefix));
  return (key) =>
    key.startsWith(prefix) && !others.some((other) => key.startsWith(other)) ? key.slice(prefix.length) : null;
}

/** Resolves with the prefixes of all chats that have data here, by the key that each of them has. */
async function prefixesIn(/** @type {import('ioredis').Redis[]} */ masters) {
  /** @type {string[]} */
  const prefixes = [];
  for (const master of masters) {
    for await (const keys of keysOf(master, '*data-format')) prefixes.push(...keys.map((key) => key.slice(0, -11)));
  }
  return prefixes;
}

/**
 * Yields the keys of one Redis, some at a time.
 *
 * @param {import('ioredis').Redis} master
 */
export async function* keysOf(master, pattern = '*') {
  for (let cursor = '0'; ; ) {
    const [next, keys] = await master.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT);
    yield keys;
    if (next === '0') return;
    cursor = next;
  }
}

/**
 * Resolves with the port of the chat's own Redis. If it does not run, it is started, and `end()` ends it.
 *
 * @param {boolean} create
 * @param {Parameters<typeof redisArguments>[1]} settings
 */
async function ownRedis(create, settings) {
  const there = await running();
  if (there) return { port: there.port, isStarted: false, end: async () => undefined };
  if (await silentPort()) throw new Problem("The chat's own Redis does not answer. Try again when it does.");
  if (!create && !existsSync(folder)) {
    throw new Problem(`There are no data in ${folder}. If the chat uses a REDIS_URL or a DATA_DIR, give it here, too.`);
  }
  const port = await choosePort();
  const child = spawn(redisProgram() ?? 'redis-server', redisArguments(port, settings), {
    stdio: 'ignore',
    detached: true,
  });
  const ended = once(child, 'exit').catch((error) => [reasonOf(error)]);
  const end = async () => {
    child.kill('SIGTERM'); // it writes everything to its disk first
    await ended;
  };
  process.on('exit', () => child.kill('SIGTERM'));
  for (;;) {
    const isUp = await ask(`redis://127.0.0.1:${port}`, ['ping']).then(
      () => true,
      () => false, // it has not begun to listen, or loads its data
    );
    if (isUp) return { port, isStarted: true, end };
    if (child.exitCode !== null || child.pid === undefined)
      throw new Problem(`The chat's own Redis cannot start. Look at ${logFile}.`);
    await sleep(CHECK_EVERY_MS);
  }
}
