/** The hosts and what runs on them: Redis, HAProxy, API and worker. Each is a process in the namespace of its host. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { type Log, readLogs } from '../../test/chaos/logs.js';
import { Child, root } from '../../test/support/child.js';
import { fetchText } from '../../test/support/client.js';
import { until } from '../../test/support/until.js';

const run = promisify(execFile);

export const ADDRESSES = {
  proxy: '10.77.0.10',
  app1: '10.77.0.21',
  app2: '10.77.0.22',
  app3: '10.77.0.23',
  redis1: '10.77.0.31',
  redis2: '10.77.0.32',
  redis3: '10.77.0.33',
} as const;
export type Host = keyof typeof ADDRESSES;
export const APPS = ['app1', 'app2', 'app3'] as const;
export const REDISES = ['redis1', 'redis2', 'redis3'] as const;
export type App = (typeof APPS)[number];

export const URL_OF_CHAT = `http://${ADDRESSES.proxy}:80`;
const PORT = 8080;
const MASTER = 7000;
const REPLICA = 7001;
/** All nodes of the cluster, as `host:port`. */
const NODES = [MASTER, REPLICA].flatMap((port) => REDISES.map((host) => `${ADDRESSES[host]}:${port}`));
/** The proxy checks every host once a second. Within this time it uses a new one. */
const NOTICED_AFTER_MS = 3_000;

/** Changes a cable: cut, mend, slow or fast (net.sh). */
export async function changeCable(...how: (string | number)[]): Promise<void> {
  await run(join(root, 'deploy/several-hosts/net.sh'), how.map(String));
}

async function startOn(host: Host, command: string[], ready: RegExp, env: Record<string, string> = {}): Promise<Child> {
  const [child] = await Child.start(
    'ip',
    ['netns', 'exec', `chat-${host}`, ...command],
    { PATH: process.env.PATH, ...env },
    ready,
  );
  return child;
}

/** One API process and one worker on a host of the chat. */
class Chat {
  constructor(
    readonly host: App,
    readonly api: Child,
    readonly worker: Child,
  ) {}

  static async start(host: App, folder: string, env: Record<string, string>): Promise<Chat> {
    const [api, worker] = await Promise.all([startApi(host, folder, env), startWorker(host, folder, env)]);
    return new Chat(host, api, worker);
  }
}

function startApi(host: App, folder: string, env: Record<string, string>): Promise<Child> {
  return startOn(host, [process.execPath, join(folder, 'dist/apps/api/main.js')], /"msg":"listening"/, {
    ...env,
    PORT: String(PORT),
    TRUST_PROXY: '1',
  });
}

function startWorker(host: App, folder: string, env: Record<string, string>): Promise<Child> {
  return startOn(host, [process.execPath, join(folder, 'dist/apps/worker/main.js')], /"msg":"working"/, env);
}

export type RedisWay = 'cluster' | 'one';

export class Hosts {
  readonly #chats = new Map<App, Chat>();
  readonly #env: Record<string, string>;

  readonly #way: RedisWay;

  private constructor(way: RedisWay, redisUrl: string) {
    this.#way = way;
    this.#env = { REDIS_URL: redisUrl, HISTORY: '100000', REDIS_WAIT: process.env.REDIS_WAIT ?? '0' };
  }

