/** One long-poll request, from its arrival to its one answer. */
import type { Cursor, Position } from '../../../shared/store/inboxes.js';
import type { Reply } from '../reply.js';
import { givenBetween, Poll, resultOf } from './poll.js';
import { pollBody } from './poll-body.js';

export class LongPoll extends Poll {
  readonly goesOn = false;
  readonly #reply: Reply;

  /** `timeoutS`: how long it may wait, in s. Throws `unauthorized` for a text that cannot be a token. */
  constructor(token: string, cursor: Cursor | null, timeoutS: number, reply: Reply) {
    super(token, cursor, Date.now() + timeoutS * 1_000);
    this.#reply = reply;
    this.source = reply.source ?? null;
    reply.onClientGone = () => this.finish(); // nobody reads the answer
  }

  begin(): void {
    // nobody is told
  }

  settle(end: Position | null, events: string, missed = 0, reset = false): void {
    if (!this.finish()) return;
    const signals = this.signals?.take() ?? '';
    const news = this.signals?.takeNews(this) ?? '';
    const body = pollBody(this.cursorAt(end), { events, signals, missed, reset, news });
    const given = givenBetween(this.acked, end, reset);
    this.#reply.succeed(body, resultOf(events, signals + news, missed, reset), given);
  }

  drain(): void {
    this.settleEmpty();
  }

  fail(error: unknown): void {
    if (this.finish()) this.#reply.fail(error);
  }
}
