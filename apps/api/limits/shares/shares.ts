/**
 * Fair shares. While the process is under pressure, a page that makes more work than its share is held back: its
 * answers are held longer and carry more, joins to it return less history, and in the end a part of its sends and joins
 * is refused. Nobody else is. Each process judges by its own traffic: the users of a page are spread over all
 * processes.
 */
import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { privateRoomUsers } from '../../../../shared/protocol/events.js';
import { DEFAULT_ROOM } from '../../../../shared/protocol/limits.js';
import type { RequestName } from '../../../../shared/protocol/operations.js';
import { RateLimited } from '../../../../shared/store/denials.js';
import { requestOrigin } from '../origins.js';
import { fairShares } from './fair-share.js';
import { Page } from './page.js';
import type { PressureLevel } from './pressure.js';
import { isSharedOrigin, Source } from './source.js';

/** How often pages are judged. */
const STEP_MS = 500;
/** Sources remembered at a time. With the least recent one, its usage since the last report is forgotten. */
const SOURCES_MAX = 10_000;
/** The work of a request, in polls that are answered: by the calls of Redis that it takes. */
const WORK_OF: Partial<Record<RequestName, number>> = {
  poll: 1,
  ack: 1,
  join: 10,
  enter: 8,
  send: 4,
  post: 4,
  set: 4,
  add: 4,
  listen: 5, // it is noted as a join and as a stream
};
const OTHER_WORK_COUNT = 2;
/** The work of an event in an answer. */
const EVENT_WORK_RATIO = 0.1;
/** Requests that a page above its share may make less often. */
const REFUSED: ReadonlySet<RequestName> = new Set<RequestName>([
  'join',
  'enter',
  'send',
  'post',
  'set',
  'add',
  'react',
  'edit',
  'signal',
  'history',
]);
const MESSAGES: ReadonlySet<RequestName> = new Set<RequestName>(['send', 'post', 'set', 'add']);
const REFUSAL = 'This page is very busy, and others need the server too.';

/** The parameters of a request that tell its room. */
interface Addressed {
  token?: string | undefined;
  room?: string | undefined;
}

export class Shares {
  /** Returns the public room in which a user is, as far as this process knows. */
  roomOf: (userId: number) => string | undefined = () => undefined;
  readonly #pressure: () => PressureLevel;
  readonly #pages = new Map<string, Page>();
  readonly #busy = new Set<Page>();
  readonly #sources = new LRUCache<string, Source>({
    max: SOURCES_MAX,
    dispose: ({ page }) => {
      page.sources -= 1;
      if (page.sources === 0) this.#pages.delete(page.key);
    },
  });
  #timer: NodeJS.Timeout | undefined;

  constructor(pressure: () => PressureLevel) {
    this.#pressure = pressure;
  }

  /** Judges from now on. */
  start(): void {
    this.#timer ??= setInterval(() => this.step(), STEP_MS).unref();
  }

  /** Counts a request. Returns where it comes from. */
  noteRequest(name: RequestName, { token, room }: Addressed, req: IncomingMessage): Source {
    const isNamed = room !== undefined && !privateRoomUsers(room);
    const known = isNamed ? room : this.#roomOfToken(token);
    const source = this.#sourceOf(requestOrigin(req), known ?? (name === 'join' ? DEFAULT_ROOM : ''), req.headers.host);
    source.requests += 1;
    this.#noteWork(source.page, WORK_OF[name] ?? OTHER_WORK_COUNT);
    return source;
  }

  /**
   * Takes the work of a request back that was refused. Any program can claim the origin of a page: what it fails to do,
   * it does not do in the name of that page.
   */
  noteRefusal({ page }: Source, name: RequestName): void {
    page.work = Math.max(0, page.work - (WORK_OF[name] ?? OTHER_WORK_COUNT));
  }

  /** Counts what a request has brought: a message for others, or events for its client. */
  noteAnswer(source: Source, name: RequestName, events: number): void {
    if (MESSAGES.has(name)) source.messages += 1;
    source.deliveries += events;
    source.page.work += events * EVENT_WORK_RATIO;
  }

  /** Throws `rate_limited` if the page of a request has to wait. */
  check(name: RequestName, { page }: Source): void {
    if (page.admitted === 1 || !REFUSED.has(name)) return;
    const ms = page.waitMs();
    if (ms > 0) throw new RateLimited(ms, REFUSAL, 'share', 'share');
  }

  /**
   * Judges all pages once. Those that are held back are let go step by step, when the pressure is over. Just below the
   * marks all stays as it is.
   */
  step(): void {
    const pages = [...this.#busy];
    for (const page of pages) page.measure(STEP_MS / 1_000);
    const level = this.#pressure();
    const shares = level === 'over' ? fairShares(pages.map(({ rate }) => rate)) : [];
    for (const [i, page] of pages.entries()) {
      if (level !== 'near') page.adjust(shares[i] ?? Infinity);
      if (page.isIdle) this.#busy.delete(page);
    }
  }

  /** Whether the page of an origin and a room is held back now. */
  isHeldBack(origin: string, room: string): boolean {
    return this.#sources.peek(`${origin} ${room}`)?.page.isFree === false;
  }

  /** How many pages are held back now. */
  get heldBack(): number {
    let count = 0;
    for (const page of this.#busy) if (!page.isFree) count += 1;
    return count;
  }

  /** Returns what each source has used since the last call. */
  takeUsage(): { origin: string; room: string; requests: number; messages: number; deliveries: number }[] {
    const used = [];
    for (const source of this.#sources.values()) {
      const { origin, room, requests, messages, deliveries } = source;
      if (requests + deliveries > 0) used.push({ origin, room, requests, messages, deliveries });
      source.requests = source.messages = source.deliveries = 0;
    }
    return used;
  }

  #noteWork(page: Page, work: number): void {
    page.work += work;
    this.#busy.add(page);
  }

  #roomOfToken(token: string | undefined): string | undefined {
    return token === undefined ? undefined : this.roomOf(Number.parseInt(token, 10));
  }

  #sourceOf(origin: string, room: string, host: string | undefined): Source {
    const key = `${origin} ${room}`;
    const known = this.#sources.get(key);
    if (known) return known;
    const source = new Source(origin, room, this.#pageOf(origin, room, host));
    source.page.sources += 1;
    this.#sources.set(key, source);
    return source;
  }

  #pageOf(origin: string, room: string, host: string | undefined): Page {
    const isShared = isSharedOrigin(origin, host);
    const key = isShared ? `${origin} ${room}` : origin;
    const page = this.#pages.get(key) ?? new Page(key, !isShared || room !== '');
    this.#pages.set(key, page);
    return page;
  }
}