  /** Starts Redis, the chat from `folder` on each host, and the proxy in front. */
  static async start(way: RedisWay, folder: string): Promise<Hosts> {
    const hosts = new Hosts(way, await REDIS[way]());
    await Promise.all(APPS.map((app) => hosts.#start(app, folder)));
    await startProxy();
    await until(
      async () => (await fetchText('GET', `${URL_OF_CHAT}/health`)).status === 200,
      'the chat behind the proxy',
    );
    return hosts;
  }

  async #start(app: App, folder: string): Promise<void> {
    this.#chats.set(app, await Chat.start(app, folder, this.#env));
  }

  /** Replaces the version on one host, as deploy/README.md says: first the API, then the worker. */
  async replace(app: App, folder: string): Promise<void> {
    const chat = this.#chats.get(app);
    if (!chat) throw new Error(`nothing runs on ${app}`);
    await stopInOrder(chat.api);
    const api = await startApi(app, folder, this.#env);
    await until(
      async () => (await fetchText('GET', `http://${ADDRESSES[app]}:${PORT}/health`)).status === 200,
      `health of ${app}`,
    );
    await stopInOrder(chat.worker);
    this.#chats.set(app, new Chat(app, api, await startWorker(app, folder, this.#env)));
    await new Promise((resolve) => setTimeout(resolve, NOTICED_AFTER_MS));
  }

  /** Resolves with the number of failovers so far. Elections without a result count, too. */
  async failovers(): Promise<number> {
    const states = this.#way === 'cluster' ? await Promise.all(NODES.map(stateOf)) : [];
    return Math.max(0, ...states.map((state) => Number(/cluster_current_epoch:(\d+)/.exec(state)?.[1])));
  }

  /** Returns the last lines of all processes that have ended unexpectedly. */
  crashed(): string[] {
    const all = [...this.#chats.values()].flatMap(
      ({ host, api, worker }) =>
        [
          [host, api],
          [host, worker],
        ] as const,
    );
    return all.filter(([, child]) => child.ended).map(([host, child]) => `${host}: ${child.output().slice(-1_000)}`);
  }
}

/** Ends a process. On a busy machine it may run out of time; then another process does again what it left half done. */
async function stopInOrder(child: Child): Promise<void> {
  const code = await child.stop();
  if (code !== 0) console.log(`  process ${child.pid} ended with ${code}: ${child.output().slice(-300)}`);
}

function startProxy(): Promise<Child> {
  const where = Object.fromEntries(APPS.map((app, place) => [`HOST${place + 1}`, `${ADDRESSES[app]}:${PORT}`]));
  return startOn(
    'proxy',
    ['haproxy', '-W', '-db', '-f', join(root, 'deploy/haproxy/haproxy.cfg')],
    /Loading success/,
    where,
  );
}

const READY = /Ready to accept connections/;

async function startRedis(host: Host, port: number, ...more: string[]): Promise<Child> {
  const dir = join(process.env.DATA ?? '', `${host}-${port}`);
  await mkdir(dir);
  return startOn(
    host,
    [
      'redis-server',
      '--port',
      String(port),
      '--dir',
      dir,
      '--bind',
      ADDRESSES[host],
      '--protected-mode',
      'no',
      '--save',
      '',
      '--appendonly',
      'yes',
      '--maxmemory-policy',
      'noeviction',
      ...more,
    ],
    READY,
  );
}

/** Sets up Redis in one of two ways, and resolves with the chat's REDIS_URL. */
const REDIS: Record<RedisWay, () => Promise<string>> = {
  async cluster() {
    const options = [
      '--cluster-enabled',
      'yes',
      '--cluster-node-timeout',
      '2000',
      '--cluster-require-full-coverage',
      'no',
    ];
    await Promise.all(
      REDISES.flatMap((host) => [startRedis(host, MASTER, ...options), startRedis(host, REPLICA, ...options)]),
    );
    // redis-cli puts no replica on the host of its master
    await run('redis-cli', ['--cluster', 'create', ...NODES, '--cluster-replicas', '1', '--cluster-yes']);
    await until(
      async () => (await Promise.all(NODES.map(stateOf))).every((state) => state.includes('cluster_state:ok')),
      'the cluster',
    );
    return `redis://${REDISES.map((host) => `${ADDRESSES[host]}:${MASTER}`).join()}?cluster=true`;
  },
  async one() {
    await startRedis('redis1', MASTER);
    await Promise.all(
      (['redis2', 'redis3'] as const).map((host) =>
        startRedis(host, MASTER, '--replicaof', ADDRESSES.redis1, String(MASTER)),
      ),
    );
    return `redis://${ADDRESSES.redis1}:${MASTER}`;
  },
};

async function stateOf(node: string): Promise<string> {
  const [host = '', port = ''] = node.split(':');
  return (await run('redis-cli', ['-h', host, '-p', port, 'cluster', 'info'])).stdout;
}

/** Resolves with the logs of all rooms, from the nodes that are masters now. */
export async function readAllLogs(way: RedisWay): Promise<Map<string, Log>> {
  const ports = way === 'cluster' ? [MASTER, REPLICA] : [MASTER];
  const nodes = REDISES.flatMap((host) => ports.map((port) => new Redis({ host: ADDRESSES[host], port })));
  try {
    const found = await Promise.all(
      nodes.map(async (node) => ((await node.role())[0] === 'master' ? readLogs(node) : new Map<string, Log>())),
    );
    return new Map(found.flatMap((logs) => [...logs]));
  } finally {
    for (const node of nodes) node.disconnect();
  }
}
