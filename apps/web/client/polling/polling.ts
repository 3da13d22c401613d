import type { Answers } from '../answers.js';
import { backoff, type Pauses } from '../backoff.js';
import { asFailure, type Failure, isAbandoned, NO_ANSWER } from '../errors.js';
import { registry } from '../registry.js';
import { FIRST_BYTE_MAX_MS, SILENCE_MAX_MS } from '../stream-times.js';
import type { Call, Hear } from '../transport/transport.js';
import { Acks } from './acks.js';
import { Hold } from './hold.js';
import { type StreamTrouble, Trial } from './trial.js';

/** The user whose inbox is polled. */
export interface PollingUser {
  readonly token: string;
  readonly cursor: string;
  /** Whether there are streams here, and they have not been given up. */
  readonly streams: boolean;
  /** Why streams have been given up. */
  polls: StreamTrouble | '';
  /** Opens a stream. */
  stream(hear: Hear): Call<never>;
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
 * A stream is opened anew after this time. Over HTTP/1.1 it takes up one of those connections, and another page may wait
 * for one.
 */
const STREAM_LIFE_MS = 60_000;
/** A stream that has stalled for so much longer than it may was not looked at: the machine has slept. */
const SLEPT_MIN_MS = 5_000;

/**
 * The chain of polls and streams. Each is sent when the one before has ended and its events have been delivered. It
 * begins with a poll, which works everywhere.
 */
export class Polling {
  readonly hold = new Hold();
  /** The current request is a stream. */
  streaming = false;
  readonly acks = new Acks(() => this.user.ack());
  private readonly trial = new Trial();
  /** Counts starts and stops. A loop of an earlier generation ends itself. */
  private generation = 0;
  private running = false;
  private current: Call<unknown> | null = null;
  /** When the current poll was sent, or the current stream was last heard of. */
  private aliveAt = 0;
  private heard = false;
  /** The token of the current poll. When its answer arrives, a send may have got a new one. */
  private token = '';
  /** The next poll asks for an answer at once. It finds out whether the server is there. */
  private probing = false;
  private failures = 0;
  private hasty = 0;
  private superseded: number[] = [];

  constructor(
    private readonly user: PollingUser,
    private readonly pauses: Pauses,
    private readonly delegate: PollingDelegate,
  ) {}

  /** Starts the loop. `probe`: the first poll finds out whether the server is there. */
  start(probe = false): void {
    if (this.running) return;
    this.running = true;
    this.probing = probe || this.mayStream();
    void this.run(++this.generation);
  }

  stop(): void {
    this.running = false;
    this.generation++;
    this.abandon();
    this.acks.clear();
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
    if (this.streaming) this.trial.suspect('crowded');
    else this.hold.crowded();
    this.renew();
  }

  private mayStream(): boolean {
    return this.user.streams && !this.hold.isCrowded;
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
    await (this.streaming ? this.stream() : this.poll());
  }

  private async poll(): Promise<void> {
    const timeoutS = this.probing ? 0 : this.hold.seconds;
    const { token } = this;
    const call = this.user.poll(timeoutS);
    this.current = call;
    const answer = await call.done;
    this.current = null;
    const isQuick = !this.failures && Date.now() - this.aliveAt < FIRST_BYTE_MAX_MS;
    this.user.polls = this.trial.polled(isQuick) || this.user.polls;
    this.failures = 0;
    if (!this.probing) this.hold.answered();
    this.probing = false;
    await this.take(token, answer);
    if (timeoutS > 0) await this.calm(answer);
  }

  private async take(token: string, answer: Answers['poll']): Promise<void> {
    this.delegate.online();
    await this.delegate.deliver(answer);
    this.user.advance(token, answer.cursor);
  }

  /** Holds a stream until it ends or fails. */
  private async stream(): Promise<void> {
    const { token } = this;
    let taken = Promise.resolve();
    const take = async (answer: Answers['poll'] | 0): Promise<void> => {
      this.heard = true;
      this.aliveAt = Date.now();
      if (!answer) return;
      const { cursor } = this.user;
      await this.take(token, answer);
      if (answer.cursor !== cursor) this.acks.note(answer.events.length); // signals alone leave it as it is
    };
    this.heard = false;
    const call = this.user.stream((answer) => {
      taken = take(answer);
      return taken;
    });
    this.current = call;
    const life = setTimeout(() => {
      this.trial.passed();
      call.abandon();
    }, STREAM_LIFE_MS);
    try {
      await call.done;
    } finally {
      clearTimeout(life);
      await taken.catch(() => undefined); // the next request goes on behind what the page has heard
      this.acks.clear(); // and acknowledges it
    }
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
    return this.streaming ? this.doubt(failure) : this.retry(failure);
  }

  private async retry(failure: Failure): Promise<void> {
    this.failures++;
    const isCut = !this.probing && failure.code === 'network' && this.hold.failed(Date.now() - this.aliveAt);
    this.probing = true;
    if (isCut && this.failures === 1) return;
    this.delegate.trouble(failure);
    await this.pauses.wait(backoff(this.failures, failure.retryAfter));
  }

  /** A stream has ended. A poll finds out whether that was the network, unless the server has ended it. */
  private async doubt({ code, message, retryAfter = 0 }: Failure): Promise<void> {
    const hasSlept = Date.now() - this.aliveAt > SILENCE_MAX_MS + SLEPT_MIN_MS;
    const silence = this.heard ? 'silent' : 'late';
    this.probing = message !== NO_ANSWER.ended;
    if (code !== 'network') this.trial.suspect('refused');
    else if (this.probing && !hasSlept) this.trial.suspect(message === NO_ANSWER.late ? silence : 'cut');
    if (code === 'network') await this.pauses.wait(retryAfter * 1_000);
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
