/** One long-poll request, from its arrival to its one answer. */
import { type Cursor, cursorText, type Position } from '../../../shared/store/inboxes.js';
import type { Credentials } from '../../../shared/store/store.js';
import { hashToken, tokenUser } from '../../../shared/store/tokens.js';
import type { Reply } from '../reply.js';
import { ok } from '../reply.js';

/** Signals that wait for a user's poll. */
export interface SignalSource {
  /** Takes them all: texts joined by commas, '' for none. */
  take(): string;
}

export class Poll {
  readonly token: string;
  readonly userId: number;
  readonly cursor: Cursor | null;
  /** ms since 1970 at which it is answered whatever there is. */
  readonly deadline: number;
  settled = false;
  /** Set while an attach is under way: what that gives must not be thrown away. */
  attaching = false;
  superseded = false;
  /** The number of its latest attach. */
  n = 0;
  /** Where an answer without events leaves the client, and the process that says so; null before an attach. */
  position: Position | null = null;
  instance = '';
  signals: SignalSource | null = null;
  /** Called once, when it is settled: lets go what is held for it. */
  onSettled: ((poll: Poll) => void) | null = null;
  readonly #reply: Reply;

  /** Throws `unauthorized` for what cannot be a token. `timeout` in s. */
  constructor(token: string, cursor: Cursor | null, timeout: number, reply: Reply) {
    this.userId = tokenUser(token);
    this.token = token;
    this.cursor = cursor;
    this.deadline = Date.now() + timeout * 1_000;
    this.#reply = reply;
    reply.onClientGone = () => this.#end(); // nobody reads the answer
  }

  get user(): Credentials {
    return { id: this.userId, tokenHash: hashToken(this.token) };
  }

  /** The cursor of an answer without events: most polls end with some, and need none. */
  get resumeCursor(): string {
    return this.position ? cursorText(this.instance, this.position) : '';
  }

  /** Answers with event texts joined by commas, and behind them the signals that wait. */
  settle(cursor: string, events: string, missed = 0, reset = false): void {
    if (!this.#end()) return;
    const signals = this.signals?.take() ?? '';
    const all = events && signals ? `${events},${signals}` : events + signals;
    const gave = events || missed > 0 || reset ? 'events' : signals ? 'signal' : 'nothing';
    this.#reply.succeed(pollBody(cursor, all, missed, reset), gave);
  }

  fail(error: unknown): void {
    if (this.#end()) this.#reply.fail(error);
  }

  /** Answers without events, but for signals that wait: the time is up, or the process wants to end. */
  settleEmpty(): void {
    this.settle(this.resumeCursor, '');
  }

  #end(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.onSettled?.(this);
    this.onSettled = null;
    return true;
  }
}

/** The body of a poll's answer; `events` are event texts joined by commas. */
function pollBody(cursor: string, events: string, missed = 0, reset = false): string {
  if (missed === 0 && !reset) return `{"ok":true,"cursor":"${cursor}","events":[${events}]}`;
  return ok({ cursor, ...(missed > 0 && { missed }), ...(reset && { reset }) }, { events: `[${events}]` });
}
