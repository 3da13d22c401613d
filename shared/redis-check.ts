/** Whether a Redis can be used at all, asked once before anything runs into it. */
import { Redis } from 'ioredis';
import { ConfigError } from './config.js';
import { probe } from './redis.js';
import { reasonOf } from './redis-reasons.js';

/** The oldest Redis that has what the scripts and BullMQ use. */
const OLDEST = [6, 2];
const PATIENCE = 5_000;
/** Refusals that concern the address given, not a state in which Redis is for the moment. */
const OF_THE_URL = /^(NOAUTH|WRONGPASS|NOPERM|MOVED)|invalid password|DB index is out of range/;

/**
 * Gives null when Redis can be used, or in half a sentence why it cannot be for now. Throws ConfigError, one line, for
 * what no waiting mends: its version, or what is wrong with the address, the password, the number of the database.
 */
export async function checkRedis(url: string): Promise<string | null> {
  const redis = new Redis(url, {
    lazyConnect: true, retryStrategy: () => null, connectTimeout: PATIENCE, commandTimeout: PATIENCE, enableReadyCheck: false,
  });
  let reason: unknown = null;
  redis.on('error', (error) => { reason ??= error; });
  try {
    await redis.connect();
    checkVersion(await redis.info('server'));
    if (reason !== null) throw reason; // the number of the database was refused, and the connection lives on with number 0
    await probe(redis);
    return null;
  } catch (error) {
    return unusable(url, reason ?? error);
  } finally {
    redis.disconnect();
  }
}

/** The Redis of REDIS_URL, and why it cannot be used, as one sentence without password. */
export function sentence(url: string, reason: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `The Redis of REDIS_URL (${protocol}//${host}${pathname}) cannot be used: ${reason}.`;
}

function unusable(url: string, error: unknown): string {
  if (error instanceof ConfigError) throw error;
  if (error instanceof Error && OF_THE_URL.test(error.message)) throw new ConfigError(sentence(url, reasonOf(error)));
  return reasonOf(error);
}

function checkVersion(info: string): void {
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new ConfigError(`The Redis of REDIS_URL is version ${version}: it must be ${OLDEST.join('.')} or newer.`);
}
