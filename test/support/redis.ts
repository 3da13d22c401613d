/**
 * A real Redis for one test file: its own port and data, kept over restarts, gone when it is stopped. With TEST_REDIS=cluster
 * it is a Redis Cluster of three masters and three replicas.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, Redis } from 'ioredis';
import { mastersOf, type RedisClient } from '../../shared/redis/client.js';
import { redisTarget } from '../../shared/redis/connect.js';
import { Child } from './child.js';
import { startCluster } from './cluster.js';
import { freePort, READY } from './ports.js';
import { until } from './until.js';

export { freePort };

export interface RedisOptions {
  appendfsync?: 'everysec' | 'always' | 'no';
  /** A folder of the test's own, which is left alone at the end. */
  dir?: string;
  port?: number;
}

/** How often another port is tried when somebody took the free one in the moment between. */
const ATTEMPTS = 5;

/** Whether tests run against a cluster. */
export const onCluster = process.env.TEST_REDIS === 'cluster';

/** With TEST_REDIS_PREFIX, all parts have this REDIS_PREFIX, and a user of Redis that may touch no other names. */
export const testPrefix = process.env.TEST_REDIS_PREFIX ?? '';
/** The rules of that user. */
const OWN_NAMES = ['--user', 'chat', 'on', '>secret', `~${testPrefix}*`, `&${testPrefix}*`, '+@all'];

/** Returns the address of a test's Redis as parts use it. */
export const asPart = (url: string): string => (testPrefix === '' ? url : url.replace('//', '//chat:secret@'));

/** One Redis, or a cluster: what tests do to it. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Of a cluster, its first node's. */
  readonly pid: number;
  /** Ports of all its nodes. */
  readonly ports: number[];
  /** Ends it for good, with its data. */
  stop(): Promise<void>;
  /** Kills it as `kill -9` does; its data stay for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, whether it was killed or still runs. */
  restart(): Promise<void>;
  /** Holds it still: connections stay open, nothing is answered. */
  pause(): void;
  resume(): void;
}

export class OneRedis implements TestRedis {
  readonly #temporary: boolean;
  readonly #appendfsync: string;
  readonly dir: string;
  readonly port: number;
  #child: Child;

  constructor(child: Child, port: number, dir: string, temporary: boolean, appendfsync: string) {
    this.#child = child;
    this.port = port;
    this.dir = dir;
    this.#temporary = temporary;
    this.#appendfsync = appendfsync;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get ports(): number[] {
    return [this.port];
  }

  get pid(): number {
    return this.#child.pid;
  }

  async stop(): Promise<void> {
    await this.#child.stop();
    if (this.#temporary) await rm(this.dir, { recursive: true, force: true });
  }

  async kill(): Promise<void> {
    await this.#child.kill();
  }

  /** Makes it the replica of another; resolves when it has all of that one's data. */
  async follow(master: OneRedis): Promise<void> {
    const redis = new Redis(this.port);
    await redis.replicaof('127.0.0.1', master.port);
    await until(async () => /master_link_status:up/.test(await redis.info('replication')), 'the replica follows');
    redis.disconnect();
  }

  async restart(): Promise<void> {
    await this.#child.stop();
    this.#child = await launch(this.port, this.dir, this.#appendfsync);
  }

  pause(): void {
    this.#child.pause();
  }

  resume(): void {
    this.#child.resume();
  }
}

/** A Redis, or with TEST_REDIS=cluster a cluster. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  return onCluster ? startCluster(options) : startOneRedis(options);
}

/** A client for what a test does to the keys itself. */
export function openRedis(url: string): RedisClient {
  return redisTarget(url).kind === 'cluster'
    ? new Cluster(redisTarget(url).nodes, {
        maxRedirections: 100,
        retryDelayOnFailover: 200,
        retryDelayOnClusterDown: 200,
        slotsRefreshInterval: 500,
      })
    : new Redis(url, { maxRetriesPerRequest: null });
}

/** Connections to all masters, once the client knows them. */
export async function masters(redis: RedisClient): Promise<Redis[]> {
  if (redis instanceof Cluster) await redis.exists('any');
  return mastersOf(redis);
}

/** Every key there is, of all masters, of the form of `pattern`. */
export async function allKeys(redis: RedisClient, pattern = '*'): Promise<string[]> {
  return (await Promise.all((await masters(redis)).map((node) => node.keys(pattern)))).flat();
}

/** Takes all data away. */
export async function wipe(redis: RedisClient): Promise<void> {
  await Promise.all((await masters(redis)).map((node) => node.flushall()));
}

/** Sets `maxmemory` of all masters; 0 for none. */
export async function limitMemory(redis: RedisClient, bytes: number): Promise<unknown> {
  return Promise.all((await masters(redis)).map((node) => node.config('SET', 'maxmemory', bytes)));
}

/** One Redis in any case, for what a cluster does not do. */
export async function startOneRedis(options: RedisOptions = {}): Promise<OneRedis> {
  const { appendfsync = 'everysec', dir = await mkdtemp(join(tmpdir(), 'nobackend-redis-')) } = options;
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    try {
      return new OneRedis(await launch(port, dir, appendfsync), port, dir, options.dir === undefined, appendfsync);
    } catch (error) {
      if (options.port !== undefined || attempt === ATTEMPTS || !/already in use/.test(String(error))) throw error;
    }
  }
}

async function launch(port: number, dir: string, appendfsync: string): Promise<Child> {
  const args = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    dir,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    appendfsync,
    '--maxmemory-policy',
    'noeviction',
    ...(testPrefix === '' ? [] : OWN_NAMES),
  ];
  const [child] = await Child.start('redis-server', args, process.env, READY);
  return child;
}
