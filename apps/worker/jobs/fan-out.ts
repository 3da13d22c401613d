/**
 * Fan-out: copies what a room's log has undelivered into its members' inboxes. Ordered and idempotent by the shards'
 * positions, so two workers, a retry or a stalled job do no harm; one room is nevertheless advanced once at a time here.
 */
import { compareIds } from '../../../shared/protocol/events.js';
import { FanOutSteps, type Batch, type LogEntry } from '../../../shared/store/fan-out.js';
import type { Store } from '../../../shared/store/store.js';

/** Rooms of one job that are advanced side by side: enough to keep Redis busy, few enough to keep its answers quick. */
const SIDE_BY_SIDE = 32;

/** A job waits so long (ms) for its rooms: far longer than what is usual takes, and short for those who wait behind it. */
const TURN = 250;

/** A batch that all shards have reached. */
export interface Delivered {
  room: string;
  entries: readonly LogEntry[];
  /** How many of them had not been reached everywhere before: other workers may have taken part. */
  moved: number;
  /** ms */
  took: number;
}

/** Told of every batch that all shards have reached, once, whichever workers took part. */
export interface FanOutObserver {
  delivered(batch: Delivered): void;
}

export class FanOut {
  readonly #steps: FanOutSteps;
  readonly #observer: FanOutObserver;
  /** Rooms being advanced; `again` when one was asked for meanwhile. */
  readonly #advancing = new Map<string, { again: boolean; done: Promise<void> }>();

  constructor(store: Store, observer: FanOutObserver) {
    this.#steps = new FanOutSteps(store);
    this.#observer = observer;
  }

  /** Advances a room until nothing is undelivered. Whoever asks while it is under way waits for a pass that begins after. */
  advanceRoom(room: string): Promise<void> {
    const running = this.#advancing.get(room);
    if (running) {
      running.again = true;
      return running.done;
    }
    const entry = { again: false, done: Promise.resolve() };
    this.#advancing.set(room, entry);
    entry.done = this.#advanceUntilDone(room, entry);
    return entry.done;
  }

  /**
   * Advances many rooms, some at a time. Gives those that failed, with why. It does not wait for a room that has very much: that goes on
   * beside the next jobs (should it fail, the sweep has it), or floods of a few rooms would hold up everybody else's.
   */
  async advanceRooms(rooms: string[]): Promise<{ room: string; error: unknown }[]> {
    const failed: { room: string; error: unknown }[] = [];
    const waiting = rooms.values();
    let timer: NodeJS.Timeout | undefined;
    const turn = new Promise<void>((resolve) => { timer = setTimeout(resolve, TURN); });
    const advanceNext = async (): Promise<void> => {
      for (const room of waiting) await Promise.race([turn, this.advanceRoom(room).catch((error: unknown) => { failed.push({ room, error }); })]);
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, advanceNext));
    clearTimeout(timer);
    return [...failed]; // what fails later is the sweep's
  }

  async #advanceUntilDone(room: string, entry: { again: boolean }): Promise<void> {
    try {
      do {
        entry.again = false;
        while (await this.#advanceOnce(room) > 0);
      } while (entry.again);
    } finally {
      this.#advancing.delete(room); // in the same moment as the last look at `again`: nobody can ask in between
    }
  }

  async #advanceOnce(room: string): Promise<number> {
    const started = performance.now();
    const batch = await this.#steps.readBatch(room);
    const last = batch.entries.at(-1);
    if (!last) return 0;
    await Promise.all(batch.shards.map((shard) => this.#deliverTo(room, shard, batch, last)));
    const { undelivered, moved } = await this.#steps.advance(room, last);
    if (moved > 0) this.#observer.delivered({ room, entries: batch.entries, moved, took: performance.now() - started });
    return undelivered;
  }

  /** Brings one shard to the batch's end, in as many bounded script calls as that takes. */
  async #deliverTo(room: string, shard: number, batch: Batch, last: LogEntry): Promise<void> {
    let current = batch;
    for (;;) {
      const { status, id } = await this.#steps.deliver(room, shard, current);
      if (status === 'behind') current = await this.#steps.readBatch(room, id);
      else if (status === 'done' && compareIds(id, last.id) >= 0) return;
      // the shard was in the middle of a shorter batch: what is left of this one comes next
      else if (status === 'done') current = current === batch ? batch : await this.#steps.readBatch(room, id);
      if (current.entries.length === 0) return; // the log has lost what the shard was waiting for
    }
  }
}
