/**
 * The events of a room, for a program at the room's own address: a join, the newest messages, and a stream, in one
 * answer. One line of JSON (NDJSON) or one server-sent event is one event. The listener is a member like others while
 * it listens: people see who hears them.
 */
import type { ServerResponse } from 'node:http';
import type { ChatError } from '../../../shared/protocol/errors.js';
import { type ChatEvent, compareIds, type UserRef } from '../../../shared/protocol/events.js';
import { EVENTS_MAX } from '../../../shared/protocol/limits.js';
import { notInRoom } from '../../../shared/store/denials.js';
import { parseCursor } from '../../../shared/store/inboxes.js';
import type { Context } from '../context.js';
import { operations } from '../operations/index.js';
import type { Parameters } from '../operations/parameters/check.js';
import { EventStream } from './event-stream.js';
import type { Monitoring } from './exchange.js';
import { errorBody } from './response.js';

export type Format = 'ndjson' | 'event-stream';

/** The events that a listener gets: messages, and what becomes of them. */
const GIVEN_TYPES: ReadonlySet<string> = new Set(['message', 'edited', 'removed', 'cleared']);
/** Those of them that history has. */
const PAST_TYPES = ['message', 'removed', 'cleared'];
/** The messages that come first, if nothing else is asked for: as many lines as `tail` shows. */
const HISTORY_COUNT = 10;
/** Pages of history that are read for `since`, of 64 KB at most. */
const PAGES_MAX = 16;
/** A listener that can come back as the same user (`id`) has so long for it. */
const RETURN_WITHIN_S = 20;

export class RoomStream extends EventStream {
  readonly onlyListens = true;
  readonly #format: Format;
  #room = '';
  /** The newest event that was given. */
  #last = '0-0';
  /** Whether older events were asked for than it may read. */
  #missed = false;
  #user: Joined | null = null;
  /** Whether a moderator has sent it out of the room. */
  #isOut = false;

  constructor(context: Context, monitoring: Monitoring, res: ServerResponse, format: Format) {
    super(context, monitoring, res, 'listen');
    this.#format = format;
  }

  /** Joins the room and gives what happens there until the client goes. Never throws: an error is the answer. */
  async listen({ since, history = HISTORY_COUNT, ...who }: Parameters<'listen'>): Promise<void> {
    const { context, res } = this;
    try {
      this.#room = who.room;
      this.noteParameters({ room: who.room });
      const room = { ...who, owner: undefined, history: since === undefined ? history : 0 };
      const joined = await this.#ask<Joined>('join', room, () => operations.join(context, room, this));
      this.#user = joined;
      this.noteParameters({ token: joined.token, room: who.room });
      const leave = () => void this.#leave(joined.token, who.id === undefined ? undefined : RETURN_WITHIN_S);
      if (res.destroyed) return leave();
      res.once('close', leave);
      const past = since === undefined ? joined.room.history : await this.#since(joined.token, since);
      this.begin();
      const lines = this.#linesOf(past);
      if (lines !== '') res.write(lines);
      context.admission.admit('stream', { token: joined.token }, this, () => {
        context.polls.openStream(joined.token, parseCursor(joined.cursor), this);
        return null;
      });
    } catch (error) {
      this.fail(error);
    }
  }

  protected override contentType(): string {
    return this.#format === 'ndjson' ? 'application/x-ndjson; charset=utf-8' : super.contentType();
  }

  protected override beginning(): string {
    return this.#format === 'ndjson' ? '' : super.beginning();
  }

  protected override messageOf(_cursor: string, body: string): string {
    const { events, missed = 0, reset } = JSON.parse(body) as Polled;
    const gap = missed > 0 || reset ? this.#line({ type: 'missed', ...(missed > 0 && { missed }) }) : '';
    if (reset) this.#last = '0-0';
    this.#noteOwnEnd(events);
    return gap + this.#linesOf(events);
  }

  /** A listener that is sent out hears nothing any more. Its user ends, and with it the stream. */
  #noteOwnEnd(events: ChatEvent[]): void {
    const user = this.#user;
    if (
      !user ||
      !events.some(({ type, room, from }) => type === 'left' && room === this.#room && from.id === user.user.id)
    )
      return;
    this.#isOut = true;
    void this.#leave(user.token, undefined);
  }

  override fail(caught: unknown): void {
    super.fail(this.#isOut ? notInRoom(this.#room) : caught);
  }

  /** An empty line: every reader of lines of JSON passes over it. */
  protected override quiet(): string {
    return this.#format === 'ndjson' ? '\n' : super.quiet();
  }

  protected override farewell(ms: number): string {
    return this.#format === 'ndjson' ? this.#line({ type: 'end', retryAfter: ms / 1_000 }) : super.farewell(ms);
  }

  protected override errorOf(error: ChatError): string {
    return this.#format === 'ndjson' ? `${errorBody(error)}\n` : super.errorOf(error);
  }

  /** Reads the events after `since`, oldest first. If they are more than may be read, `missed` comes before them. */
  async #since(token: string, since: string): Promise<ChatEvent[]> {
    const { context } = this;
    let [found, before, more]: [ChatEvent[], string | undefined, boolean] = [[], undefined, true];
    for (let pages = 0; more && pages < PAGES_MAX; pages += 1) {
      const page: Parameters<'history'> = { token, room: this.#room, before, limit: EVENTS_MAX, types: PAST_TYPES };
      const answer: Page = await this.#ask<Page>('history', page, () => operations.history(context, page, this));
      const fresh = answer.events.filter(({ id }) => compareIds(id, since) > 0);
      found = [...fresh, ...found];
      before = answer.before ?? answer.events[0]?.id;
      more = answer.more && fresh.length === answer.events.length && compareIds(before ?? '0-0', since) > 0;
    }
    if (more) this.#missed = true;
    return found;
  }

  /** Runs an operation within its limits. Resolves with its answer. */
  async #ask<Answer>(name: 'join' | 'history', parameters: object, run: () => Promise<string> | null): Promise<Answer> {
    if (name === 'join') this.context.admission.precheck(name, this.res.req);
    return JSON.parse((await this.context.admission.admit(name, parameters, this, run)) ?? '{}') as Answer;
  }

  /** Lets the user go. If Redis is away, the user is ended later because it is silent. */
  async #leave(token: string, after: number | undefined): Promise<void> {
    const leaving = operations.leave(this.context, { token, after, forget: undefined }, this);
    await leaving?.catch(() => undefined);
  }

  #linesOf(events: ChatEvent[]): string {
    const lines = this.#missed ? [this.#line({ type: 'missed' })] : [];
    this.#missed = false;
    for (const event of events) {
      if (event.room !== this.#room || !GIVEN_TYPES.has(event.type) || compareIds(event.id, this.#last) <= 0) continue;
      this.#last = event.id;
      lines.push(this.#line(event, event.id));
    }
    return lines.join('');
  }

  #line(what: object, id?: string): string {
    const json = JSON.stringify(what);
    if (this.#format === 'ndjson') return `${json}\n`;
    return `${id === undefined ? '' : `id: ${id}\n`}data: ${json}\n\n`;
  }
}

interface Joined {
  user: UserRef;
  token: string;
  cursor: string;
  room: { history: ChatEvent[] };
}

interface Polled {
  events: ChatEvent[];
  missed?: number;
  reset?: boolean;
}

interface Page {
  events: ChatEvent[];
  more: boolean;
  before?: string;
}
