/**
 * Every connection to Redis is made here, by what it is for: each use wants another answer to "and when Redis is away?".
 */
import { once } from 'node:events';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { type HostPort, parseRedisUrl, type RedisTarget } from '../config/redis-url.js';
import type { RedisClient } from './slot-owners.js';

/** Back within 2 s of Redis coming back. */
const retryStrategy = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 4), 500);
const CONNECT_TIMEOUT_MS = 3_000;
/** A request waits so long (ms) for a Redis that hangs before it is answered `unavailable`. */
const COMMAND_TIMEOUT_MS = 3_000;

/** How often (ms) a connection is asked whether it still lives, and how long it may take to say so. */
const HEARTBEAT_MS = 3_000;

/** A connection on which Redis has not said within so long (ms) that it is ready is given up; while Redis loads, the next one asks again. */
const READY_TIMEOUT_MS = 6_000;

/**
 * Notices a link that has died without a word (packets dropped, no reset) within two heartbeats, and connects anew. For
 * connections that do not block; one that blocks is watched by whoever waits on it.
 */
function watched(connection: Redis): Redis {
  const timer = setInterval(() => void beat(connection), HEARTBEAT_MS);
  connection.on('connect', () =>
    setTimeout(() => {
      if (connection.status === 'connect') connection.disconnect(true); // it died before Redis said that it is ready
    }, READY_TIMEOUT_MS).unref(),
  );
  timer.unref();
  connection.on('end', () => clearInterval(timer));
  return connection;
}

async function beat(connection: Redis): Promise<void> {
  if (connection.status !== 'ready') return;
  const watchdog = setTimeout(() => {
    if (connection.listenerCount('error') > 0) connection.emit('error', new Error('ping timed out')); // why it will close
    connection.disconnect(true);
  }, HEARTBEAT_MS);
  await connection.ping().catch(() => undefined); // a connection that breaks says so itself
  clearTimeout(watchdog);
}

const common: RedisOptions = { retryStrategy, connectTimeout: CONNECT_TIMEOUT_MS, keepAlive: 5_000, noDelay: true };

/**
 * Measured with a master killed: none of 8,500 jobs refused, other slots at most 22 ms. A command is tried again until its own
 * time is up, so that what the dead master's slots are asked for waits for the replica that takes over.
 */
const FAILOVER = {
  maxRedirections: 50,
  retryDelayOnFailover: 200,
  retryDelayOnClusterDown: 200,
  retryDelayOnTryAgain: 50,
};
/** How often (ms) the owners of slots are asked for: a master that hangs tells nobody that another has taken over. */
const SLOTS_REFRESH_MS = 2_000;

/** Throws for an address of no known form. */
export function redisTarget(url: string): RedisTarget {
  const target = parseRedisUrl(url);
  if (!target) throw new Error('REDIS_URL has no form that is known'); // the settings have been read before
  return target;
}

/** A connection to what REDIS_URL names. `ofCluster` are options of a Redis Cluster; each of its nodes gets `options`. */
export function connect(url: string, options: RedisOptions, ofCluster: ClusterOptions = {}): RedisClient {
  const target = redisTarget(url);
  if (target.kind === 'cluster') return connectCluster(target, options, ofCluster);
  const { scripts, ...rest } = options;
  const all = {
    ...target.options,
    ...(target.kind === 'one' ? target.nodes[0] : SENTINEL),
    ...rest,
    ...(scripts && { scripts }),
  };
  return all.lazyConnect ? new Redis(all) : watched(new Redis(all));
}

/** With Sentinels: a master that has become a replica is left for the new one; TLS goes for the Sentinels too. */
const SENTINEL: RedisOptions = {
  enableTLSForSentinelMode: true,
  sentinelRetryStrategy: retryStrategy,
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
};

function connectCluster(
  { nodes, options: ofUrl }: RedisTarget,
  { scripts, ...options }: RedisOptions,
  ofCluster: ClusterOptions,
): Cluster {
  const { db: _db, ...credentials } = ofUrl;
  const { retryStrategy: _retry, lazyConnect: _lazy, enableOfflineQueue = true, ...ofNodes } = options;
  const cluster = new Cluster(nodes, {
    ...FAILOVER,
    clusterRetryStrategy: retryStrategy,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    enableOfflineQueue,
    ...(scripts && { scripts }),
    ...ofCluster,
    redisOptions: { ...credentials, ...ofNodes },
    // certificates bear names: an address is not looked up for them
    ...(credentials.tls && {
      dnsLookup: (address: string, callback: (error: null, address: string) => void) => callback(null, address),
    }),
  });
  return cluster.on('+node', (node: Redis) => watched(neverLate(node)));
}

/**
 * A command whose time is up is not sent to a node any more, though the cluster's client goes on trying it: who asked has been told that it
 * failed, and may have asked again. An attach done late would end the poll that has come since; an exit, the stay that was begun since.
 */
function neverLate(node: Redis): Redis {
  const send = node.sendCommand.bind(node);
  node.sendCommand = (command, stream) => (command.isSettled ? command.promise : send(command, stream));
  return node;
}

/** A connection to one node of a cluster, or to the one Redis there is. */
function connectNode(url: string, node: HostPort | null, options: RedisOptions): Redis {
  const { db: _db, ...credentials } = redisTarget(url).options;
  const connection = node ? new Redis({ ...credentials, ...node, ...options }) : connect(url, options);
  if (connection instanceof Redis) return connection;
  throw new Error('a node of the cluster must be named');
}

/**
 * For commands, with the scripts given. Fails at once while Redis is away, and after 3 s when it hangs. Without ioredis' automatic pipelines:
 * in one, every answer waits for the slowest, and every call for the pipeline before it (measured: p99 of a quiet chat 22 ms with them, 17
 * without).
 */
export function connectCommands(url: string, scripts: NonNullable<RedisOptions['scripts']>): RedisClient {
  return connect(url, {
    ...common,
    scripts,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
}

/** For one blocking read at a time. No command timeout: it would end the promise and leave the server blocked. */
export function connectBlocking(url: string, node: HostPort | null = null): Redis {
  return connectNode(url, node, {
    ...common,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    lazyConnect: true,
  });
}

/** For pub/sub. Its user subscribes anew at every connection, so that it knows when it is heard again. */
export function connectSubscriber(url: string, node: HostPort | null = null): Redis {
  const connection = connectNode(url, node, {
    ...common,
    autoResubscribe: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  });
  return node ? watched(connection) : connection;
}

/** For adding jobs from an API process: fails at once while Redis is away; the sweep makes up for it. */
export function connectProducer(url: string): RedisClient {
  return connect(url, { ...common, enableOfflineQueue: false, maxRetriesPerRequest: 1 });
}

/**
 * For BullMQ workers, which wait for Redis as long as it takes (and demand `maxRetriesPerRequest: null`). Without ioredis' look at a cluster's
 * state: a `connect` during which that fails never settles, and a worker that BullMQ connects anew takes no job any more (taskforcesh/bullmq#4138).
 */
export function connectWorker(url: string): RedisClient {
  return connect(url, { ...common, maxRetriesPerRequest: null }, { enableReadyCheck: false });
}

/** Resolves when a connection is ready, or has failed for the first time, and in any case within its time to connect. */
export async function firstConnect(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') return;
  await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) }).catch(() => undefined); // it goes on trying
}
