/**
 * Fan-out: copies the undelivered events of a room's log into its members' inboxes. The positions of the shards make it
 * ordered and idempotent, so two workers, a retry or a stalled job do no harm. Still, one worker advances a room only
 * once at a time.
 */
import { compareIds } from '../../../shared/protocol/events.js';
import { type Batch, FanOutSteps, type LogEntry, shardPosition } from '../../../shared/store/fan-out.js';
import type { Store } from '../../../shared/store/store.js';

/** Rooms of one job advanced at a time: enough to keep Redis busy, few enough to keep its answers quick. */
const CONCURRENT_MAX = 32;

/** How long a job waits for one of its rooms: far longer than usual, and short for the rooms that wait behind it. */
const TURN_MS = 50;

/** A batch that has reached all shards. */
interface DeliveredBatch {
  room: string;
  /** The ids of its events. */
  ids: readonly string[];
  /** The ids of the room's outgoing hooks that are due now. */
  hooks: readonly string[];
  /** How many of its events were not delivered everywhere before. Other workers may have taken part. */
  moved: number;
  /** How long it took. */
  ms: number;
}

/** Takes every batch that has reached all shards, once, whichever workers took part. */
export interface FanOutObserver {
  delivered(batch: DeliveredBatch): void;
}

export class FanOut {
  readonly #store: Store;
  readonly #steps: FanOutSteps;
  readonly #observer: FanOutObserver;
  /** Rooms being advanced. `again`: somebody asked for it meanwhile. */
  readonly #advancing = new Map<string, { again: boolean; done: Promise<void> }>();

  constructor(store: Store, observer: FanOutObserver) {
    this.#store = store;
    this.#steps = new FanOutSteps(store);
    this.#observer = observer;
  }

  /**
   * Advances a room until nothing is undelivered. A call while that is under way waits for a pass that begins after it.
   */
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
   * Advances many rooms, some at a time. Resolves with the rooms that failed, and why. It waits neither for a room that
   * is under way nor for one with very many events. Those go on beside the next jobs, so that floods in a few rooms do
   * not hold up all others. If one of them fails later, the sweep finds it.
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
    return [...failed]; // the sweep finds rooms that fail later
  }

  /**
   * Delivers to one user shard the events that it lacks, although they may count as delivered. `since`: where to begin
   * if the shard has no position.
   */
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
      this.#advancing.delete(room); // right after the last look at `again`: nobody can ask in between
    }
    if (failure !== null) throw failure;
  }

  /** Advances a room to the end of its log. Resolves with the error of a shard, or null. */
  async #advanceToEnd(room: string): Promise<unknown> {
    if (!this.#steps.inOneCall) return this.#advanceInSteps(room);
    for (;;) {
      const started = performance.now();
      const { status, moved, ids, hooks } = await this.#steps.fanOut(room);
      if (moved > 0) this.#observer.delivered({ room, ids, hooks, moved, ms: performance.now() - started });
      if (status === 'behind') return this.#advanceInSteps(room);
      if (status === 'done') return null;
    }
  }

  /**
   * Advances a room to the end of its log. Shards fail separately: while one is away, the others go on, and `delivered`
   * waits. Resolves with the error of a shard, or null.
   */
  async #advanceInSteps(room: string): Promise<unknown> {
    let failure: unknown = null;
    for (let from = ''; ; ) {
      const started = performance.now();
      const batch = await this.#steps.readBatch(room, from);
      const last = batch.entries.at(-1);
      if (!last) return failure;
      const outcomes = await Promise.allSettled(batch.shards.map((shard) => this.#deliverTo(room, shard, batch, last)));
      failure ??= outcomes.find((outcome) => outcome.status === 'rejected')?.reason ?? null;
      if (failure === null) {
        const { undelivered, moved, hooks } = await this.#steps.advance(room, batch);
        if (moved > 0)
          this.#observer.delivered({
            room,
            ids: batch.entries.map(({ id }) => id),
            hooks,
            moved,
            ms: performance.now() - started,
          });
        if (undelivered === 0) return null;
      } else {
        from = last.id;
      }
    }
  }

  /**
   * Brings one shard to the end of a batch, in as many bounded script calls as that takes. It ends early if the log has
   * lost the events that the shard was waiting for.
   */
  async #deliverTo(room: string, shard: number, batch: Batch, last: LogEntry): Promise<void> {
    let current = batch;
    while (current.entries.length > 0) {
      const { status, id } = await this.#steps.deliver(room, shard, current);
      if (status === 'done' && compareIds(id, last.id) >= 0) return;
      // `more`, and a shard that was in the middle of a shorter batch, take the rest of the same batch
      const continues = status === 'more' || (status === 'done' && current === batch);
      if (!continues) current = await this.#steps.readBatch(room, id);
    }
  }
}

/** Resolves when `done` does, or when its turn is over. */
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
