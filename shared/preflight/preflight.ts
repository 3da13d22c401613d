/** Checks once, before the start, whether a Redis can be used at all. */
import { ReplyError } from 'ioredis';
import { ConfigError } from '../config/config.js';
import { mastersOf } from '../redis/client.js';
import { connect, redisTarget } from '../redis/connect.js';
import { probe } from '../redis/probe.js';
import { reasonOf } from '../redis/reasons.js';
import { Keys } from '../store/keys.js';
import { checkFormat } from './format.js';
import { checkShards } from './shards.js';

/** The oldest Redis that has what the scripts and BullMQ use. For a cluster, the oldest with sharded pub/sub. */
const OLDEST = { one: '6.2', cluster: '7.0' };
const TIMEOUT_MS = 5_000;
/** Refusals that concern the address in REDIS_URL, and not a passing state of Redis. */
const OF_THE_URL =
  /^(NOAUTH|WRONGPASS|NOPERM|MOVED)|invalid password|DB index is out of range|cluster support disabled/;

/**
 * Resolves with null when Redis can be used, else with half a sentence that says why it cannot be used now. Throws
 * ConfigError, one line, for a fault that the operator must fix: the version, the address, the password, a missing ACL
 * rule, the number of the database, or data that was made with another number of `shards`. `prefix`: what the names of
 * the chat's keys begin with.
 */
export async function checkRedis(url: string, shards: number, prefix = ''): Promise<string | null> {
  const redis = connect(
    url,
    {
      lazyConnect: true,
      retryStrategy: () => null,
      connectTimeout: TIMEOUT_MS,
      commandTimeout: TIMEOUT_MS,
      enableReadyCheck: false,
      sentinelRetryStrategy: () => null,
    },
    { lazyConnect: true, clusterRetryStrategy: () => null },
  );
  let reason: unknown = null;
  redis.on('error', (error) => {
    reason ??= error;
  });
  try {
    await redis.connect();
    await probe(redis, prefix);
    for (const node of mastersOf(redis)) checkServer(await node.info('server'), redis.isCluster);
    // the number of the database was refused, and the connection goes on with number 0
    if (reason !== null) throw reason;
    await checkShards(redis, shards, prefix);
    await checkFormat(redis, new Keys(shards, prefix));
    return null;
  } catch (error) {
    return unusable(url, reason ?? error);
  } finally {
    redis.disconnect();
  }
}

/** Returns one sentence that says why the Redis of REDIS_URL cannot be used, without its password. */
export function unusableText(url: string, reason: string): string {
  return `The Redis of REDIS_URL (${redisTarget(url).text}) cannot be used: ${reason}.`;
}

function unusable(url: string, error: unknown): string {
  if (error instanceof ConfigError) throw error;
  if (error instanceof Error && OF_THE_URL.test(error.message))
    throw new ConfigError(unusableText(url, reasonOf(error)));
  return reasonOf(error);
}

function checkServer(info: string, asCluster: boolean): void {
  if (!asCluster && /^redis_mode:cluster/m.test(info)) throw new ReplyError('MOVED');
  checkVersion(info, asCluster ? OLDEST.cluster : OLDEST.one);
}

function checkVersion(info: string, oldest: string): void {
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new ConfigError(`The Redis of REDIS_URL is version ${version}: it must be ${oldest} or newer.`);
}
