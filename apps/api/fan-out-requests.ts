/**
 * Asks the workers for fan-out. A worker that has the lease of a room's slice hears of it by pub/sub. When no worker
 * has it, and in a cluster, this adds a job to a queue. Rooms that are asked for at the same moment share one job.
 */
import { crc32 } from 'node:zlib';
import type { Queue } from 'bullmq';
import { type FanOutJob, leaseOptions } from '../../shared/queues.js';
import { sliceOf } from '../../shared/store/slices.js';
import type { Store } from '../../shared/store/store.js';

/** An `add` that has not settled by then gives its rooms back, so that one lost answer does not stop the queue. */
const ADD_TIMEOUT_MS = 1_000;
/** With several queues, a room that waits longer is also given to another queue. */
const ADD_ELSEWHERE_MS = 200;
/** How long a queue that did not take a job is left alone. */
const REST_MS = 1_000;

type Adds = Pick<Queue<FanOutJob>, 'add'>;

/** Tells the worker that has the lease of a room's slice. Resolves with how many have heard it. */
export type Wake = (room: string) => Promise<number>;

/** Returns how the workers of a store are told. Null where they have no leases. */
export function wakeBy({ colocated, redis, keys }: Store): Wake | null {
  return colocated ? (room) => redis.publish(keys.wakeChannel(sliceOf(room)), room) : null;
}

/**
 * Adds the jobs of one process. Each room has its queue. A queue that does not take a job in time leaves it to the
 * next.
 */
export class FanOutRequests {
  readonly #queues: QueueRequests[];
  readonly #wake: Wake | null;

  /**
   * `onFailure` takes the error of an `add` that failed. The sweep finds its rooms within a second. `wake`: null where
   * workers have no leases.
   */
  constructor(queues: Adds[], onFailure: (error: Error) => void, wake: Wake | null = null) {
    const elsewhere = queues.length > 1 ? (room: string) => this.#addJob(room) : null;
    const add = wake ? addLeases : addRooms;
    this.#queues = queues.map((queue) => new QueueRequests((rooms) => add(queue, rooms), onFailure, elsewhere));
    this.#wake = wake;
  }

  /** Asks for a room to be advanced. Never waits, never throws. */
  request(room: string): void {
    if (!this.#wake) this.#addJob(room);
    else
      this.#wake(room).then(
        (heard) => this.requestUnless(heard, room),
        () => undefined, // Redis is away: the sweep finds the room
      );
  }

  /** Asks for a room, unless a worker has heard of it already. `heard`: how many have; undefined for nobody asked. */
  requestUnless(heard: number | undefined, room: string): void {
    if (heard === undefined) this.request(room);
    else if (heard === 0) this.#addJob(room);
  }

  #addJob(room: string): void {
    const first = crc32(room) % this.#queues.length;
    const inTurn = [...this.#queues.slice(first), ...this.#queues.slice(0, first)];
    inTurn.find((queue) => queue.available)?.request(room); // without one, the sweep finds the room
  }
}

type AddJobs = (rooms: string[]) => Promise<unknown>;

function addRooms(queue: Adds, rooms: string[]): Promise<unknown> {
  return queue.add('advance', { rooms });
}

/** Adds a lease for each slice of the rooms. A worker of a version without leases advances the rooms alone. */
function addLeases(queue: Adds, rooms: string[]): Promise<unknown> {
  const bySlice = new Map<number, string[]>();
  for (const room of rooms) bySlice.set(sliceOf(room), [...(bySlice.get(sliceOf(room)) ?? []), room]);
  return Promise.all(
    [...bySlice].map(([slice, itsRooms]) => queue.add('lease', { rooms: itsRooms, slice }, leaseOptions(slice))),
  );
}

/** The jobs of one queue. One `add` is under way at a time; rooms that come meanwhile go with the next one. */
class QueueRequests {
  readonly #addJobs: AddJobs;
  readonly #onFailure: (error: Error) => void;
  readonly #elsewhere: ((room: string) => void) | null;
  readonly #waiting = new Set<string>();
  #adding = false;
  #restsUntil = 0;

  /** `elsewhere` takes the rooms of an `add` that failed or is late. Null: late rooms go with the next `add`. */
  constructor(addJobs: AddJobs, onFailure: (error: Error) => void, elsewhere: ((room: string) => void) | null) {
    this.#addJobs = addJobs;
    this.#onFailure = onFailure;
    this.#elsewhere = elsewhere;
  }

  /** Whether the queue takes jobs. It does not for a while after one has failed. */
  get available(): boolean {
    return Date.now() >= this.#restsUntil;
  }

  request(room: string): void {
    this.#waiting.add(room);
    if (!this.#adding) void this.#addWaiting();
  }

  async #addWaiting(): Promise<void> {
    this.#adding = true;
    while (this.#waiting.size > 0) {
      const rooms = [...this.#waiting];
      this.#waiting.clear();
      const outcome = await this.#add(rooms);
      if (outcome !== 'added' && this.#elsewhere) this.#handOver(rooms, this.#elsewhere);
      else if (outcome === 'late') for (const room of rooms) this.#waiting.add(room);
    }
    this.#adding = false;
  }

  #handOver(rooms: string[], elsewhere: (room: string) => void): void {
    this.#restsUntil = Date.now() + REST_MS;
    const all = [...rooms, ...this.#waiting];
    this.#waiting.clear();
    for (const room of all) elsewhere(room);
  }

  async #add(rooms: string[]): Promise<'added' | 'failed' | 'late'> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, this.#elsewhere ? ADD_ELSEWHERE_MS : ADD_TIMEOUT_MS, 'late');
    });
    const added = this.#addJobs(rooms).then(
      () => 'added' as const,
      (error: Error) => {
        this.#onFailure(error);
        return 'failed' as const;
      },
    );
    const outcome = await Promise.race([added, late]);
    clearTimeout(timer);
    return outcome;
  }
}
