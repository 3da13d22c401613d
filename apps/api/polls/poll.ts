/** One long-poll request, from its arrival to its one answer. */
import { type Cursor, cursorText, type Position } from '../../../shared/store/inboxes.js';
import type { Credentials } from '../../../shared/store/store.js';
import { hashToken, tokenUser } from '../../../shared/store/tokens.js';
import { ok, type PollResult, type Reply } from '../reply.js';

/** The signals that wait for a user's poll. */
export interface SignalSource {
  /** Takes all of them. Returns their texts joined by commas, '' for none. */
  take(): string;
}

export class Poll {
  readonly token: string;
  readonly userId: number;
  readonly cursor: Cursor | null;
  /** When it is answered at the latest, in ms since 1970. */
  readonly deadline: number;
  settled = false;
  /** Whether an attach is under way. Its events must not be thrown away. */
  attaching = false;
  /** Whether a newer poll of the user is known (supersede.ts). */
  superseded = false;
  /** The number of its latest attach. */
  n = 0;
  /** Where an answer without events leaves the client. Null before the first attach. */
  position: Position | null = null;
  /** The instance that issues that position. */
  instance = '';
  signals: SignalSource | null = null;
  /** Called once, when the poll is settled. It releases what is held for the poll. */
  onSettled: ((poll: Poll) => void) | null = null;
  readonly #reply: Reply;

  /** `timeoutS`: how long it may wait, in s. Throws `unauthorized` for a text that cannot be a token. */
  constructor(token: string, cursor: Cursor | null, timeoutS: number, reply: Reply) {
    this.userId = tokenUser(token);
    this.token = token;
    this.cursor = cursor;
    this.deadline = Date.now() + timeoutS * 1_000;
    this.#reply = reply;
    reply.onClientGone = () => this.#end(); // nobody reads the answer
  }

  get user(): Credentials {
    return { id: this.userId, tokenHash: hashToken(this.token) };
  }

  /** The cursor of an answer without events. Most polls end with some, so it is made only when it is needed. */
  get resumeCursor(): string {
    return this.position ? cursorText(this.instance, this.position) : '';
  }

  /** Answers with event texts joined by commas. Signals that wait come behind them. */
  settle(cursor: string, events: string, missed = 0, reset = false): void {
    if (!this.#end()) return;
    const signals = this.signals?.take() ?? '';
    const all = events && signals ? `${events},${signals}` : events + signals;
    this.#reply.succeed(pollBody(cursor, all, missed, reset), resultOf(events !== '' || missed > 0 || reset, signals));
  }

  fail(error: unknown): void {
    if (this.#end()) this.#reply.fail(error);
  }

  /** Answers without events, because the time is up or the process ends. Signals that wait are in the answer. */
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

function resultOf(hasEvents: boolean, signals: string): PollResult {
  if (hasEvents) return 'events';
  return signals ? 'signal' : 'nothing';
}

/** Returns the body of a poll's answer. `events`: event texts joined by commas. */
function pollBody(cursor: string, events: string, missed = 0, reset = false): string {
  if (missed === 0 && !reset) return `{"ok":true,"cursor":"${cursor}","events":[${events}]}`;
  return ok({ cursor, ...(missed > 0 && { missed }), ...(reset && { reset }) }, { events: `[${events}]` });
}
