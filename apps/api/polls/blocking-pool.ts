/**
 * The blocking way to wait: BLPOP on the user's own bell. While it waits, a poll has a connection of its own to the
 * node that owns the user, from a bounded pool. A connection is used again only after BLPOP, and the UNBLOCK that may
 * have been sent, have answered.
 */
import type { Redis } from 'ioredis';
import type { Nodes } from '../../../shared/redis/nodes.js';

/** How often a BLPOP is renewed, so that a connection that died silently is noticed within 15 s. */
const SLICE_MS = 8_000;
/** How much later than its time limit a BLPOP may answer before its connection counts as dead. */
const LATE_MS = 2_000;
/** How long a new connection may take to be ready for use. */
const CONNECT_MS = 5_000;
/** When UNBLOCK is sent again. It answers 0 if the BLPOP has not arrived yet. */
const UNBLOCK_RETRY_MS = 5;

/** How a wait ended: the bell rang, the time was up, or the wait was cancelled. */
export type WaitOutcome = 'rung' | 'time' | 'cancelled';

export class BlockingPool {
  readonly #nodes: Nodes;
  readonly #size: number;
  #idle: Lease[] = [];
  #open = 0;
  #closed = false;

  constructor(nodes: Nodes, size: number) {
    this.#nodes = nodes;
    this.#size = size;
  }

  /** Connections open at the moment, idle ones included. */
  get open(): number {
    return this.#open;
  }

  get waiting(): number {
    return this.#open - this.#idle.length;
  }

  /**
   * Resolves with a connection to wait on for keys of one user, or with null if all are in use. Rejects when Redis is
   * away.
   */
  async acquire(key: string): Promise<Lease | null> {
    const node = this.#nodes.ownerOf(key);
    if (node === null || this.#closed) return null;
    this.#idle = this.#idle.filter((lease) => lease.usable || this.#drop(lease));
    const found = this.#idle.findLast((lease) => lease.node === node);
    // if the pool is full, an idle connection to another node is closed for this one
    const spare = found ?? (this.#open >= this.#size ? this.#idle[0] : undefined);
    if (spare) this.#idle.splice(this.#idle.indexOf(spare), 1);
    if (found) return found;
    if (spare) this.#drop(spare);
    if (this.#open >= this.#size) return null;
    this.#open += 1;
    return this.#openLease(node);
  }

  release(lease: Lease): void {
    if (lease.usable && !this.#closed) this.#idle.push(lease);
    else this.#drop(lease);
  }

  close(): void {
    this.#closed = true;
    for (const lease of this.#idle.splice(0)) this.#drop(lease);
  }

  async #openLease(node: string): Promise<Lease> {
    const connection = this.#nodes.connectBlocking(node);
    connection.on('error', () => undefined); // the command that fails tells the poll that waits
    const watchdog = setTimeout(() => connection.disconnect(), CONNECT_MS);
    try {
      await connection.connect();
      return new Lease(connection, Number(await connection.client('ID')), node, () => this.#nodes.sharedWith(node));
    } catch (error) {
      connection.disconnect();
      this.#open -= 1;
      throw error;
    } finally {
      clearTimeout(watchdog);
    }
  }

  #drop(lease: Lease): false {
    lease.disconnect();
    this.#open -= 1;
    return false;
  }
}

/** One connection of the pool, for one wait at a time. */
export class Lease {
  readonly #connection: Redis;
  readonly #clientId: number;
  readonly node: string;
  readonly #control: () => Redis | null;
  #waiting = false;
  #cancelled = false;
  #unblocking: Promise<void> = Promise.resolve();
  #broken = false;

  /** `control` returns the connection that UNBLOCK goes over, to the same node. */
  constructor(connection: Redis, clientId: number, node: string, control: () => Redis | null) {
    this.#connection = connection;
    this.#clientId = clientId;
    this.node = node;
    this.#control = control;
    connection.on('close', () => {
      this.#broken = true;
    });
  }

  get usable(): boolean {
    return !this.#broken && this.#connection.status === 'ready';
  }

  /** Waits for the bell for at most `ms`. Rejects if the connection breaks: the poll has to attach again. */
  async wait(bell: string, ms: number): Promise<WaitOutcome> {
    this.#cancelled = false;
    const end = Date.now() + ms;
    for (;;) {
      const left = end - Date.now();
      if (this.#cancelled) return 'cancelled';
      if (left <= 0) return 'time';
      if (await this.#pop(bell, Math.min(left, SLICE_MS))) return 'rung';
    }
  }

  /** Ends a wait early. */
  cancel(): void {
    this.#cancelled = true;
    if (this.#waiting) this.#unblocking = this.#unblock();
  }

  disconnect(): void {
    this.#broken = true;
    this.#connection.disconnect();
  }

  async #pop(bell: string, ms: number): Promise<boolean> {
    this.#waiting = true;
    const watchdog = setTimeout(() => this.disconnect(), ms + LATE_MS);
    try {
      return (await this.#connection.blpop(bell, Math.max(ms, 10) / 1_000)) !== null;
    } finally {
      clearTimeout(watchdog);
      this.#waiting = false;
      await this.#unblocking;
    }
  }

  async #unblock(): Promise<void> {
    while (this.#waiting) {
      const unblocked = await (
        this.#control()?.client('UNBLOCK', this.#clientId) ?? Promise.reject(new Error('no such node'))
      ).catch(() => this.disconnect());
      if (unblocked === 1) return;
      await new Promise((resolve) => setTimeout(resolve, UNBLOCK_RETRY_MS));
    }
  }
}
