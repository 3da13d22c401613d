/**
 * The blocking way to wait: BLPOP on the user's own bell, on a connection of its own for as long as it waits, from a
 * bounded pool. A connection is used again only when BLPOP, and the UNBLOCK that may have been sent, have answered.
 */
import type { Redis } from 'ioredis';

/** A BLPOP is renewed this often (ms), so that a connection that died without a word is noticed within 15 s. */
const SLICE = 8_000;
/** How much later than its time limit (ms) a BLPOP may answer before its connection counts as dead. */
const LATE = 2_000;
/** A connection that is not ready for use after so long (ms) is given up. */
const OPENING = 5_000;
/** UNBLOCK answers 0 when the BLPOP has not arrived yet; it is sent again after so many ms. */
const UNBLOCK_AGAIN = 5;

/** How a wait ended: the bell rang, the time was up, or it was cancelled. */
export type Outcome = 'rung' | 'time' | 'cancelled';

export class BlockingPool {
  readonly #connect: () => Redis;
  readonly #control: Redis;
  readonly #size: number;
  readonly #idle: Lease[] = [];
  #open = 0;
  #closed = false;

  /** `connect` makes a connection that is not yet connected; `control` is the one UNBLOCK goes over. */
  constructor(connect: () => Redis, control: Redis, size: number) {
    this.#connect = connect;
    this.#control = control;
    this.#size = size;
  }

  /** Connections open at the moment, idle ones included. */
  get open(): number {
    return this.#open;
  }

  get waiting(): number {
    return this.#open - this.#idle.length;
  }

  /** A connection to wait on, or null when all are in use. Throws when Redis is away. */
  async take(): Promise<Lease | null> {
    for (let lease = this.#idle.pop(); lease; lease = this.#idle.pop()) {
      if (lease.usable) return lease;
      this.#drop(lease);
    }
    if (this.#open >= this.#size || this.#closed) return null;
    this.#open += 1;
    return this.#openLease();
  }

  give(lease: Lease): void {
    if (lease.usable && !this.#closed) this.#idle.push(lease);
    else this.#drop(lease);
  }

  close(): void {
    this.#closed = true;
    for (const lease of this.#idle.splice(0)) this.#drop(lease);
  }

  async #openLease(): Promise<Lease> {
    const connection = this.#connect();
    connection.on('error', () => undefined); // who waits on it is told by the command that fails
    const watchdog = setTimeout(() => connection.disconnect(), OPENING);
    try {
      await connection.connect();
      return new Lease(connection, Number(await connection.client('ID')), this.#control);
    } catch (error) {
      connection.disconnect();
      this.#open -= 1;
      throw error;
    } finally {
      clearTimeout(watchdog);
    }
  }

  #drop(lease: Lease): void {
    lease.disconnect();
    this.#open -= 1;
  }
}

/** One connection of the pool, for one wait at a time. */
export class Lease {
  readonly #connection: Redis;
  readonly #clientId: number;
  readonly #control: Redis;
  #waiting = false;
  #cancelled = false;
  #unblocking: Promise<void> = Promise.resolve();
  #broken = false;

  constructor(connection: Redis, clientId: number, control: Redis) {
    this.#connection = connection;
    this.#clientId = clientId;
    this.#control = control;
    connection.on('close', () => { this.#broken = true; });
  }

  get usable(): boolean {
    return !this.#broken && this.#connection.status === 'ready';
  }

  /** Waits for the bell for at most `ms`. Rejects when the connection breaks: the poll has to attach again. */
  async wait(bell: string, ms: number): Promise<Outcome> {
    this.#cancelled = false;
    const end = Date.now() + ms;
    for (;;) {
      const left = end - Date.now();
      if (this.#cancelled) return 'cancelled';
      if (left <= 0) return 'time';
      if (await this.#pop(bell, Math.min(left, SLICE))) return 'rung';
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
    const watchdog = setTimeout(() => this.disconnect(), ms + LATE);
    try {
      return await this.#connection.blpop(bell, Math.max(ms, 10) / 1_000) !== null;
    } finally {
      clearTimeout(watchdog);
      this.#waiting = false;
      await this.#unblocking;
    }
  }

  async #unblock(): Promise<void> {
    while (this.#waiting) {
      const unblocked = await this.#control.client('UNBLOCK', this.#clientId).catch(() => this.disconnect());
      if (unblocked === 1) return;
      await new Promise((resolve) => setTimeout(resolve, UNBLOCK_AGAIN));
    }
  }
}
