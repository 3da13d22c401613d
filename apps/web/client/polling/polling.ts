import type { Answers } from '../answers.js';
import { backoff, type Pauses } from '../backoff.js';
import { asFailure, type Failure, isAbandoned } from '../errors.js';
import { registry } from '../registry.js';
import type { StreamHost, Streams } from '../stream-code.js';
import { FIRST_BYTE_MAX_MS } from '../stream-times.js';
import type { StreamTrouble } from '../stream-trouble.js';
import type { Call } from '../transport/transport.js';
import { Hold } from './hold.js';

/** The user whose inbox is polled. */
export interface PollingUser {
  readonly token: string;
  readonly cursor: string;
  /** Whether there are streams here, and they have not been given up. */
  readonly streams: boolean;
  /** Why streams have been given up. */
  polls: StreamTrouble | '';
  /** Acknowledges what has been read. */
  ack(): void;
  /** Sends one poll. The server holds it for up to `timeoutS`. */
  poll(timeoutS: number): Call<Answers['poll']>;
  /** The inbox of `token` has been read up to `cursor`. */
  advance(token: string, cursor: string): void;
  /** Gets a new token in the place of `spent`. */
  renew(spent: string): Promise<void>;
}

/** The receiver of a polling loop's reports. */
export interface PollingDelegate {
  /** Takes an answer. The next poll acknowledges it, and is sent when this resolves. */
  deliver(answer: Answers['poll']): Promise<void>;
  online(): void;
  trouble(failure: Failure): void;
  /** Polling has stopped and cannot start again by itself. */
  ended(failure: Failure): void;
}

/** The page gives way to another one when polls of that one have won this often in SUPERSEDED_WITHIN_MS. */
const SUPERSEDED_MAX = 3;
const SUPERSEDED_WITHIN_MS = 30_000;
/**
 * A held poll that returns empty within this time brings no news. More than HASTY_MAX in a row must not become a storm.
 */
const HASTY_MS = 500;
const HASTY_MAX = 3;
/** This many chats of a page may hold a poll each and leave one of the browser's six connections to a host free. */
const CHATS_MAX = 5;
/**
 * The chain of polls and streams. Each is sent when the one before has ended and its events have been delivered. It
 * begins with a poll, which works everywhere.
 */
export class Polling implements StreamHost {
  readonly hold = new Hold();
  /** The current request is a stream. */
  streaming = false;
  /** Null until their code is here. */
  private streams: Streams | null = null;
  /** Counts starts and stops. A loop of an earlier generation ends itself. */
  private generation = 0;
  private running = false;
  current: Call<unknown> | null = null;
  /** When the current poll was sent, or the current stream was last heard of. */
  aliveAt = 0;
  /** The token of the current poll. When its answer arrives, a send may have got a new one. */
  private token = '';
  /** The next poll asks for an answer at once. It finds out whether the server is there. */
  probing = false;
  private failures = 0;
  private hasty = 0;
  private superseded: number[] = [];

  constructor(
    readonly user: PollingUser,
    readonly pauses: Pauses,
    private readonly delegate: PollingDelegate,
  ) {}

  /** Starts the loop. `probe`: the first poll finds out whether the server is there. */
  start(probe = false): void {
    if (this.running) return;
    this.running = true;
    this.probing = probe || this.user.streams;
    void this.run(++this.generation);
  }

  stop(): void {
    this.running = false;
    this.generation++;
    this.abandon();
    if (this.streams) this.streams.clear();
  }

  /** Polls give way to streams from now on. */
  open(streams: Streams): void {
    this.streams = streams;
    if (this.current && !this.probing && this.mayStream()) this.abandon();
  }

  /** The page is going away. The events of a stream are acknowledged. */
  flush(): void {
    if (this.streams) this.streams.flush();
  }

  /** Ends all waits, and replaces the held poll by one that is answered at once. */
  renew(): void {
    this.pauses.wake();
    if (!this.running) return;
    this.probing = true;
    this.abandon();
  }

