/** The jobs of a worker: takes them from the queues and hands them to what does them. What fails, BullMQ tries again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, type Queue, type Telemetry, Worker, type WorkerOptions } from 'bullmq';
import { type FanOutJob, fanOutQueueNames, queueOptions, UPKEEP } from '../../../shared/queues.js';
import type { RedisClient } from '../../../shared/redis/slot-owners.js';
import type { Store } from '../../../shared/store/store.js';
import { weighValues } from '../../../shared/store/values.js';
import { expire } from './expire.js';
import type { FanOut } from './fan-out.js';
import { finishForgetting } from './forget.js';
import { settle } from './settle.js';
import { sweep } from './sweep.js';

const SWEEP_EVERY_MS = 1_000;
const EXPIRE_EVERY_MS = 5_000;
const FORGET_EVERY_MS = 5_000;
const WEIGH_EVERY_MS = 3_600_000;
/** The schedules are set again this often, since a Redis that was wiped has forgotten them. */
const SCHEDULE_EVERY_MS = 10_000;
/** In a cluster, where the queue of the sweep may be away alone, each worker also sweeps by itself what is older than this (ms). */
const LATE_MS = 1_500;
/** So long (ms) after a node or a queue was in trouble each worker sweeps every `late` ms what is older than that: a job given to such a queue waits for its worker. */
const TROUBLED = { late: 150, for: 5_000 };
/** A killed worker's job is taken up again after lock and stalled interval: measured 10.7 s with 5 s each. */
const LOCK_MS = 5_000;
/** How long (ms) a worker rests after an error of its connection, and BullMQ before it asks again for a job; the sweep's second is lost at most. */
const REST_MS = 1_000;
/** A job may lose its worker so often before it counts as failed; the sweep has its rooms all the same. */
const STALLS_MAX = 10;

/**
 * How long (ms) BullMQ may take to close: it waits for answers of a Redis that hangs, and up to 6 s for one that died with its master while it
 * waited for a job. What a job leaves half done, another worker does again.
 */
const CLOSE_MS = 2_500;

/** What the queues are reached by. */
export interface Queues {
  upkeep: Queue;
  /** Makes a connection for a worker of BullMQ. */
  connect: () => RedisClient;
  /** Of fan-out alone: upkeep tells nobody anything. */
  telemetry: Telemetry | undefined;
}

export class Jobs {
  readonly #store: Store;
  readonly #fanOut: FanOut;
  readonly #failed: (error: unknown) => void;
  readonly #workers: Worker[];
  readonly #upkeep: Queue;
  readonly #timers: NodeJS.Timeout[];
  #sweeping = false;
  #troubledUntil = 0;

  /** `failed` is told of everything that fails and is tried again. */
  constructor(store: Store, fanOut: FanOut, { upkeep, connect, telemetry }: Queues, failed: (error: unknown) => void) {
    this.#store = store;
    this.#fanOut = fanOut;
    this.#failed = failed;
    this.#upkeep = upkeep;
    const names = fanOutQueueNames(store.config);
    const concurrency = Math.ceil(store.config.workerConcurrency / names.length);
    this.#workers = [
      ...names.map((name) =>
        this.#startWorker(name, (job: Job<FanOutJob>) => this.#advance(job), {
          ...queueOptions(name, connect()),
          concurrency,
          ...(telemetry && { telemetry }),
        }),
      ),
      this.#startWorker(UPKEEP, (job: Job) => this.#runUpkeep(job), {
        ...queueOptions(UPKEEP, connect()),
        concurrency: 3,
      }),
    ];
    this.#timers = [setInterval(() => void this.schedule(), SCHEDULE_EVERY_MS)];
    if (!store.redis.isCluster) return;
    store.redis.on('node error', () => this.#noteTrouble());
    this.#timers.push(setInterval(() => void this.#sweepLate(LATE_MS, this.#failed), SWEEP_EVERY_MS));
    this.#timers.push(
      setInterval(() => {
        if (Date.now() < this.#troubledUntil) void this.#sweepLate(TROUBLED.late, () => undefined);
      }, TROUBLED.late),
    ); // the sweep of every second tells of it
  }

  /** Sets the schedules of upkeep. */
  async schedule(): Promise<void> {
    try {
      await this.#upkeep.upsertJobScheduler('sweep', { every: SWEEP_EVERY_MS });
      await this.#upkeep.upsertJobScheduler('expire', { every: EXPIRE_EVERY_MS });
      await this.#upkeep.upsertJobScheduler('forget', { every: FORGET_EVERY_MS });
      await this.#upkeep.upsertJobScheduler('weigh', { every: WEIGH_EVERY_MS });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Each of BullMQ's workers has two connections: one waits for jobs, the other does the rest. */
  get connections(): number {
    return this.#workers.length * 2;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.race([Promise.all(this.#workers.map((worker) => worker.close())), sleep(CLOSE_MS)]);
  }

  #startWorker<Data>(name: string, process: (job: Job<Data>) => Promise<unknown>, options: WorkerOptions): Worker {
    const worker = new Worker<Data>(name, process, {
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

  /** BullMQ asks again at once when Redis refuses (no memory, a read-only replica): without a rest that is all it does. */
  #rest(worker: Worker, error: Error): void {
    this.#noteTrouble();
    if (worker.isPaused()) return;
    this.#failed(error);
    const resume = setTimeout(() => worker.resume(), REST_MS);
    worker.pause(true).catch(() => clearTimeout(resume)); // it is closing
  }

  /** Rooms fail separately: the job is tried again with those that did. */
  async #advance(job: Job<FanOutJob>): Promise<void> {
    const { rooms } = job.data;
    const failed = await this.#fanOut.advanceRooms(rooms);
    const [first] = failed;
    if (!first) return;
    await job.updateData({ rooms: failed.map(({ room }) => room) });
    throw first.error;
  }

  #noteTrouble(): void {
    this.#troubledUntil = Date.now() + TROUBLED.for;
  }

  async #sweepLate(late: number, failed: (error: unknown) => void): Promise<void> {
    if (this.#sweeping) return;
    this.#sweeping = true;
    await sweep(this.#store, this.#fanOut, late).catch(failed);
    this.#sweeping = false;
  }

  async #runUpkeep(job: Job): Promise<unknown> {
    if (job.name === 'sweep') return sweep(this.#store, this.#fanOut);
    const announce = (room: string): void => void this.#fanOut.advanceRoom(room).catch(() => undefined); // the sweep tries again
    if (job.name === 'forget') return finishForgetting(this.#store, FORGET_EVERY_MS, announce);
    if (job.name === 'weigh') return weighValues(this.#store, 0); // rooms that have expired leave the list
    await settle(this.#store, this.#fanOut).catch(this.#failed); // the next run tries again
    return expire(this.#store, EXPIRE_EVERY_MS, announce);
  }
}
