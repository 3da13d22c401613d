/** Adds the fan-out jobs of an API process to the queues. Rooms with sends at the same moment share one job. */
import { crc32 } from 'node:zlib';
import type { Queue } from 'bullmq';
import type { FanOutJob } from '../../shared/queues.js';

/** An `add` that has not settled by then gives its rooms back, so that one lost answer does not stop the queue. */
const ADD_TIMEOUT_MS = 1_000;
/** With several queues, a room that waits longer is also given to another queue. */
const ADD_ELSEWHERE_MS = 200;
/** How long a queue that did not take a job is left alone. */
const REST_MS = 1_000;

/**
 * The first coming or going in a room is announced at once. The ones that follow within this time are announced
 * together, as each is an event for everybody in the room.
 */
const PRESENCE_WINDOW_MS = 500;

type Adds = Pick<Queue<FanOutJob>, 'add'>;

/**
 * Adds the jobs of one process. Each room has its queue. A queue that does not take a job in time leaves it to the
 * next.
 */
export class FanOutRequests {
  readonly #queues: QueueRequests[];
  /** Rooms in which somebody has just come or gone. True: somebody else has come or gone since. */
  readonly #moving = new Map<string, boolean>();

  /** `onFailure` takes the error of an `add` that failed. The sweep finds its rooms within a second. */
  constructor(queues: Adds[], onFailure: (error: Error) => void) {
    const elsewhere = queues.length > 1 ? (room: string) => this.request(room) : null;
    this.#queues = queues.map((queue) => new QueueRequests(queue, onFailure, elsewhere));
  }

  /** Asks for a room to be advanced. Never waits, never throws. */
  request(room: string): void {
    const first = crc32(room) % this.#queues.length;
    const inTurn = [...this.#queues.slice(first), ...this.#queues.slice(0, first)];
    inTurn.find((queue) => queue.available)?.request(room); // without one, the sweep finds the room
  }

  /** Asks for a room in which somebody has come, gone, or changed the name. Never throws. */
  requestPresence(room: string): void {
    if (this.#moving.has(room)) return void this.#moving.set(room, true);
    this.request(room);
    this.#moving.set(room, false);
    setTimeout(() => {
      const again = this.#moving.get(room);
      this.#moving.delete(room);
      if (again) this.requestPresence(room);
    }, PRESENCE_WINDOW_MS).unref(); // if the process ends, the sweep finds the room
  }
}

/** The jobs of one queue. One `add` is under way at a time; rooms that come meanwhile go with the next one. */
class QueueRequests {
  readonly #queue: Adds;
  readonly #onFailure: (error: Error) => void;
  readonly #elsewhere: ((room: string) => void) | null;
  readonly #waiting = new Set<string>();
  #adding = false;
  #restsUntil = 0;

  /** `elsewhere` takes the rooms of an `add` that failed or is late. Null: late rooms go with the next `add`. */
  constructor(queue: Adds, onFailure: (error: Error) => void, elsewhere: ((room: string) => void) | null) {
    this.#queue = queue;
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
    const added = this.#queue.add('advance', { rooms }).then(
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
