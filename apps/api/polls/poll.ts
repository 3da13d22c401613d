/**
 * A request that waits for its user's events. A long poll is over with its first answer (long-poll.ts); a stream goes
 * on after each (stream.ts).
 */
import { type Attached, type Cursor, cursorText, type Position } from '../../../shared/store/inboxes.js';
import type { Credentials } from '../../../shared/store/store.js';
import { hashToken, tokenUser } from '../../../shared/store/tokens.js';
import type { GivenEvents, PollResult, ReplySource } from '../reply.js';

/** The signals that wait for a user's poll. */
export interface SignalSource {
  /** Takes all of them. Returns their texts joined by commas, '' for none. */
  take(): string;
  /** Takes what the host says, for an answer to this poll. Returns '' for nothing new. */
  takeNews(by: Poll): string;
}

export abstract class Poll {
  readonly token: string;
  readonly userId: number;
  readonly cursor: Cursor | null;
  /** When it is over at the latest, in ms since 1970. */
  readonly deadline: number;
  /** Whether it is held again after an answer. */
  abstract readonly goesOn: boolean;
  /** Whether it is over. */
  settled = false;
  /** Whether its client reads too slowly: it gets nothing until `onWritable`. */
  blocked = false;
  /** Whether an attach is under way. Its events must not be thrown away. */
  attaching = false;
  /** Whether a newer poll of the user is known (supersede.ts). */
  superseded = false;
  /** The number of its latest attach. */
  n = 0;
  /** Whether its user has not asked for events before. */
  isFirst = false;
  /** The announcement that it has given, as JSON text. */
  toldNews = '';
  /** Where an answer without events leaves the client. Null before the first attach. */
  position: Position | null = null;
  /** How far the client has acknowledged. Null before the first attach. */
  acked: Position | null = null;
  /** The instance that issues these positions. */
  instance = '';
  signals: SignalSource | null = null;
  /** Where it comes from. */
  source: ReplySource | null = null;
  /** Called once, when it is over. It releases what is held for the poll. */
  onSettled: ((poll: Poll) => void) | null = null;
  /** Called when it is no longer blocked. */
  onWritable: ((poll: Poll) => void) | null = null;

  /** Throws `unauthorized` for a text that cannot be a token. */
  protected constructor(token: string, cursor: Cursor | null, deadline: number) {
    this.userId = tokenUser(token);
    this.token = token;
    this.cursor = cursor;
    this.deadline = deadline;
  }

  get user(): Credentials {
    return { id: this.userId, tokenHash: hashToken(this.token) };
  }

  /** Where an attach goes on. */
  get from(): Cursor | null {
    return this.cursor;
  }

  /** How long it may wait without a look at Redis, in ms. */
  get waitMs(): number {
    return this.deadline - Date.now();
  }

  /** How long its answers are held for more events to share them, in ms. */
  get holdMs(): number {
    return this.source?.page.holdMs ?? 0;
  }

  /** Whether it can be given something now. */
  get listens(): boolean {
    return !this.settled && !this.attaching && !this.blocked;
  }

  /** Takes what an attach returned. */
  noteAttached({ n, end, acked, reset }: Attached, instance: string): void {
    this.n = n;
    this.isFirst = n === 1;
    this.instance = instance;
    this.position = end;
    // more may have been acknowledged while the attach was under way
    if (reset || acked.count >= (this.acked?.count ?? 0)) this.acked = acked;
  }

  /** It is held from now on. */
  abstract begin(): void;

  /** Gives event texts joined by commas, and where they end. Signals that wait come behind them. */
  abstract settle(end: Position | null, events: string, missed?: number, reset?: boolean): void;

  /** Gives the signals that wait. A long poll is answered without any, too. */
  settleEmpty(): void {
    this.settle(this.position, '');
  }

  /** Ends it because the process ends. The client should come again. */
  abstract drain(): void;

  abstract fail(error: unknown): void;

  /** Notes that it is over. Returns false if it was already. */
  protected finish(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.onSettled?.(this);
    this.onSettled = null;
    return true;
  }

  /** Returns a position as the client gets it. */
  protected cursorAt(position: Position | null): string {
    return position ? cursorText(this.instance, position) : '';
  }
}

/** Returns what the limits have to know about events between two positions. */
export function givenBetween(after: Position | null, end: Position | null, reset: boolean): GivenEvents | null {
  return after && end && { after: after.count, to: end.count, reset };
}

export function resultOf(events: string, signals: string, missed: number, reset: boolean): PollResult {
  if (events !== '' || missed > 0 || reset) return 'events';
  return signals ? 'signal' : 'nothing';
}
