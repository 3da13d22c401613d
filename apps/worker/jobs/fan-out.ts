/**
 * Fan-out: copies what a room's log has undelivered into its members' inboxes. Ordered and idempotent by the shards'
 * positions, so two workers, a retry or a stalled job do no harm; one room is nevertheless advanced once at a time here.
 */
import { compareIds } from '../../../shared/protocol/events.js';
import { type Batch, FanOutSteps, type LogEntry, shardPosition } from '../../../shared/store/fan-out.js';
import type { Store } from '../../../shared/store/store.js';

/** Rooms of one job that are advanced side by side: enough to keep Redis busy, few enough to keep its answers quick. */
const CONCURRENT_MAX = 32;

/** A job waits so long (ms) for one of its rooms: far longer than what is usual takes, and short for those who wait behind it. */
const TURN_MS = 50;

/** A batch that all shards have reached. */
interface DeliveredBatch {
  room: string;
  entries: readonly LogEntry[];
  /** How many of them had not been reached everywhere before: other workers may have taken part. */
  moved: number;
  /** ms */
  ms: number;
}

/** Told of every batch that all shards have reached, once, whichever workers took part. */
export interface FanOutObserver {
  delivered(batch: DeliveredBatch): void;
}

export class FanOut {
  readonly #store: Store;
  readonly #steps: FanOutSteps;
  readonly #observer: FanOutObserver;
  /** Rooms being advanced; `again` when one was asked for meanwhile. */
  readonly #advancing = new Map<string, { again: boolean; done: Promise<void> }>();

  constructor(store: Store, observer: FanOutObserver) {
    this.#store = store;
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
   * Advances many rooms, some at a time. Gives those that failed, with why. It waits neither for a room that is under way nor for one that has
   * very much: those go on beside the next jobs (should one fail, the sweep has it), or floods of a few rooms would hold up everybody else's.
   */
  async advanceRooms(rooms: string[]): Promise<{ room: string; error: unknown }[]> {
    const failed: { room: string; error: unknown }[] = [];
    const waiting = rooms.values();
    const advanceNext = async (): Promise<void> => {
      for (const room of waiting) {
        const running = this.#advancing.get(room);
        if (running) running.again = true;
        else
          await withinTurn(
            this.advanceRoom(room).catch((error: unknown) => {
              failed.push({ room, error });
            }),
          );
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_MAX }, advanceNext));
    return [...failed]; // what fails later is the sweep's
  }

  /** Delivers to one user shard what it lacks, though it may count as delivered; `since` is where to begin when it has no position. */
  async repairRoom(room: string, shard: number, since: string): Promise<void> {
    for (let from = (await shardPosition(this.#store, room, shard)) ?? since; ; ) {
      const batch = await this.#steps.readBatch(room, from);
      const last = batch.entries.at(-1);
      if (!last) return;
      await this.#deliverTo(room, shard, batch, last);
      from = last.id;
    }
  }

  async #advanceUntilDone(room: string, entry: { again: boolean }): Promise<void> {
    let failure: unknown = null;
    try {
      do {
        entry.again = false;
        failure = await this.#advanceToEnd(room);
      } while (entry.again);
    } finally {
      this.#advancing.delete(room); // in the same moment as the last look at `again`: nobody can ask in between
    }
    if (failure !== null) throw failure;
  }

  /** Shards fail separately: while one is away, the others go on to the log's end, and `delivered` waits. Gives why one failed, or null. */
  async #advanceToEnd(room: string): Promise<unknown> {
    let failure: unknown = null;
    for (let from = ''; ; ) {
      const started = performance.now();
      const batch = await this.#steps.readBatch(room, from);
      const last = batch.entries.at(-1);
      if (!last) return failure;
      const outcomes = await Promise.allSettled(batch.shards.map((shard) => this.#deliverTo(room, shard, batch, last)));
      failure ??= outcomes.find((outcome) => outcome.status === 'rejected')?.reason ?? null;
      if (failure === null) {
        const { undelivered, moved } = await this.#steps.advance(room, batch);
        if (moved > 0)
          this.#observer.delivered({ room, entries: batch.entries, moved, ms: performance.now() - started });
        if (undelivered === 0) return null;
      } else {
        from = last.id;
      }
    }
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

/** Resolves with `done`, or when its turn is over. */
async function withinTurn(done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    done,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, TURN_MS);
    }),
  ]);
  clearTimeout(timer);
}