  /** Ends all waits. Renews the poll if it should have been answered by now, as after a sleep. */
  wake(): void {
    const dueMs = this.hold.seconds * 1_000 + 2_000;
    if (this.current && Date.now() - this.aliveAt > dueMs) this.renew();
    else this.pauses.wake();
  }

  /** A request waits for a free connection. The held one gives up its own. */
  starved(): void {
    if (this.streams && this.streaming) this.streams.suspect('crowded');
    else this.hold.crowded();
    this.renew();
  }

  private mayStream(): boolean {
    return !!this.streams && this.user.streams && !this.hold.isCrowded;
  }

  private abandon(): void {
    if (this.current) this.current.abandon();
  }

  private async run(generation: number): Promise<void> {
    try {
      while (generation === this.generation)
        await this.once().catch((thrown: unknown) => this.recover(thrown, generation));
    } catch (thrown) {
      if (generation !== this.generation) return;
      this.stop();
      this.delegate.ended(asFailure(thrown));
    }
  }

  private async once(): Promise<void> {
    if (Object.keys(registry().open).length > CHATS_MAX) this.hold.crowded();
    this.token = this.user.token;
    this.aliveAt = Date.now();
    this.streaming = !this.probing && this.mayStream();
    await (this.streams && this.streaming ? this.streams.hold() : this.poll());
  }

  private async poll(): Promise<void> {
    const timeoutS = this.probing ? 0 : this.hold.seconds;
    const { token } = this;
    const call = this.user.poll(timeoutS);
    this.current = call;
    const answer = await call.done;
    this.current = null;
    const isQuick = !this.failures && Date.now() - this.aliveAt < FIRST_BYTE_MAX_MS;
    if (this.streams) this.user.polls = this.streams.polled(isQuick) || this.user.polls;
    this.failures = 0;
    if (!this.probing) this.hold.answered();
    this.probing = false;
    await this.take(token, answer);
    if (timeoutS > 0) await this.calm(answer);
  }

  async take(token: string, answer: Answers['poll']): Promise<void> {
    this.delegate.online();
    await this.delegate.deliver(answer);
    this.user.advance(token, answer.cursor);
  }

  /** Waits if too many held polls in a row have returned at once with nothing. */
  private async calm(answer: Answers['poll']): Promise<void> {
    const hasty = answer.events.length === 0 && Date.now() - this.aliveAt < HASTY_MS;
    this.hasty = hasty ? this.hasty + 1 : 0;
    if (this.hasty > HASTY_MAX) await this.pauses.wait(backoff(this.hasty - HASTY_MAX));
  }

  private async recover(thrown: unknown, generation: number): Promise<void> {
    this.current = null;
    if (isAbandoned(thrown) || generation !== this.generation) return;
    const failure = asFailure(thrown);
    if (failure.code === 'unauthorized') return this.user.renew(this.token);
    if (failure.code === 'superseded') return this.contend(failure);
    if (failure.code === 'left' || failure.reason) throw failure; // a reason: the server's operator has switched it off
    if (failure.field === 'cursor') this.user.advance(this.token, '');
    return this.streams && this.streaming ? this.streams.doubt(failure) : this.retry(failure);
  }

  private async retry(failure: Failure): Promise<void> {
    this.failures++;
    const isCut = !this.probing && failure.code === 'network' && this.hold.failed(Date.now() - this.aliveAt);
    this.probing = true;
    if (isCut && this.failures === 1) return;
    this.delegate.trouble(failure);
    await this.pauses.wait(backoff(this.failures, failure.retryAfter));
  }

  /**
   * A later poll of this user has won. It is a delayed one of this page, or one of another copy of it, which then wins
   * again.
   */
  private async contend(failure: Failure): Promise<void> {
    const now = Date.now();
    this.superseded = this.superseded.filter((at) => now - at < SUPERSEDED_WITHIN_MS).concat(now);
    if (this.superseded.length >= SUPERSEDED_MAX) throw failure;
    await this.pauses.wait(backoff(this.superseded.length));
  }
}
