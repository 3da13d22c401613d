/** A few questions to a Redis, for the start. ioredis is loaded late: these scripts are read before it is installed. */
import { Problem } from './problem.js';

/** The oldest Redis that has what the scripts and BullMQ use. */
const OLDEST = [6, 2];
const PATIENCE = 5_000;

/** Sends commands, one after the other, and gives their replies. Throws the connection's error at once. */
export async function ask(url, ...commands) {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, connectTimeout: PATIENCE, commandTimeout: PATIENCE });
  let reason = null;
  redis.on('error', (error) => (reason = error));
  try {
    await redis.connect();
    return await Promise.all(commands.map(([name, ...args]) => redis.call(name, ...args)));
  } catch (error) {
    throw reason ?? error;
  } finally {
    redis.disconnect();
  }
}

/** Throws a Problem unless the host's Redis answers and is new enough. */
export async function checkRedis(url) {
  const [info] = await ask(url, ['info', 'server']).catch((error) => {
    throw new Problem(`The Redis of REDIS_URL (${withoutPassword(url)}) cannot be used: ${error.message}.`);
  });
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown';
  if (isNewEnough(version)) return;
  throw new Problem(`The Redis of REDIS_URL is version ${version}: it must be ${OLDEST.join('.')} or newer.`);
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function withoutPassword(url) {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
