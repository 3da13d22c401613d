/** Whether a Redis can be used at all, asked once before anything runs into it. */
import { ReplyError } from 'ioredis';
import { ConfigError } from './config.js';
import { connect, placeOf, probe } from './redis.js';
import { mastersOf, type RedisClient } from './redis-owners.js';
import { reasonOf } from './redis-reasons.js';

/** The oldest Redis that has what the scripts and BullMQ use; of a cluster, the oldest with pub/sub by shards. */
const OLDEST = { one: '6.2', cluster: '7.0' };
const PATIENCE = 5_000;
/** Refusals that concern the address given, not a state in which Redis is for the moment. */
const OF_THE_URL = /^(NOAUTH|WRONGPASS|NOPERM|MOVED)|invalid password|DB index is out of range|cluster support disabled/;

/**
 * Gives null when Redis can be used, or in half a sentence why it cannot be for now. Throws ConfigError, one line, for
 * what no waiting mends: its version, what is wrong with the address, the password, the number of the database, or `shards`,
 * when what it holds was made with another number.
 */
export async function checkRedis(url: string, shards: number): Promise<string | null> {
  const redis = connect(url, {
    lazyConnect: true, retryStrategy: () => null, connectTimeout: PATIENCE, commandTimeout: PATIENCE, enableReadyCheck: false,
    sentinelRetryStrategy: () => null,
  }, { lazyConnect: true, clusterRetryStrategy: () => null });
  let reason: unknown = null;
  redis.on('error', (error) => { reason ??= error; });
  try {
    await redis.connect();
    for (const node of mastersOf(redis)) checkServer(await node.info('server'), redis.isCluster);
    if (reason !== null) throw reason; // the number of the database was refused, and the connection lives on with number 0
    await probe(redis);
    await checkShards(redis, shards);
    return null;
  } catch (error) {
    return unusable(url, reason ?? error);
  } finally {
    redis.disconnect();
  }
}

/** The first to come writes down with how many shards all keys are made; for any other number they would be elsewhere. */
async function checkShards(redis: RedisClient, shards: number): Promise<void> {
  await redis.set('shards', shards, 'NX');
  const held = Number(await redis.get('shards'));
  if (held !== shards) throw new ConfigError(`SHARDS=${shards} is not allowed: what this Redis holds was made with ${held}. Set SHARDS=${held}, or use an empty Redis.`);
}

/** The Redis of REDIS_URL, and why it cannot be used, as one sentence without password. */
export function sentence(url: string, reason: string): string {
  return `The Redis of REDIS_URL (${placeOf(url).text}) cannot be used: ${reason}.`;
}

function unusable(url: string, error: unknown): string {
  if (error instanceof ConfigError) throw error;
  if (error instanceof Error && OF_THE_URL.test(error.message)) throw new ConfigError(sentence(url, reasonOf(error)));
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
