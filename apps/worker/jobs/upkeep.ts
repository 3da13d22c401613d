/**
 * Upkeep: the sweep, what is due, expiry, unfinished entries and exits, forgetting, weights of values, stays and
 * retention. Every worker looks whether there is something to do. That only reads, so a chat in which nothing happens
 * writes next to nothing. Long work is a job of the queue `upkeep`, so that one worker does it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Queue } from 'bullmq';
import { redisTime } from '../../../shared/redis/time.js';
import { releaseDelayed } from '../../../shared/store/delayed-messages.js';
import { isAnythingUnfinished } from '../../../shared/store/forget.js';
import { tidyOverlays } from '../../../shared/store/overlays.js';
import { releaseReactions } from '../../../shared/store/reactions.js';
import { removeOldMessages } from '../../../shared/store/retention.js';
import { tendStays } from '../../../shared/store/stays.js';
import type { Store } from '../../../shared/store/store.js';
import { weighValues } from '../../../shared/store/values.js';
import { expire, isAnybodyStale } from './expire.js';
import type { FanOut } from './fan-out.js';
import { finishForgetting } from './forget.js';
import type { Leases } from './leases.js';
import { isAnyMoveAbandoned, settle } from './settle.js';
import { sweep } from './sweep.js';

const SWEEP_EVERY_MS = 1_000;
const LOOK_EVERY_MS = 5_000;
/** Jobs that look through all rooms of a kind, and how often. */
const SCHEDULES = ['weigh', 'stays', 'overlays', 'retain'];
const ROOMS_EVERY_MS = 3_600_000;
/** How many times longer than a step such a job rests after it, so that it takes a tenth of the time of Redis. */
const REST_FACTOR = 9;
const rest = (ms: number): Promise<unknown> => sleep(REST_FACTOR * ms);
/** How often the schedule is looked at, as a Redis that was wiped has forgotten it. */
const SCHEDULE_EVERY_MS = 60_000;
/** Schedules of former versions. */
const FORMER_SCHEDULES = ['sweep', 'expire', 'forget'];

export class Upkeep {
  readonly #store: Store;
  readonly #fanOut: FanOut;
  readonly #queue: Queue;
  readonly #failed: (error: unknown) => void;
  readonly #leases: Leases | null;
  readonly #timers: NodeJS.Timeout[] = [];

  /** `leases`: null in a cluster. `failed` takes every error. The next look tries again. */
  constructor(
    store: Store,
    fanOut: FanOut,
    { queue, leases }: { queue: Queue; leases: Leases | null },
    failed: (error: unknown) => void,
  ) {
    this.#leases = leases;
    this.#store = store;
    this.#fanOut = fanOut;
    this.#queue = queue;
    this.#failed = failed;
  }

  async start(): Promise<void> {
    this.#every(SWEEP_EVERY_MS, () => this.#sweep());
    this.#every(SWEEP_EVERY_MS, async () => releaseDelayed(this.#store, await redisTime(this.#store), this.#announce));
    this.#every(SWEEP_EVERY_MS, async () =>
      releaseReactions(this.#store, await redisTime(this.#store), this.#announce),
    );
    this.#every(LOOK_EVERY_MS, () => this.look());
    this.#every(SCHEDULE_EVERY_MS, () => this.#schedule());
    await this.#schedule().catch(this.#failed);
  }

  /** Tells a room that it has new events. The sweep finds a room that fails. */
  readonly #announce = (room: string): void => void this.#fanOut.advanceRoom(room).catch(() => undefined);

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  async run(job: Job): Promise<unknown> {
    const announce = this.#announce;
    switch (job.name) {
      case 'expire':
        await settle(this.#store, this.#fanOut).catch(this.#failed); // the next run tries again
        return expire(this.#store, LOOK_EVERY_MS, announce);
      case 'forget':
        return finishForgetting(this.#store, LOOK_EVERY_MS, announce);
      case 'weigh':
        return weighValues(this.#store, 0); // this removes expired rooms from the list
      case 'stays':
        return tendStays(this.#store);
      case 'overlays':
        return tidyOverlays(this.#store, rest);
      case 'retain':
        return removeOldMessages(this.#store, await redisTime(this.#store), rest);
      default:
        return null; // of a former version
    }
  }

  /** Looks what there is to do, and adds a job for it. */
  async look(): Promise<void> {
    const now = await redisTime(this.#store);
    const [isStale, isAbandoned, isUnfinished] = await Promise.all([
      isAnybodyStale(this.#store, now, LOOK_EVERY_MS),
      isAnyMoveAbandoned(this.#store, now),
      isAnythingUnfinished(this.#store),
    ]);
    if (isStale || isAbandoned) await this.#add('expire');
    if (isUnfinished) await this.#add('forget');
  }

  #sweep(): Promise<void> {
    return sweep(this.#store, this.#fanOut, undefined, (rooms) => {
      this.#leases?.rescue(rooms).catch(this.#failed);
    });
  }

  /** Adds a job, unless the same one waits or is under way. */
  #add(name: string): Promise<unknown> {
    return this.#queue.add(name, {}, { deduplication: { id: name } });
  }

  async #schedule(): Promise<void> {
    for (const former of FORMER_SCHEDULES) await this.#queue.removeJobScheduler(former);
    for (const name of SCHEDULES) {
      if (name === 'retain' && this.#store.config.messageTtl === 0) await this.#queue.removeJobScheduler(name);
      else if (!(await this.#queue.getJobScheduler(name)))
        await this.#queue.upsertJobScheduler(name, { every: ROOMS_EVERY_MS });
    }
  }

  /** Does something every `ms`, and not while it is still under way. */
  #every(ms: number, work: () => Promise<unknown>): void {
    let underWay = false;
    const timer = setInterval(async () => {
      if (underWay) return;
      underWay = true;
      await work().catch(this.#failed);
      underWay = false;
    }, ms);
    this.#timers.push(timer);
  }
}
