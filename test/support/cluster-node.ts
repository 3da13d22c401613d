/** One node of a Redis Cluster, on ports and in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Child } from './child.js';
import { freePort, READY } from './ports.js';

/** A master that has not answered so long is failed over. */
const NODE_TIMEOUT_MS = 2_000;
/** How often another port is tried when somebody took the free one in the moment between. */
const ATTEMPTS = 5;

export interface ClusterOptions {
  appendfsync?: 'everysec' | 'always' | 'no';
  /** `user` and `password` of the only user there is then. */
  auth?: { user: string; password: string };
}

interface NodeSettings {
  port: number;
  bus: number;
  dir: string;
  args: string[];
  auth: ClusterOptions['auth'];
}

/** A node, and a connection to steer it by. */
export class ClusterNode {
  readonly port: number;
  /** The port that the nodes talk to each other on. */
  readonly bus: number;
  readonly dir: string;
  readonly redis: Redis;
  readonly #args: string[];
  #child: Child;

  constructor(child: Child, { port, bus, dir, args, auth }: NodeSettings) {
    this.#child = child;
    this.port = port;
    this.bus = bus;
    this.dir = dir;
    this.#args = args;
    this.redis = new Redis({
      port,
      host: '127.0.0.1',
      ...(auth && { username: auth.user, password: auth.password }),
      retryStrategy: () => 100,
      maxRetriesPerRequest: null,
    });
    this.redis.on('error', () => undefined); // it is killed now and then
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** It was killed, or is held still. */
  down = false;

  async kill(): Promise<void> {
    this.down = true;
    await this.#child.kill();
  }

  pause(): void {
    this.down = true;
    this.#child.pause();
  }

  resume(): void {
    this.down = this.#child.ended;
    this.#child.resume();
  }

  /** Starts it again on its data, whether it was killed or still runs. */
  async restart(): Promise<void> {
    await this.#child.stop();
    [this.#child] = await Child.start('redis-server', this.#args, process.env, READY);
    this.down = false;
  }

  async end(): Promise<void> {
    this.redis.disconnect();
    await this.#child.kill(); // one that has just become a replica does not end when told to
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Its id in the cluster. */
  async id(): Promise<string> {
    return String(await this.redis.cluster('MYID'));
  }

  async isMaster(): Promise<boolean> {
    return (await this.redis.role())[0] === 'master';
  }
}

/** Starts a node that knows no other yet. */
export async function launchNode(options: ClusterOptions): Promise<ClusterNode> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launchAt(await freePort(), await freePort(), options);
    } catch (error) {
      if (attempt === ATTEMPTS || !/already in use/.test(String(error))) throw error;
    }
  }
}

async function launchAt(
  port: number,
  bus: number,
  { appendfsync = 'everysec', auth }: ClusterOptions,
): Promise<ClusterNode> {
  const dir = await mkdtemp(join(tmpdir(), 'nobackend-cluster-'));
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
    '--cluster-enabled',
    'yes',
    '--cluster-port',
    String(bus),
    '--cluster-node-timeout',
    String(NODE_TIMEOUT_MS),
    '--cluster-require-full-coverage',
    'no',
    '--maxmemory-policy',
    'noeviction',
    '--repl-diskless-sync-delay',
    '0',
    ...(auth
      ? [
          '--user',
          'default',
          'off',
          '--user',
          auth.user,
          'on',
          `>${auth.password}`,
          '~*',
          '&*',
          '+@all',
          '--masteruser',
          auth.user,
          '--masterauth',
          auth.password,
        ]
      : []),
  ];
  const [child] = await Child.start('redis-server', args, process.env, READY);
  return new ClusterNode(child, { port, bus, dir, args, auth });
}
