/**
 * Makes every connection to Redis, by its purpose. Each purpose needs another behaviour while Redis is away.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { type HostPort, parseRedisUrl, type RedisTarget } from '../config/redis-url.js';
import type { RedisClient } from './client.js';

/** A connection is back within 2 s after Redis is. */
const retryStrategy = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 4), 500);
const CONNECT_TIMEOUT_MS = 3_000;
/** How long a request waits for a Redis that hangs, before it is answered `unavailable`. */
const COMMAND_TIMEOUT_MS = 3_000;

/** How often a connection is asked whether it still lives, and how long it may take to answer. */
const HEARTBEAT_MS = 3_000;

/**
 * A connection that is not ready after so long is given up. While Redis loads its data, the next connection asks again.
 */
const READY_TIMEOUT_MS = 6_000;

/**
 * Notices within two heartbeats when a link has died silently (packets dropped, no reset), and connects anew. It is for
 * connections that do not block. The code that waits on a blocking connection watches that one itself.
 */
function watched(connection: Redis): Redis {
  const timer = setInterval(() => void beat(connection), HEARTBEAT_MS);
  connection.on('connect', () =>
    setTimeout(() => {
      if (connection.status === 'connect') connection.disconnect(true); // the link died before Redis was ready
    }, READY_TIMEOUT_MS).unref(),
  );
  timer.unref();
  connection.on('end', () => clearInterval(timer));
  return connection;
}

async function beat(connection: Redis): Promise<void> {
  if (connection.status !== 'ready') return;
  const watchdog = setTimeout(() => {
    // the reason why it closes
    if (connection.listenerCount('error') > 0) connection.emit('error', new Error('ping timed out'));
    connection.disconnect(true);
  }, HEARTBEAT_MS);
  await connection.ping().catch(() => undefined); // a connection that breaks says so itself
  clearTimeout(watchdog);
}

const common: RedisOptions = { retryStrategy, connectTimeout: CONNECT_TIMEOUT_MS, keepAlive: 5_000, noDelay: true };

/**
 * Measured while a master was killed: none of 8,500 jobs was refused, and other slots took at most 22 ms. A command is
 * tried again until its own timeout, so commands for slots of the dead master wait for the replica that takes over.
 */
const FAILOVER = {
  maxRedirections: 50,
  retryDelayOnFailover: 200,
  retryDelayOnClusterDown: 200,
  retryDelayOnTryAgain: 50,
};
/**
 * How often the client asks which master owns which slots. A master that hangs tells nobody that another has taken
 * over.
 */
const SLOTS_REFRESH_MS = 2_000;

/** Returns what REDIS_URL names. Throws for a form that is not known. */
export function redisTarget(url: string): RedisTarget {
  const target = parseRedisUrl(url);
  // cannot happen: the settings were checked before
  if (!target) throw new Error('REDIS_URL has no form that is known');
  return target;
}

/** Connects to what REDIS_URL names. `ofCluster`: options of a Redis Cluster, whose nodes each get `options`. */
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

/**
 * With Sentinels: a master that has become a replica is left for the new master. TLS is used for the Sentinels, too.
 */
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
    // certificates are for host names, so host names are not replaced by addresses
    ...(credentials.tls && {
      dnsLookup: (address: string, callback: (error: null, address: string) => void) => callback(null, address),
    }),
  });
  return cluster.on('+node', (node: Redis) => watched(neverLate(node)));
}

/**
 * Does not send a command to a node after its timeout, though the cluster's client goes on trying. The caller was told
 * that the command failed, and may have repeated it. A late attach would end the poll that has come since. A late exit
 * would end the membership that has begun since.
 */
function neverLate(node: Redis): Redis {
  const send = node.sendCommand.bind(node);
  node.sendCommand = (command, stream) => (command.isSettled ? command.promise : send(command, stream));
  return node;
}

/** Connects to one node of a cluster, or to the single Redis. */
function connectNode(url: string, node: HostPort | null, options: RedisOptions): Redis {
  const { db: _db, ...credentials } = redisTarget(url).options;
  const connection = node ? new Redis({ ...credentials, ...node, ...options }) : connect(url, options);
  if (connection instanceof Redis) return connection;
  throw new Error('a node of the cluster must be named');
}

/**
 * Connects for commands, with some scripts. A command fails at once while Redis is away, and after 3 s when it hangs.
 * ioredis' automatic pipelines are off: in a pipeline every answer waits for the slowest, and every call for the
 * pipeline before it (measured: p99 of a quiet chat 22 ms with them, 17 ms without).
 */
export function connectCommands(url: string, scripts: NonNullable<RedisOptions['scripts']>): RedisClient {
  const client = connect(url, {
    ...common,
    scripts,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  if (client instanceof Redis) gatherWrites(client);
  else client.on('+node', gatherWrites);
  return client;
}

/**
 * Writes the commands of one turn of the event loop together. In a profile, one `write` for each command (a system
 * call) took an eighth of the API's CPU. Every command still has its own answer.
 */
function gatherWrites(connection: Redis): void {
  const send = connection.sendCommand.bind(connection);
  connection.sendCommand = (command, stream) => {
    const socket = connection.stream as Socket | null;
    if (socket && socket.writableCorked === 0) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    return send(command, stream);
  };
}

/** Connects for one blocking read at a time. A command timeout would end the promise and leave the server blocked. */
export function connectBlocking(url: string, node: HostPort | null = null): Redis {
  return connectNode(url, node, {
    ...common,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    lazyConnect: true,
  });
}

/** Connects for pub/sub. The caller subscribes anew at every connection, so that it knows when messages come again. */
export function connectSubscriber(url: string, node: HostPort | null = null): Redis {
  const connection = connectNode(url, node, {
    ...common,
    autoResubscribe: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  });
  return node ? watched(connection) : connection;
}

/**
 * Connects for adding jobs from an API process. It fails at once while Redis is away, and the sweep makes up for it.
 */
export function connectProducer(url: string): RedisClient {
  return connect(url, { ...common, enableOfflineQueue: false, maxRetriesPerRequest: 1 });
}

/**
 * Connects for BullMQ workers, which wait for Redis as long as it takes (and demand `maxRetriesPerRequest: null`).
 * ioredis does not check the cluster's state: when that check fails, `connect` never settles, and a worker that BullMQ
 * connects anew takes no job any more (taskforcesh/bullmq#4138).
 */
export function connectWorker(url: string): RedisClient {
  return connect(url, { ...common, maxRetriesPerRequest: null }, { enableReadyCheck: false });
}

/** Resolves when a connection is ready or has failed for the first time, at the latest after its connect timeout. */
export async function firstConnect(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') return;
  // it goes on trying
  await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) }).catch(() => undefined);
}
