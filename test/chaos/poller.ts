/** The polls and streams of one user: one after the other, or with a bad habit for a while. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '../../shared/protocol/errors.js';
import { Refused } from '../support/client.js';
import type { Polled } from '../support/follower.js';
import type { Habit } from './habits.js';
import type { Line } from './line.js';
import type { Random } from './random.js';

/** Seconds a poll is asked to be held; what they are is drawn for each. */
const HOLDS_S = [1, 3, 10, 25];
/** The share of streams. */
const STREAMS = 0.4;
/** Pause before a poll that failed is repeated. */
const PAUSE_MS = 100;
/** Pause between polls of a client that acknowledges nothing, as each is answered at once. */
const UNACKNOWLEDGED_PAUSE_MS = 200;

/** The user that polls. */
export interface Receiver {
  deliver(polled: Polled): Promise<void>;
  onUnauthorized(): void;
  isOver(): boolean;
}

export class Poller {
  readonly #token: string;
  readonly #line: Line;
  readonly #random: Random;
  readonly #receiver: Receiver;
  #cursor: string;
  #habit: Habit | null = null;
  #better = new AbortController();
  /** Codes that a poll may rightly be refused with. */
  readonly #right: ErrorCode[] = ['superseded'];
  readonly #stop = new AbortController();
  #current = new AbortController();
  readonly #polling: Promise<void>;

  constructor({ token, cursor }: { token: string; cursor: string }, line: Line, random: Random, receiver: Receiver) {
    this.#token = token;
    this.#cursor = cursor;
    this.#line = line;
    this.#random = random;
    this.#receiver = receiver;
    this.#polling = this.#pollOn();
  }

  get misbehaves(): boolean {
    return this.#habit !== null;
  }

  /** Has a bad habit for `ms`, or until told to behave. */
  async misbehave(habit: Habit, ms: number): Promise<void> {
    this.#habit = habit;
    this.#better = new AbortController();
    this.#current.abort();
    await sleep(ms, undefined, { signal: this.#better.signal }).catch(() => undefined); // told to behave
    this.#habit = null;
    this.#current.abort();
  }

  behave(): void {
    this.#better.abort();
  }

  /** From now on the server may rightly not know the user. */
  mayBeUnauthorized(): void {
    this.#right.push('unauthorized');
  }

  /** Polls no more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#current.abort();
    await this.#polling;
  }

  async #pollOn(): Promise<void> {
    while (!this.#stop.signal.aborted && !this.#receiver.isOver()) {
      this.#current = new AbortController();
      try {
        await this.#round();
      } catch (error) {
        if (error instanceof Refused && error.failure.code === 'unauthorized') this.#receiver.onUnauthorized();
        await this.#pause(PAUSE_MS);
      }
    }
  }

  async #round(): Promise<void> {
    switch (this.#habit) {
      case 'silent':
        return this.#pause(1_000);
      case 'vanish':
        return this.#line.vanish(
          'poll',
          { token: this.#token, cursor: this.#cursor, timeout: 5 },
          this.#random.between(0, 400),
        );
      case 'twice':
        return void (await Promise.allSettled([this.#poll(), this.#poll(true)]));
      case 'unacknowledged':
        return this.#pollInVain();
      case null:
        return this.#random.chance(STREAMS) ? this.#stream() : this.#poll();
    }
  }

  /** Has a stream for as long as a poll would be held. What it has given is acknowledged afterwards, or by nobody. */
  async #stream(): Promise<void> {
    const { signal } = this.#current;
    let delivering: Promise<void> = Promise.resolve();
    const take = (answer: Polled): void => {
      this.#cursor = answer.cursor;
      delivering = delivering.then(() => this.#receiver.deliver(answer));
    };
    const user = { token: this.#token, cursor: this.#cursor };
    const attempt = { expected: this.#right, signal };
    try {
      await this.#line.stream(user, take, { ...attempt, hold: this.#random.pick(HOLDS_S) * 1_000 });
    } finally {
      await delivering;
    }
    if (this.#random.chance(0.5))
      await this.#line.once('ack', { token: this.#token, cursor: this.#cursor }, { ...attempt, elsewhere: true });
  }

  async #poll(elsewhere = false): Promise<void> {
    const timeout = this.#random.pick(HOLDS_S);
    const answer = await this.#line.once<Polled>(
      'poll',
      { token: this.#token, cursor: this.#cursor, timeout },
      {
        hold: timeout * 1_000,
        elsewhere,
        signal: this.#current.signal,
        expected: this.#right,
      },
    );
    await this.#receiver.deliver(answer);
    this.#cursor = answer.cursor;
  }

  /** Takes what comes, and acts as if it had not: the cursor stays. */
  async #pollInVain(): Promise<void> {
    const params = { token: this.#token, cursor: this.#cursor, timeout: 1 };
    const answer = await this.#line.once<Polled>('poll', params, {
      hold: 1_000,
      signal: this.#current.signal,
      expected: this.#right,
    });
    await this.#receiver.deliver(answer);
    await this.#pause(UNACKNOWLEDGED_PAUSE_MS);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#current.signal }).catch(() => undefined); // cut short by what comes next
  }
}
