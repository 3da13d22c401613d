/** Adds the fan-out jobs of an API process to the queues: the rooms of all sends of a moment go in one job. */
import { crc32 } from 'node:zlib';
import type { Queue } from 'bullmq';
import type { FanOutJob } from '../../shared/queues.js';

/** An `add` that has not settled by then gives its rooms back, so that one lost answer does not stop all later ones. */
const ADD_TIMEOUT_MS = 1_000;
/** With several queues: it is added to another one as well, where that is quicker. */
const ADD_ELSEWHERE_MS = 200;
/** A queue that did not take a job is asked again after so long (ms). */
const REST_MS = 1_000;

/**
 * Comings and goings in a room are told at once, and those of the next so many ms together: each is an event for all
 * who are there.
 */
const PRESENCE_WINDOW_MS = 500;

type Adds = Pick<Queue<FanOutJob>, 'add'>;

/**
 * Adds fan-out jobs of one process. Each room has its queue; one that does not take a job in time leaves it to the
 * next.
 */
export class FanOutRequests {
  readonly #queues: QueueRequests[];
  /** Rooms in which somebody has just come or gone; true when somebody else has since. */
  readonly #moving = new Map<string, boolean>();

  /** `onFailure` is told of an `add` that failed; the sweep finds those rooms within a second. */
  constructor(queues: Adds[], onFailure: (error: Error) => void) {
    const elsewhere = queues.length > 1 ? (room: string) => this.request(room) : null;
    this.#queues = queues.map((queue) => new QueueRequests(queue, onFailure, elsewhere));
  }

  /** Asks for a room to be advanced. Never waits, never throws. */
  request(room: string): void {
    const first = crc32(room) % this.#queues.length;
    const inTurn = [...this.#queues.slice(first), ...this.#queues.slice(0, first)];
    inTurn.find((queue) => queue.available)?.request(room); // none: the sweep
  }

  /** Asks for a room in which somebody has come or gone, or has another name. Never throws. */
  requestPresence(room: string): void {
    if (this.#moving.has(room)) return void this.#moving.set(room, true);
    this.request(room);
    this.#moving.set(room, false);
    setTimeout(() => {
      const again = this.#moving.get(room);
      this.#moving.delete(room);
      if (again) this.requestPresence(room);
    }, PRESENCE_WINDOW_MS).unref(); // of a process that ends, the sweep does it
  }
}

/** Jobs of one queue: one `add` in flight, and the rooms of all sends meanwhile go with the next. */
class QueueRequests {
  readonly #queue: Adds;
  readonly #onFailure: (error: Error) => void;
  readonly #elsewhere: ((room: string) => void) | null;
  readonly #waiting = new Set<string>();
  #adding = false;
  #restsUntil = 0;

  /** `elsewhere` takes rooms of an `add` that failed or is late; null: late ones go with the next. */
  constructor(queue: Adds, onFailure: (error: Error) => void, elsewhere: ((room: string) => void) | null) {
    this.#queue = queue;
    this.#onFailure = onFailure;
    this.#elsewhere = elsewhere;
  }

  /** False for a while after its node has failed. */
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
