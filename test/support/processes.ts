/** API and worker processes as they are built, each on its own, and a whole system of them with a Redis. */
import { join } from 'node:path';
import { Child } from './child.js';
import { dropIdle, fetchText } from './client.js';
import { startRedis, type TestRedis } from './redis.js';
import { until } from './until.js';

/** Environment variables, beside those that every process under test gets. */
export type Settings = Record<string, string | number>;

export type TestApi = Child & { readonly url: string };
export type TestWorker = Child;

export interface SystemOptions {
  apis?: number;
  workers?: number;
  env?: Settings;
  /** A Redis of the test's own, which is left running at the end. */
  redis?: TestRedis;
  /** Starts the Redis of the system's own: a cluster when the tests run on one, unless it says otherwise. */
  start?: () => Promise<TestRedis>;
}

const LISTENING = /"port":(\d+).*"msg":"listening"/;
const WORKING = /"msg":"working"/;

/** Starts an API process on a free port; resolves when it listens. `checkout`: another one, which is built. */
export async function startApi(env: Settings, checkout?: string): Promise<TestApi> {
  const [child, [, port]] = await launch('api', { PORT: 0, ...env }, LISTENING, checkout);
  return Object.assign(child, { url: `http://127.0.0.1:${port}` });
}

/** Starts a worker process; resolves when it works. `checkout`: another one, which is built. */
export async function startWorker(env: Settings, checkout?: string): Promise<TestWorker> {
  const [child] = await launch('worker', env, WORKING, checkout);
  return child;
}

/** A Redis, API processes and workers that belong together; `apis` and `workers` may be changed by the test. */
export class TestSystem {
  readonly redis: TestRedis;
  readonly env: Settings;
  readonly apis: TestApi[] = [];
  readonly workers: TestWorker[] = [];
  readonly #ownRedis: boolean;

  constructor(redis: TestRedis, env: Settings, ownRedis: boolean) {
    this.redis = redis;
    this.env = { REDIS_URL: redis.url, ...env };
    this.#ownRedis = ownRedis;
  }

  /** Where the first API process listens. */
  get url(): string {
    return this.apis[0]?.url ?? '';
  }

  get urls(): string[] {
    return this.apis.map((api) => api.url);
  }

  /**
   * Starts one more, with settings of its own beside those of all; resolves when it has its Redis too, so that it
   * refuses nothing.
   */
  async addApi(env: Settings = {}): Promise<TestApi> {
    const api = await startApi({ ...this.env, ...env });
    this.apis.push(api);
    await until(() => isHealthy(api.url), `health of ${api.url}`);
    return api;
  }

  async addWorker(): Promise<TestWorker> {
    const worker = await startWorker(this.env);
    this.workers.push(worker);
    return worker;
  }

  /** Ends everything that still runs, Redis last. */
  async stop(): Promise<void> {
    this.redis.resume();
    dropIdle();
    await Promise.all([...this.apis, ...this.workers].map((process) => process.stop()));
    if (this.#ownRedis) await this.redis.stop();
  }
}

/** Starts one API process and one worker, or as many as asked for, on a Redis of their own. */
export async function startSystem(options: SystemOptions = {}): Promise<TestSystem> {
  const { apis = 1, workers = 1, env = {}, redis, start = startRedis } = options;
  const system = new TestSystem(redis ?? (await start()), env, redis === undefined);
  await Promise.all([
    ...Array.from({ length: apis }, () => system.addApi()),
    ...Array.from({ length: workers }, () => system.addWorker()),
  ]);
  return system;
}

async function isHealthy(url: string): Promise<boolean> {
  return (await fetchText('GET', `${url}/health`)).status === 200;
}

/** As `ecosystem.config.js` starts Node. */
const NODE = ['--enable-source-maps', '--max-semi-space-size=32', '--single-threaded-gc'];

/** Only the settings given: none that the host happens to have set. */
function launch(name: string, settings: Settings, ready: RegExp, checkout = '.'): Promise<[Child, RegExpExecArray]> {
  const env = { PATH: process.env.PATH, LOG_FORMAT: 'json', ...asText(settings) };
  return Child.start(process.execPath, [...NODE, join(checkout, 'dist', 'apps', name, 'main.js')], env, ready);
}

function asText(settings: Settings): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
}
