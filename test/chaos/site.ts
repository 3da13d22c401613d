/** The system under chaos: its processes by place, so that a fault finds one that no other fault is at. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../support/child.js';
import { startCluster, TestCluster } from '../support/cluster.js';
import { type Settings, startApi, startWorker, type TestApi, type TestWorker } from '../support/processes.js';
import { startOneRedis, type TestRedis } from '../support/redis.js';
import type { ChaosOptions } from './options.js';

/** How often (ms) it is looked whether a process has ended that nobody ended. */
const WATCH_EVERY = 100;

/** Where a process runs, and where another one takes over from it. */
export class Place<Process extends Child> {
  current: Process;
  /** A fault is at it. */
  taken = false;
  /** When its process was ready, in ms since 1970. */
  since = Date.now();

  constructor(current: Process) {
    this.current = current;
  }

  settle(process: Process): void {
    this.current = process;
    this.since = Date.now();
  }
}

export class Site {
  readonly redis: TestRedis;
  readonly env: Settings;
  readonly apis: Place<TestApi>[] = [];
  readonly workers: Place<TestWorker>[] = [];
  /** When Redis was well again after the last fault at it, in ms since 1970; Infinity while there is one. */
  redisBackAt = 0;
  readonly #onCrash: (what: string) => void;
  /** A checkout of a former version. Every other process is of this one. */
  #former: string | undefined;
  #started = 0;
  #watching = true;

  private constructor(redis: TestRedis, env: Settings, onCrash: (what: string) => void, former: string | undefined) {
    this.redis = redis;
    this.env = { REDIS_URL: redis.url, ...env };
    this.#onCrash = onCrash;
    this.#former = former;
  }

  static async open(
    { apis, workers, fsync, redis, former }: ChaosOptions,
    env: Settings,
    onCrash: (what: string) => void,
  ): Promise<Site> {
    const options = { appendfsync: fsync };
    const started = await (redis === 'cluster' ? startCluster(options) : startOneRedis(options));
    const site = new Site(started, env, onCrash, former);
    const places = await Promise.all([
      ...Array.from({ length: apis }, async () => site.apis.push(new Place(await site.startApi()))),
      ...Array.from({ length: workers }, async () => site.workers.push(new Place(await site.startWorker()))),
    ]).catch(async (error: unknown) => {
      await site.close();
      throw error;
    });
    if (places.length > 0) void site.#watch();
    return site;
  }

  get cluster(): TestCluster | null {
    return this.redis instanceof TestCluster ? this.redis : null;
  }

  /** The API processes that a client may turn to, whether they answer or not. */
  get urls(): string[] {
    return this.apis.map((place) => place.current.url);
  }

  startApi(): Promise<TestApi> {
    const checkout = this.#nextCheckout();
    return withPatience(() => startApi(this.env, checkout));
  }

  startWorker(env: Settings = {}): Promise<TestWorker> {
    const checkout = this.#nextCheckout();
    return withPatience(() => startWorker({ ...this.env, ...env }, checkout));
  }

  /** Ends the upgrade: from now on, no process of the former version starts. Returns whether there was one. */
  endUpgrade(): boolean {
    const wasUpgrade = this.#former !== undefined;
    this.#former = undefined;
    return wasUpgrade;
  }

  #nextCheckout(): string | undefined {
    this.#started += 1;
    return this.#started % 2 === 0 ? this.#former : undefined;
  }

  /** Ends all workers in order and starts as many with another setting. */
  async replaceWorkers(env: Settings): Promise<void> {
    for (const place of this.workers) place.taken = true;
    await Promise.all(this.workers.map((place) => place.current.stop()));
    await Promise.all(this.workers.map(async (place) => place.settle(await this.startWorker(env))));
    for (const place of this.workers) place.taken = false;
  }

  async close(): Promise<void> {
    this.#watching = false;
    this.redis.resume();
    await Promise.all(
      [...this.apis, ...this.workers].map((place) =>
        place.current.stop().catch((error: unknown) => this.#onCrash(String(error))),
      ),
    );
    await this.redis.stop();
  }

  async #watch(): Promise<void> {
    const told = new Set<Child>();
    for (; this.#watching; await sleep(WATCH_EVERY)) {
      for (const { taken, current } of [...this.apis, ...this.workers]) {
        if (taken || !current.ended || told.has(current)) continue;
        told.add(current);
        this.#onCrash(`process ${current.pid} ended by itself: ${current.output().slice(-2_000)}`);
      }
    }
  }
}

/** Starts once more what was not ready in time: on a machine that others use as well that says nothing. */
async function withPatience<Process>(start: () => Promise<Process>): Promise<Process> {
  try {
    return await start();
  } catch (error) {
    if (!/was not ready in time/.test(String(error))) throw error;
    return start();
  }
}
