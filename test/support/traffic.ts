/** Users who talk while something is done to the chat. Each request must succeed at the first attempt. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { EventStream } from './event-stream.js';
import type { Polled } from './follower.js';
import { until } from './until.js';
import { TestUser } from './user.js';

/** ms between two messages of one user. */
const SEND_EVERY = 100;
/** Seconds a poll is held at most: many are held while a process is told to end. */
const HOLD = 5;
/** ms for which a stream may last. */
const LONG = 300_000;

/** Users of one room, by all ways: JSONP, JSON, streams. */
export class Traffic {
  readonly #clients: Client[];

  private constructor(clients: Client[]) {
    this.#clients = clients;
  }

  static async start(url: string, users: number): Promise<Traffic> {
    const joining = Array.from({ length: users }, (_, number) =>
      TestUser.join(url, { way: number % 2 === 0 ? 'jsonp' : 'api-post' }),
    );
    return new Traffic((await Promise.all(joining)).map((user, number) => new Client(url, user, number % 3 === 0)));
  }

  /** The requests that have failed so far. */
  get failures(): unknown[] {
    return this.#clients.flatMap(({ failures }) => failures);
  }

  /** Ends it. Fails unless nothing failed, and everybody has all messages in one order. */
  async end(): Promise<{ sent: number; streams: number }> {
    const clients = this.#clients;
    await Promise.all(clients.map((client) => client.beQuiet()));
    const sent = clients.flatMap((client) => client.sent);
    await Promise.all(clients.map((client) => client.finish(sent.length)));
    expect(this.failures).toEqual([]);
    const [first, ...others] = clients.map((client) => client.seen);
    expect(first?.toSorted()).toEqual(sent.toSorted());
    for (const seen of others) expect(seen).toEqual(first);
    return { sent: sent.length, streams: clients.reduce((sum, { streams }) => sum + streams, 0) };
  }
}

/** One user who sends and polls, or has streams, without a second attempt at anything. */
class Client {
  /** Texts that were accepted, and texts that came. */
  readonly sent: string[] = [];
  readonly seen: string[] = [];
  readonly failures: unknown[] = [];
  /** How many streams it has had. */
  streams = 0;
  #quiet = false;
  #stopping = false;
  readonly #user: TestUser;
  readonly #url: string;
  readonly #sending: Promise<unknown>;
  readonly #polling: Promise<unknown>;

  constructor(url: string, user: TestUser, hasStreams: boolean) {
    this.#url = url;
    this.#user = user;
    this.#sending = this.#sendOn().catch((error: unknown) => this.failures.push(error));
    const polling = hasStreams ? this.#streamOn() : this.#pollOn();
    this.#polling = polling.catch((error: unknown) => this.failures.push(error));
  }

  /** Resolves when the last message has been answered. */
  async beQuiet(): Promise<void> {
    this.#quiet = true;
    await this.#sending;
  }

  /** Ends the polling once all of `count` messages have come, or the polling has failed. */
  async finish(count: number): Promise<void> {
    await until(
      () => this.seen.length >= count || this.failures.length > 0,
      `${this.#user.name} has all ${count} messages`,
    );
    this.#stopping = true;
    await this.#polling;
  }

  async #sendOn(): Promise<void> {
    for (let number = 1; !this.#quiet; number += 1) {
      const text = `${this.#user.name}.${number}`;
      await this.#user.send(text);
      this.sent.push(text);
      await sleep(SEND_EVERY);
    }
  }

  async #pollOn(): Promise<void> {
    for (let { cursor } = this.#user.joined; !this.#stopping; ) {
      const answer = await this.#user.poll(this.#quiet ? 1 : HOLD, { cursor });
      cursor = answer.cursor;
      this.#take(answer);
    }
  }

  /** As EventSource does: it comes again when it is told to, behind its last message. */
  async #streamOn(): Promise<void> {
    for (let lastEventId = this.#user.joined.cursor; !this.#stopping; ) {
      const stream = new EventStream(this.#url, { token: this.#user.token }, { lastEventId });
      stream.onAnswer = (answer) => this.#take(answer);
      await until(() => stream.ended || this.#stopping, 'the end of the stream', LONG);
      this.streams += 1;
      stream.close();
      lastEventId = stream.lastEventId;
      if (stream.error || stream.retry === null) throw stream.error ?? new Error('a stream was not begun');
      await sleep(this.#stopping ? 0 : stream.retry);
    }
  }

  #take({ events }: Polled): void {
    for (const event of events) if (event.type === 'message' && event.text !== undefined) this.seen.push(event.text);
  }
}
