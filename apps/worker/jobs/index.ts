/** The jobs of a worker. It takes them from the queues and runs them. BullMQ tries a failed job again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, type Queue, type Telemetry, Worker, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { type FanOutJob, fanOutQueueNames, HOOKS, type HookJob, queueOptions, UPKEEP } from '../../../shared/queues.js';
import type { RedisClient } from '../../../shared/redis/client.js';
import { SLICES_COUNT } from '../../../shared/store/slices.js';
import type { Store } from '../../../shared/store/store.js';
import { HOOKS_CONCURRENT_MAX, type Hooks } from '../hooks/hooks.js';
import type { FanOut } from './fan-out.js';
import { Leases } from './leases.js';
import { sweep } from './sweep.js';
import { Upkeep } from './upkeep.js';

/**
 * After a node or a queue was in trouble, each worker sweeps more often for this long. A job in such a queue would wait
 * for its worker.
 */
const TROUBLE_MS = 5_000;
/** How often it sweeps then, and how old the rooms are that it sweeps. */
const TROUBLE_SWEEP_MS = 150;
/** The job of a killed worker is taken up again after lock and stalled interval: 10.7 s were measured with 5 s each. */
const LOCK_MS = 5_000;
/** How long a worker rests after an error of its connection, and BullMQ before it asks for a job again. */
const REST_MS = 1_000;
/** How often a job may lose its worker before it counts as failed. The sweep finds its rooms anyway. */
const STALLS_MAX = 10;

/**
 * How long BullMQ may take to close. It waits for answers of a Redis that hangs, and for up to 6 s if a master died
 * while it waited for a job. Another worker repeats a job that was left half done.
 */
const CLOSE_MS = 2_500;

/** How the queues are reached. */
export interface Queues {
  upkeep: Queue;
  /** Null where the host allows no outgoing hooks. */
  hooks: Hooks | null;
  /** Makes a connection for a worker of BullMQ. */
  connect: () => RedisClient;
  /** Makes the connection on which leases listen. */
  subscribe: () => Redis;
  /** For fan-out only: upkeep reports nothing. */
  telemetry: Telemetry | undefined;
}

export class Jobs {
  readonly #store: Store;
  readonly #fanOut: FanOut;
  /** Null in a cluster. */
  readonly #leases: Leases | null;
  readonly #failed: (error: unknown) => void;
  readonly #workers: Worker[];
  readonly #upkeep: Upkeep;
  readonly #hooks: Hooks | null;
  readonly #subscriber: Redis | null;
  readonly #troubleTimer: NodeJS.Timeout | undefined;
  #sweeping = false;
  #troubledUntil = 0;

  /** `failed` takes every error. Everything that fails is tried again. */
  constructor(
    store: Store,
    fanOut: FanOut,
    { upkeep, hooks, connect, subscribe, telemetry }: Queues,
    failed: (error: unknown) => void,
  ) {
    this.#store = store;
    this.#fanOut = fanOut;
    this.#subscriber = store.colocated ? subscribe() : null;
    this.#leases = this.#subscriber && new Leases(store, fanOut, this.#subscriber, failed);
    this.#failed = failed;
    this.#hooks = hooks;
    this.#upkeep = new Upkeep(store, fanOut, { queue: upkeep, leases: this.#leases }, failed);
    const names = fanOutQueueNames(store.config);
    const concurrency = Math.max(
      Math.ceil(store.config.workerConcurrency / names.length),
      this.#leases ? SLICES_COUNT + 1 : 1, // a lease keeps its place while it lasts
    );
    this.#workers = [
      ...names.map((name) =>
        this.#startWorker(name, (job: Job<FanOutJob>) => this.#advance(job), {
          ...queueOptions(name, connect(), store.config),
          concurrency,
          ...(telemetry && { telemetry }),
        }),
      ),
      this.#startWorker(UPKEEP, (job: Job) => this.#upkeep.run(job), {
        ...queueOptions(UPKEEP, connect(), store.config),
        concurrency: 3,
      }),
    ];
    if (hooks)
      this.#workers.push(
        this.#startWorker(HOOKS, (job: Job<HookJob>) => hooks.run(job.data), {
          ...queueOptions(HOOKS, connect(), store.config),
          concurrency: HOOKS_CONCURRENT_MAX,
        }),
      );
    if (!store.redis.isCluster) return;
    store.redis.on('node error', () => this.#noteTrouble());
    this.#troubleTimer = setInterval(() => void this.#sweepInTrouble(), TROUBLE_SWEEP_MS);
  }

  /** Begins the upkeep. Jobs are taken since the constructor. */
  async start(): Promise<void> {
    await this.#upkeep.start();
    this.#hooks?.start();
  }

  /** Each worker of BullMQ has two connections: one waits for jobs, the other does the rest. */
  get connections(): number {
    return this.#workers.length * 2 + (this.#subscriber ? 1 : 0);
  }

  async close(): Promise<void> {
    clearInterval(this.#troubleTimer);
    this.#upkeep.close();
    this.#hooks?.close();
    this.#leases?.close();
    await Promise.race([Promise.all(this.#workers.map((worker) => worker.close())), sleep(CLOSE_MS)]);
    this.#subscriber?.disconnect();
  }

  #startWorker<Data>(name: string, run: (job: Job<Data>) => Promise<unknown>, options: WorkerOptions): Worker {
    const worker = new Worker<Data>(name, run, {
      ...options,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS,
      maxStalledCount: STALLS_MAX,
      runRetryDelay: REST_MS,
    });
    worker.on('failed', (_job, error) => this.#failed(error));
    worker.on('error', (error) => this.#rest(worker, error));
    return worker;
  }

  /**
   * When Redis refuses (no memory, a read-only replica), BullMQ asks again at once. Without a rest it does nothing
   * else.
   */
  #rest(worker: Worker, error: Error): void {
    this.#noteTrouble();
    if (worker.isPaused()) return;
    this.#failed(error);
    const resume = setTimeout(() => worker.resume(), REST_MS);
    worker.pause(true).catch(() => clearTimeout(resume)); // it is closing
  }

  /** Rooms fail separately. The job is tried again with the rooms that failed. */
  async #advance(job: Job<FanOutJob>): Promise<void> {
    const { rooms, slice } = job.data;
    if (slice !== undefined && this.#leases) {
      await job.removeDeduplicationKey();
      return this.#leases.hold(slice);
    }
    const failed = await this.#fanOut.advanceRooms(rooms);
    const [first] = failed;
    if (!first) return;
    await job.updateData({ rooms: failed.map(({ room }) => room) });
    throw first.error;
  }

  #noteTrouble(): void {
    this.#troubledUntil = Date.now() + TROUBLE_MS;
  }

  async #sweepInTrouble(): Promise<void> {
    if (this.#sweeping || Date.now() >= this.#troubledUntil) return;
    this.#sweeping = true;
    // the sweep of every second reports its failures
    await sweep(this.#store, this.#fanOut, TROUBLE_SWEEP_MS).catch(() => undefined);
    this.#sweeping = false;
  }
}
