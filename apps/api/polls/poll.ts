/** One long-poll request, from its arrival to its one answer. */
import type { Cursor } from '../../../shared/store/inboxes.js';
import type { Credentials } from '../../../shared/store/store.js';
import { hashToken, tokenUser } from '../../../shared/store/tokens.js';
import { ok } from '../respond.js';

/** Before an attach says which. Never changed: a poll that is held has a set of its own. */
const NO_ROOMS: Set<string> = new Set();

export class Poll {
  readonly token: string;
  readonly userId: number;
  readonly cursor: Cursor | null;
  /** ms since 1970 at which it is answered whatever there is. */
  readonly deadline: number;
  readonly answer: Promise<string>;
  settled = false;
  /** Set while an attach is under way: what that gives must not be thrown away. */
  attaching = false;
  superseded = false;
  /** The number of its latest attach. */
  n = 0;
  /** The cursor of an answer without events. */
  resume = '';
  rooms = NO_ROOMS;
  /** Called once, when it is settled: lets go what is held for it. */
  whenSettled: (() => void) | null = null;
  #resolve: (body: string) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  /** Throws `unauthorized` for what cannot be a token. `timeout` in s. */
  constructor(token: string, cursor: Cursor | null, timeout: number) {
    this.userId = tokenUser(token);
    this.token = token;
    this.cursor = cursor;
    this.deadline = Date.now() + timeout * 1_000;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get user(): Credentials {
    return { id: this.userId, tokenHash: hashToken(this.token) };
  }

  settle(body: string): void {
    if (this.#end()) this.#resolve(body);
  }

  fail(error: unknown): void {
    if (this.#end()) this.#reject(error);
  }

  /** Answers without events: the time is up, or the process wants to end. */
  settleEmpty(): void {
    this.settle(pollBody(this.resume, ''));
  }

  /** The client has gone: nobody reads the answer. */
  abandon(): void {
    this.settle('');
  }

  #end(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.whenSettled?.();
    this.whenSettled = null;
    return true;
  }
}

/** The body of a poll's answer; `events` are event texts joined by commas. */
export function pollBody(cursor: string, events: string, missed = 0, reset = false): string {
  if (missed === 0 && !reset) return `{"ok":true,"cursor":"${cursor}","events":[${events}]}`;
  return ok({ cursor, ...(missed > 0 && { missed }), ...(reset && { reset }) }, { events: `[${events}]` });
}
