/** The queues between API processes and workers: their names, what a job carries, how one is added. */
import { Queue, type Telemetry } from 'bullmq';
import type { Redis } from 'ioredis';

export const FANOUT = 'fanout';
export const UPKEEP = 'upkeep';

/** "Advance these rooms", not "deliver this message": what there is to deliver, the room's log says. */
export interface FanOutJob {
  rooms: string[];
}

/** An `add` that has not settled by then gives its rooms back, so that one lost answer does not stop all later ones. */
const ADD_PATIENCE = 1_000;

/** A queue whose history stays small: what was done is in the logs of the rooms. */
export function openQueue<Data>(name: string, connection: Redis, telemetry?: Telemetry): Queue<Data> {
  return new Queue<Data>(name, {
    connection,
    ...(telemetry && { telemetry }),
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: {
      removeOnComplete: { count: 100 },
      removeOnFail: { count: 500 },
      attempts: 3,
      backoff: { type: 'exponential', delay: 200 },
    },
  });
}

/** Adds fan-out jobs of one process: one `add` in flight, and the rooms of all sends meanwhile go with the next. */
export class FanOutRequests {
  readonly #queue: Pick<Queue<FanOutJob>, 'add'>;
  readonly #onFailure: (error: Error) => void;
  readonly #waiting = new Set<string>();
  #adding = false;

  /** `onFailure` is told of an `add` that failed; the sweep finds those rooms within a second. */
  constructor(queue: Pick<Queue<FanOutJob>, 'add'>, onFailure: (error: Error) => void) {
    this.#queue = queue;
    this.#onFailure = onFailure;
  }

  /** Asks for a room to be advanced. Never waits, never throws. */
  request(room: string): void {
    this.#waiting.add(room);
    if (!this.#adding) void this.#addWaiting();
  }

  async #addWaiting(): Promise<void> {
    this.#adding = true;
    while (this.#waiting.size > 0) {
      const rooms = [...this.#waiting];
      this.#waiting.clear();
      if (await this.#add(rooms) === 'late') for (const room of rooms) this.#waiting.add(room);
    }
    this.#adding = false;
  }

  async #add(rooms: string[]): Promise<'added' | 'failed' | 'late'> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => { timer = setTimeout(resolve, ADD_PATIENCE, 'late'); });
    const added = this.#queue.add('advance', { rooms }).then(() => 'added' as const, (error: Error) => {
      this.#onFailure(error);
      return 'failed' as const;
    });
    const outcome = await Promise.race([added, late]);
    clearTimeout(timer);
    return outcome;
  }
}
