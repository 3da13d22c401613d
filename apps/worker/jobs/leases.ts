/**
 * Leases: jobs that stay. A worker that takes a slice of the rooms listens for its messages, and advances their rooms
 * until the slice has been quiet for a while. So a message costs no job of its own. This is for one Redis; a cluster
 * has a job for each group of messages.
 *
 * Invariant: no room falls between two leases. A send publishes the room's name after its event is in the log and the
 * room in `dirty`. If nobody listens, the API process adds a job. A lease reads `dirty` right after it has begun to
 * listen, and again after it has stopped: a connection that breaks for a moment loses what was published meanwhile. The
 * sweep finds what is lost with a worker that hangs.
 *
 * Redis forgets a listener as soon as its process is gone. So whether somebody listens, and not BullMQ's lock of the
 * job, says whether a slice is served: the slices of a killed worker are taken up at its next message.
 *
 * A worker that hangs, or whose machine is gone, still counts as a listener. So the holder of a lease renews a key. If
 * the sweep finds late rooms in a slice that has a listener and no key, another worker listens, too, as long as that
 * listener is there.
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
  /** A worker that has not renewed its lease for so long hangs. It renews it three times as often. */
  aliveMs: 3_000,
};

interface Lease {
  readonly slice: number;
  heardAt: number;
  renewedAt: number;
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
   * listens already, this only looks once. `isTakenOver`: the other one seems to hang, so this one listens, too, as
   * long as the other one is there.
   */
  async hold(slice: number, isTakenOver = false): Promise<void> {
    if (this.#held.has(slice)) return;
    const lease: Lease = { slice, heardAt: Date.now(), renewedAt: 0, over: false };
    this.#held.set(slice, lease);
    const channel = this.#store.keys.wakeChannel(slice);
    try {
      await this.#subscriber.subscribe(channel);
      if (isTakenOver || (await this.#listeners(slice)) === 1) {
        await this.#advanceDirty(slice);
        do await this.#listen(lease);
        while (isTakenOver && !lease.over && !this.#closing && (await this.#listeners(slice)) > 1);
      }
      await this.#subscriber.unsubscribe(channel);
    } finally {
      this.#held.delete(slice);
    }
    await this.#advanceDirty(slice);
  }

  /** Takes over the slices of rooms that are late, if the worker that listens there seems to hang. */
  async rescue(rooms: string[]): Promise<void> {
    for (const slice of new Set(rooms.map(sliceOf))) {
      if (this.#held.has(slice) || (await this.#store.redis.exists(this.#store.keys.lease(slice))) === 1) continue;
      if ((await this.#listeners(slice)) > 0) this.hold(slice, true).catch(this.#failed);
    }
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

  async #listeners(slice: number): Promise<number> {
    const [, count] = (await this.#store.redis.pubsub('NUMSUB', this.#store.keys.wakeChannel(slice))) as [
      string,
      number,
    ];
    return count;
  }

  /** Shows others that this worker does not hang. */
  #renew(lease: Lease, now: number): void {
    const { aliveMs } = this.#times;
    if (now - lease.renewedAt < aliveMs / 3) return;
    lease.renewedAt = now;
    this.#store.redis.set(this.#store.keys.lease(lease.slice), 1, 'PX', aliveMs).catch(() => undefined);
  }

  /** Resolves when a lease is over. */
  #listen(lease: Lease): Promise<void> {
    const { quietMs, leaseMs, lookMs } = this.#times;
    const began = Date.now();
    this.#renew(lease, began);
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const now = Date.now();
        this.#renew(lease, now);
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
