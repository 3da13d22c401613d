/**
 * `/status` for everybody: whether the chat works, in plain words. It says nothing about who uses it or how much. The
 * page in `apps/web/pages` shows it to people; programs get JSON.
 */
import type Router from '@koa/router';
import type { Middleware } from 'koa';
import { runningInstances } from '../../../shared/metrics/aggregate.js';
import type { ServerState, ServerStatus } from '../../../shared/protocol/status.js';
import type { Availability } from '../../../shared/redis/availability.js';
import type { Store } from '../../../shared/store/store.js';
import { VERSION } from '../../../shared/version.js';
import type { Pressure } from '../limits/shares/pressure.js';

/** How long an answer counts before this process looks again. */
const FRESH_MS = 1_000;
/** How long it counts that a worker runs. To look costs more. */
const WORKERS_FRESH_MS = 5_000;
/** How often a process looks when nobody asks, so that it knows since when the chat does not work. */
const LOOK_EVERY_MS = 5_000;

const TEXTS: Record<ServerState, string> = {
  works: 'The chat works.',
  slow: 'The chat works, but it is very busy. Messages may come late.',
  undelivered: 'Messages are kept, but they do not arrive at the moment.',
  away: 'The chat does not work at the moment. Pages try again by themselves.',
};

export interface StatusSources {
  availability: Pick<Availability, 'check'>;
  pressure: Pick<Pressure, 'isOn'>;
  store: Store;
}

export class Status {
  readonly #sources: StatusSources;
  #state: ServerState = 'works';
  #since = Date.now();
  #looked = 0;
  #look: Promise<void> = Promise.resolve();
  /** When a worker was found last, in ms since 1970. */
  #workersFound = 0;

  constructor(sources: StatusSources) {
    this.#sources = sources;
  }

  /** Looks from time to time, also when nobody asks. The process may end meanwhile. */
  watch(): this {
    setInterval(() => void this.read(), LOOK_EVERY_MS).unref();
    return this;
  }

  /** Resolves with what this process knows, from at most a second ago. Never rejects. */
  async read(): Promise<ServerStatus> {
    if (Date.now() - this.#looked >= FRESH_MS) {
      this.#looked = Date.now();
      this.#look = this.#lookNow();
    }
    await this.#look;
    const state = this.#state;
    return {
      ok: state === 'works' || state === 'slow',
      state,
      text: TEXTS[state],
      since: this.#since,
      version: VERSION,
    };
  }

  async #lookNow(): Promise<void> {
    const state = await this.#stateNow();
    if (state === this.#state) return;
    this.#state = state;
    this.#since = Date.now();
  }

  async #stateNow(): Promise<ServerState> {
    if ((await this.#sources.availability.check()) !== null) return 'away';
    if (!(await this.#haveWorkers())) return 'undelivered';
    return this.#sources.pressure.isOn ? 'slow' : 'works';
  }

  async #haveWorkers(): Promise<boolean> {
    if (Date.now() - this.#workersFound < WORKERS_FRESH_MS) return true;
    const names = await runningInstances(this.#sources.store).catch(() => null);
    const isFound = names?.some((name) => name.startsWith('worker-')) ?? true; // if Redis has gone, the next look says so
    if (isFound) this.#workersFound = Date.now();
    return isFound;
  }
}

/** Answers programs. A browser that visits gets the page, which asks for the same. */
export function addStatus(router: Router, status: Status): void {
  const answer: Middleware = async (ctx, next) => {
    ctx.vary('Accept');
    if (ctx.accepts('json', 'html') === 'html') return next();
    const found = await status.read();
    ctx.status = found.ok ? 200 : 503;
    ctx.set('Access-Control-Allow-Origin', '*');
    ctx.set('Cache-Control', 'no-store');
    ctx.body = found;
  };
  router.get('/status', answer as Parameters<Router['get']>[1]);
}
