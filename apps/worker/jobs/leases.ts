/**
 * Leases: jobs that stay. A worker that takes a slice of the rooms listens for its messages, and advances their rooms
 * until the slice has been quiet for a while. So a message costs no job of its own. This is for one Redis; a cluster has
 * a job for each group of messages.
 *
 * Invariant: no room falls between two leases. A send publishes the room's name after its event is in the log and the
 * room in `dirty`. If nobody listens, the API process adds a job. A lease reads `dirty` right after it has begun to
 * listen, and again after it has stopped: a connection that breaks for a moment loses what was published meanwhile. The
 * sweep finds what is lost with a worker that hangs.
 *
 * Redis forgets a listener as soon as its process is gone. So whether somebody listens, and not BullMQ's lock of the
 * job, says whether a slice is served: the slices of a killed worker are taken up at its next message.
 */
import type { Redis } from 'ioredis';
import { dirtyRooms } from '../../../shared/store/fan-out.js';
import { sliceOf } from '../../../shared/store/slices.js';
import type { Store } from '../../../shared/store/store.js';
import type { FanOut } from './fan-out.js';

/** When a lease is over, in ms. */
export const LEASE_TIMES = {
  /** A slice that has been quiet for so long needs no lease: a job for its next message costs little more. */
  quietMs: 1_000,
  /** After so long another worker may take the slice. */
  leaseMs: 10_000,
  /** How often a lease looks whether it is over. */
  lookMs: 100,
};

interface Lease {
  heardAt: number;
  over: boolean;
}

export class Leases {
  readonly #store: Store;
  readonly #fanOut: FanOut;
  readonly #subscriber: Redis;
  readonly #failed: (error: unknown) => void;
  readonly #times: typeof LEASE_TIMES;
  readonly #held = new Map<number, Lease>();
  #closing = false;

  /** `subscriber`: a connection for these leases alone. `failed` takes errors of rooms, which the sweep finds. */
  constructor(store: Store, fanOut: FanOut, subscriber: Redis, failed: (error: unknown) => void, times = LEASE_TIMES) {
    this.#times = times;
    this.#store = store;
    this.#fanOut = fanOut;
    this.#subscriber = subscriber;
    this.#failed = failed;
    subscriber.on('message', (_channel, room: string) => this.#hear(room));
    // nothing is heard any more, so API processes ask for leases again
    subscriber.on('close', () => {
      for (const lease of this.#held.values()) lease.over = true;
    });
  }

  /**
   * Advances the rooms of a slice until it is quiet, another worker may take it, or this one closes. If another worker
   * listens already, this only looks once. `isTakenOver`: the other one seems to hang, so this one listens, too.
   */
  async hold(slice: number, isTakenOver = false): Promise<void> {
    if (this.#held.has(slice)) return;
    const lease = { heardAt: Date.now(), over: false };
    this.#held.set(slice, lease);
    const channel = this.#store.keys.wakeChannel(slice);
    try {
      await this.#subscriber.subscribe(channel);
      const [, listeners] = (await this.#store.redis.pubsub('NUMSUB', channel)) as [string, number];
      if (listeners === 1 || isTakenOver) {
        await this.#advanceDirty(slice);
        await this.#listen(lease);
      }
      await this.#subscriber.unsubscribe(channel);
    } finally {
      this.#held.delete(slice);
    }
    await this.#advanceDirty(slice);
  }

  /** Ends all leases. Their jobs are done within a moment. */
  close(): void {
    this.#closing = true;
  }

  #hear(room: string): void {
    const lease = this.#held.get(sliceOf(room));
    if (lease) lease.heardAt = Date.now();
    this.#fanOut.advanceRoom(room).catch(this.#failed);
  }

  /** Resolves when a lease is over. */
  #listen(lease: Lease): Promise<void> {
    const { quietMs, leaseMs, lookMs } = this.#times;
    const began = Date.now();
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const now = Date.now();
        const isOver = lease.over || this.#closing || now - lease.heardAt > quietMs || now - began > leaseMs;
        if (!isOver) return;
        clearInterval(timer);
        resolve();
      }, lookMs);
    });
  }

  async #advanceDirty(slice: number): Promise<void> {
    for (const shard of this.#store.keys.allShards) {
      const rooms = (await dirtyRooms(this.#store, shard, Number.MAX_SAFE_INTEGER)).filter(
        (room) => sliceOf(room) === slice,
      );
      for (const { error } of await this.#fanOut.advanceRooms(rooms)) this.#failed(error);
    }
  }
}
