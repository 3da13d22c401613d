import type { Answers } from '../answers.js';
import { asFailure, type Failure, isAbandoned } from '../errors.js';
import { registry } from '../registry.js';
import type { Session } from '../session/session.js';
import { type Call, PATIENCE } from '../transport/transport.js';
import { backoff, type Pauses } from './backoff.js';
import { Hold } from './hold.js';

/** Whom a polling loop reports to. */
export interface PollingHost {
  /** All of an answer; the next poll, which acknowledges it, goes out when this is done. */
  deliver(answer: Answers['poll']): Promise<void>;
  online(): void;
  trouble(reason: string): void;
  /** Polling has stopped and cannot help itself. */
  ended(failure: Failure): void;
}

/** Times in `SUPERSEDED_WITHIN` that another poll of this user may win before this page gives way to it. */
const SUPERSEDED_MAX = 3;
const SUPERSEDED_WITHIN = 30_000;
/** A held poll that comes back empty before this is no news; more than a few in a row must not become a storm. */
const HASTY_MS = 500;
const HASTY_MAX = 3;
/** Chats of one page that may hold a poll each and leave one of the browser's six connections to a host free. */
const CHATS_MAX = 5;

/** The chain of polls: each is sent when the one before it has been answered and its events are delivered. */
export class Polling {
  readonly hold = new Hold();
  private life = 0;
  private running = false;
  private current: Call<Answers['poll']> | null = null;
  private startedAt = 0;
  /** The current poll's token: by the time its answer comes, a send may have got a new one. */
  private token = '';
  /** The next poll is to come back at once: it finds out whether the server is there. */
  private probing = false;
  private failures = 0;
  private hasty = 0;
  private superseded: number[] = [];

  constructor(
    private readonly session: Session,
    private readonly pauses: Pauses,
    private readonly host: PollingHost,
  ) {}

  /** `probe`: first finds out whether the server is there. */
  start(probe = false): void {
    if (this.running) return;
    this.running = true;
    this.probing = probe;
    void this.run(++this.life);
  }

  stop(): void {
    this.running = false;
    this.life++;
    this.abandon();
  }

  /** Cuts all waiting short, and replaces the held poll by one that is answered at once. */
  renew(): void {
    this.pauses.wake();
    if (!this.running) return;
    this.probing = true;
    this.abandon();
  }

  /** Renews a poll that should have been answered by now, as after a sleep; ends waiting. */
  wake(): void {
    const due = this.hold.seconds * 1_000 + 2_000;
    if (this.current && Date.now() - this.startedAt > due) this.renew();
    else this.pauses.wake();
  }

  private abandon(): void {
    if (this.current) this.current.abandon();
  }

  private async run(life: number): Promise<void> {
    try {
      while (life === this.life) await this.once().catch((thrown: unknown) => this.recover(thrown, life));
    } catch (thrown) {
      if (life !== this.life) return;
      this.stop();
      this.host.ended(asFailure(thrown));
    }
  }

  private async once(): Promise<void> {
    if (Object.keys(registry().open).length > CHATS_MAX) this.hold.crowded();
    const timeout = this.probing ? 0 : this.hold.seconds;
    const { token, cursor } = this.session;
    this.token = token;
    this.startedAt = Date.now();
    this.current = this.session.start('poll', { cursor: cursor || undefined, timeout }, timeout * 1_000 + PATIENCE);
    const answer = await this.current.done;
    this.current = null;
    this.answered();
    await this.host.deliver(answer);
    this.session.moved(token, answer.cursor);
    if (timeout > 0) await this.calm(answer);
  }

  private answered(): void {
    this.failures = 0;
    if (!this.probing) this.hold.answered();
    this.probing = false;
    this.host.online();
  }

  private async calm(answer: Answers['poll']): Promise<void> {
    const hasty = answer.events.length === 0 && Date.now() - this.startedAt < HASTY_MS;
    this.hasty = hasty ? this.hasty + 1 : 0;
    if (this.hasty > HASTY_MAX) await this.pauses.wait(backoff(this.hasty - HASTY_MAX));
  }

  private async recover(thrown: unknown, life: number): Promise<void> {
    this.current = null;
    if (isAbandoned(thrown) || life !== this.life) return;
    const failure = asFailure(thrown);
    if (failure.code === 'unauthorized') return this.session.renew(this.token);
    if (failure.code === 'superseded') return this.contend(failure);
    if (failure.code === 'left' || failure.reason) throw failure; // a reason: the host has switched it off
    if (failure.field === 'cursor') this.session.moved(this.token, '');
    return this.retry(failure);
  }

  private async retry(failure: Failure): Promise<void> {
    this.failures++;
    const habit = !this.probing && failure.code === 'network' && this.hold.failed(Date.now() - this.startedAt);
    this.probing = true;
    if (habit && this.failures === 1) return;
    this.host.trouble(failure.message);
    await this.pauses.wait(backoff(this.failures, failure.retryAfter));
  }

  /** Another poll of this user came later: a delayed one of our own, or another copy of the page, which then wins. */
  private async contend(failure: Failure): Promise<void> {
    const now = Date.now();
    this.superseded = this.superseded.filter((at) => now - at < SUPERSEDED_WITHIN).concat(now);
    if (this.superseded.length >= SUPERSEDED_MAX) throw failure;
    await this.pauses.wait(backoff(this.superseded.length));
  }
}
