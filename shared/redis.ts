/**
 * Every connection to Redis is made here, by what it is for: each use wants another answer to "and when Redis is away?".
 */
import { once } from 'node:events';
import { Redis, type RedisOptions } from 'ioredis';
import { scripts } from './store/scripts.js';

/** Back within 2 s of Redis coming back. */
const retryStrategy = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 4), 500);
const CONNECT_TIMEOUT = 3_000;
/** A request waits so long (ms) for a Redis that hangs before it is answered `unavailable`. */
const COMMAND_TIMEOUT = 3_000;

/** How often (ms) a connection is asked whether it still lives, and how long it may take to say so. */
const HEARTBEAT = 3_000;

/** A connection on which Redis has not said within so long (ms) that it is ready is given up; while Redis loads, the next one asks again. */
const OPENING = 6_000;

/**
 * Notices a link that has died without a word (packets dropped, no reset) within two heartbeats, and connects anew. For
 * connections that do not block; one that blocks is watched by whoever waits on it.
 */
function watched(connection: Redis): Redis {
  const timer = setInterval(() => void beat(connection), HEARTBEAT);
  connection.on('connect', () => setTimeout(() => {
    if (connection.status === 'connect') connection.disconnect(true); // it died before Redis said that it is ready
  }, OPENING).unref());
  timer.unref();
  connection.on('end', () => clearInterval(timer));
  return connection;
}

async function beat(connection: Redis): Promise<void> {
  if (connection.status !== 'ready') return;
  const patience = setTimeout(() => {
    if (connection.listenerCount('error') > 0) connection.emit('error', new Error('ping timed out')); // why it will close
    connection.disconnect(true);
  }, HEARTBEAT);
  await connection.ping().catch(() => undefined); // a connection that breaks says so itself
  clearTimeout(patience);
}

const common: RedisOptions = { retryStrategy, connectTimeout: CONNECT_TIMEOUT, keepAlive: 5_000, noDelay: true };

/** For the store of an API process: fails at once while Redis is away, and after 3 s when it hangs. */
export function connectStore(url: string): Redis {
  return watched(new Redis(url, {
    ...common, scripts, enableOfflineQueue: false, maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT, enableAutoPipelining: true,
  }));
}

/** For one blocking read at a time. No command timeout: it would end the promise and leave the server blocked. */
export function connectBlocking(url: string): Redis {
  return new Redis(url, {
    ...common, enableOfflineQueue: false, maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, lazyConnect: true,
  });
}

/** For pub/sub. Its user subscribes anew at every connection, so that it knows when it is heard again. */
export function connectSubscriber(url: string): Redis {
  return watched(new Redis(url, { ...common, autoResubscribe: false, enableOfflineQueue: false, maxRetriesPerRequest: 0 }));
}

/** For adding jobs from an API process: fails at once while Redis is away; the sweep makes up for it. */
export function connectProducer(url: string): Redis {
  return watched(new Redis(url, { ...common, enableOfflineQueue: false, maxRetriesPerRequest: 1 }));
}

/** For BullMQ workers, which wait for Redis as long as it takes (and demand `maxRetriesPerRequest: null`). */
export function connectWorker(url: string): Redis {
  return watched(new Redis(url, { ...common, maxRetriesPerRequest: null }));
}

/** Rejects when Redis takes no writes (a full memory, a replica, a disk it cannot save to). Writes nothing: an empty text into a key that is not there. */
export async function probe(redis: Redis): Promise<void> {
  await redis.setrange('probe', 0, '');
}

/** Resolves when a connection is ready, or has failed for the first time, and in any case within its time to connect. */
export async function firstConnect(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_TIMEOUT) }).catch(() => undefined); // it goes on trying
}
