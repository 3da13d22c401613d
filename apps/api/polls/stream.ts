/**
 * One stream: a poll that is not over when it is answered. Each answer is a message of it. Events that it has given
 * stay in the inbox until they are acknowledged: by `ack`, or, if the client never does that, by the time for which the
 * connection has lived since.
 */
import {
  type Cursor,
  INBOX_START,
  isSamePosition,
  type Position,
  type Resumption,
} from '../../../shared/store/inboxes.js';
import type { StreamReply } from '../reply.js';
import { givenBetween, Poll, resultOf } from './poll.js';
import { pollBody } from './poll-body.js';

/**
 * How often a quiet stream gets a comment, in ticks of a second. Proxies cut a silent connection after 30 s or more.
 */
const COMMENT_TICKS = 15;
/** A client that never acknowledges counts as having had what left this process so long ago. */
const COUNTED_MS = 30_000;
/** How often the position of a stream is noted for that. Each note is an object that is kept for as long. */
const MARK_EVERY_MS = 5_000;
/**
 * A client that does acknowledge has so long for it. Then the connection counts as dead, although nobody has said so: a
 * phone without network says nothing. Browsers let the timers of a hidden page run only once a minute.
 */
const UNACKNOWLEDGED_MS = 90_000;
/**
 * How many of its last positions a stream knows. A client acknowledges one of the newest. Redis decides on an older
 * one.
 */
const GIVEN_MAX = 32;

/** A position, and when everything up to it had left this process. */
interface Mark {
  readonly position: Position;
  readonly at: number;
}

export interface StreamOptions {
  /** How long it may wait without a look at Redis, in ms. */
  readonly waitMs: number;
  /** How long its client may leave everything unread, in ms. */
  readonly blockedMaxMs: number;
  /** Returns when its client should come again if the process ends, in ms. */
  readonly returnAfterMs: () => number;
  readonly onEnded: (stream: Stream) => void;
}

export class Stream extends Poll {
  readonly goesOn = true;
  readonly #reply: StreamReply;
  readonly #options: StreamOptions;
  /** Whether its client has acknowledged something. */
  #acknowledges = false;
  /** The positions of its last messages that are not acknowledged. */
  #given: Position[] = [];
  #marks: Mark[] = [];
  #blockedSince = 0;
  #quietTicks = 0;
  #ticks = 0;

  /** Throws `unauthorized` for a text that cannot be a token. */
  constructor(token: string, cursor: Cursor | null, reply: StreamReply, options: StreamOptions) {
    super(token, cursor, Number.POSITIVE_INFINITY);
    this.#reply = reply;
    this.source = reply.source ?? null;
    this.#options = options;
    reply.onClientGone = () => this.finish();
    reply.onWritable = () => this.#unblock();
  }

  override get from(): Cursor | Resumption | null {
    const { position, acked, instance } = this;
    if (!position || !acked) return this.cursor;
    return { ...position, instance, keep: Math.max(0, position.count - acked.count) };
  }

  override get waitMs(): number {
    return this.#options.waitMs;
  }

  get #lastGiven(): Position | null {
    return this.#given.at(-1) ?? this.acked;
  }

  begin(): void {
    if (!this.settled) this.#reply.begin();
  }

  settle(end: Position | null, events: string, missed = 0, reset = false): void {
    if (this.settled) return;
    this.position = end;
    if (reset) [this.#marks, this.#given] = [[], []]; // they are of another time
    const signals = this.signals?.take() ?? '';
    const news = this.signals?.takeNews(this) ?? '';
    const result = resultOf(events, signals + news, missed, reset);
    if (result === 'nothing') return;
    this.#quietTicks = 0;
    const given = givenBetween(this.#lastGiven, end, reset);
    this.#noteGiven(end);
    const cursor = this.cursorAt(end);
    this.#note(this.#reply.write(cursor, pollBody(cursor, { events, signals, missed, reset, news }), result, given));
  }

  drain(): void {
    this.settleEmpty();
    if (this.finish()) this.#reply.end(this.#options.returnAfterMs());
  }

  fail(error: unknown): void {
    if (this.finish()) this.#reply.fail(error);
  }

  /**
   * Takes an acknowledgement of the client. Returns whether there was something new, or null for a cursor that this
   * stream does not know: Redis must compare it with the inbox. The number alone says nothing: after Redis lost its
   * last moments, it may be another event's.
   */
  acknowledge(cursor: Cursor): boolean | null {
    const { acked, instance } = this;
    if (!acked || cursor.instance !== instance) return null;
    if (cursor.count <= acked.count) return this.noteAcknowledged(cursor);
    const given = this.#given.find((position) => isSamePosition(cursor, position));
    return given ? this.noteAcknowledged(given) : null;
  }

  /** Notes that the client has acknowledged. Returns whether there was something new. */
  noteAcknowledged(position: Position): boolean {
    this.#acknowledges = true;
    if (!this.acked || position.count <= this.acked.count) return false;
    this.#setAcked(position);
    return true;
  }

  /** Does what has to be done once a second. */
  tick(now: number): void {
    this.#ticks += 1;
    if (this.blocked) {
      if (now - this.#blockedSince > this.#options.blockedMaxMs) this.#abort();
    } else if (this.#reply.flushed) {
      this.#mark(now);
      this.#count(now);
    }
    if (this.settled || !this.position) return;
    if (this.#ticks % COMMENT_TICKS === 0) this.#recheck();
    this.#quietTicks += 1;
    if (this.#quietTicks < COMMENT_TICKS || this.settled || this.blocked) return;
    this.#quietTicks = 0;
    this.#note(this.#reply.comment());
  }

  protected override finish(): boolean {
    if (!super.finish()) return false;
    this.#options.onEnded(this);
    this.onWritable?.(this); // nobody waits for it any more
    return true;
  }

  /** Notes whether the client keeps up. */
  #note(keepsUp: boolean): void {
    if (keepsUp || this.blocked) return;
    this.blocked = true;
    this.#blockedSince = Date.now();
  }

  #noteGiven(position: Position | null): void {
    if (!position || position.count <= (this.#lastGiven ?? INBOX_START).count) return;
    this.#given.push(position);
    if (this.#given.length > GIVEN_MAX) this.#given.shift();
  }

  #setAcked(position: Position): void {
    this.acked = position;
    this.#given = this.#given.filter(({ count }) => count > position.count);
  }

  #unblock(): void {
    this.blocked = false;
    if (!this.settled) this.onWritable?.(this);
  }

  #mark(at: number): void {
    const { position, acked } = this;
    if (!position || !acked) return;
    const last = this.#marks.at(-1);
    if (position.count > (last?.position.count ?? acked.count) && at - (last?.at ?? 0) >= MARK_EVERY_MS)
      this.#marks.push({ position, at });
  }

  /** Counts what was given long ago as acknowledged, unless the client does that itself. */
  #count(now: number): void {
    for (let mark = this.#marks[0]; mark; mark = this.#marks[0]) {
      const isNew = mark.position.count > (this.acked?.count ?? 0);
      if (isNew && this.#acknowledges) {
        if (now - mark.at > UNACKNOWLEDGED_MS) this.#abort();
        return;
      }
      if (isNew && now - mark.at < COUNTED_MS) return;
      if (isNew) this.#setAcked(mark.position);
      this.#marks.shift();
    }
  }

  #recheck(): void {
    try {
      this.#reply.recheck();
    } catch (refusal) {
      this.fail(refusal);
    }
  }

  #abort(): void {
    if (this.finish()) this.#reply.abort();
  }
}
