/** One long-poll request, from its arrival to its one answer. */
import { cursorText, type Cursor, type Place } from '../../../shared/store/inboxes.js';
import type { Credentials } from '../../../shared/store/store.js';
import { hashToken, tokenUser } from '../../../shared/store/tokens.js';
import type { Gave, Reply } from '../operation.js';
import { ok } from '../respond.js';

/** Before an attach says which. Never changed: a poll that is held has a set of its own. */
const NO_ROOMS: Set<string> = new Set();

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
  place: Place | null = null;
  process = '';
  rooms = NO_ROOMS;
  /** Called once, when it is settled: lets go what is held for it. */
  whenSettled: ((poll: Poll) => void) | null = null;
  readonly #reply: Reply;

  /** Throws `unauthorized` for what cannot be a token. `timeout` in s. */
  constructor(token: string, cursor: Cursor | null, timeout: number, reply: Reply) {
    this.userId = tokenUser(token);
    this.token = token;
    this.cursor = cursor;
    this.deadline = Date.now() + timeout * 1_000;
    this.#reply = reply;
    reply.whenGone = () => this.#end(); // nobody reads the answer
  }

  get user(): Credentials {
    return { id: this.userId, tokenHash: hashToken(this.token) };
  }

  /** The cursor of an answer without events: most polls end with some, and need none. */
  get resume(): string {
    return this.place ? cursorText(this.process, this.place) : '';
  }

  settle(body: string, gave: Gave = 'events'): void {
    if (this.#end()) this.#reply.give(body, gave);
  }

  fail(error: unknown): void {
    if (this.#end()) this.#reply.refuse(error);
  }

  /** Answers without events: the time is up, or the process wants to end. */
  settleEmpty(): void {
    this.settle(pollBody(this.resume, ''), 'nothing');
  }

  #end(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.whenSettled?.(this);
    this.whenSettled = null;
    return true;
  }
}

/** The body of a poll's answer; `events` are event texts joined by commas. */
export function pollBody(cursor: string, events: string, missed = 0, reset = false): string {
  if (missed === 0 && !reset) return `{"ok":true,"cursor":"${cursor}","events":[${events}]}`;
  return ok({ cursor, ...(missed > 0 && { missed }), ...(reset && { reset }) }, { events: `[${events}]` });
}
