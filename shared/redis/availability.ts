/**
 * Whether Redis can be used, for the log and for /health. The log has one line when Redis goes away and one when it is
 * back, with how long that took and what failed meanwhile. It does not have one line for each request.
 */
import type { Logger } from '../log.js';
import type { RedisClient } from './client.js';
import { probe } from './probe.js';
import { endText, isRefusal, reasonOf, stateText } from './reasons.js';

/** How long an answer of Redis counts before Redis is asked again. */
const FRESH_MS = 1_000;
/** A failure may come before the end of the connection that explains it. So it is looked into after a moment. */
const EXPLAIN_AFTER_MS = 100;
/** Failures of the outage may come so long after it: of other connections, and of work that waited for its next try. */
const SETTLE_MS = 2_000;

/**
 * The words of the log for an outage, by kind of process: in its first line, which goes on with "it is back", and for
 * the number in its last line.
 */
export interface OutageTexts {
  meanwhile: string;
  failed: string;
}

export class Availability {
  readonly #redis: RedisClient;
  readonly #log: Logger;
  readonly #meaning: OutageTexts;
  readonly #prefix: string;
  /** Why Redis is away; null while it is there. */
  #reason: string | null = null;
  #since = 0;
  /** When Redis was back last, in ms since 1970. */
  #backAt = 0;
  #failures = 0;
  #connectionError: unknown = null;
  #looked = 0;
  #look: Promise<void> = Promise.resolve();
  #again: NodeJS.Timeout | undefined;
  #explaining: NodeJS.Timeout | undefined;

  /** `redis`: the connection that stands for the whole process. `prefix`: what the names of all its keys begin with. */
  constructor(redis: RedisClient, log: Logger, meaning: OutageTexts, prefix = '') {
    this.#redis = redis;
    this.#log = log;
    this.#meaning = meaning;
    this.#prefix = prefix;
    redis.on('error', (error) => {
      this.#connectionError = error;
    });
    redis.on('close', () => this.#goes(this.#connectionError ?? 'the connection broke'));
    redis.on('ready', () => void this.#lookNow());
  }

  /** Resolves with why Redis cannot be used, or null when it takes writes. Asks Redis at most once a second. */
  async check(): Promise<string | null> {
    if (this.#redis.status !== 'ready') return this.#reason ?? 'it is not connected yet';
    if (Date.now() - this.#looked >= FRESH_MS) void this.#lookNow();
    await this.#look;
    return this.#reason;
  }

  /** Counts a failure for the outage. A failure that no outage explains is logged, once for many at the same time. */
  failed(error: unknown): void {
    this.#failures += 1;
    if (this.#reason !== null) return;
    const isOfOutage = Date.now() - this.#backAt < SETTLE_MS;
    this.#explaining ??= setTimeout(() => void this.#explain(error, isOfOutage), EXPLAIN_AFTER_MS);
  }

  /** `isOfOutage`: the failure came shortly after an outage. It may also be the first one of the next outage. */
  async #explain(error: unknown, isOfOutage: boolean): Promise<void> {
    await this.#lookNow();
    this.#explaining = undefined;
    if (this.#reason !== null || this.#failures === 0) return;
    const details = { error, times: this.#failures };
    if (isOfOutage) this.#log.debug(details, 'failed shortly after Redis was back');
    else this.#log.warn(details, 'failed, though Redis is there');
    this.#failures = 0;
  }

  #lookNow(): Promise<void> {
    this.#looked = Date.now();
    this.#look = probe(this.#redis, this.#prefix).then(
      () => this.#isBack(),
      (error: unknown) => this.#goes(error),
    );
    return this.#look;
  }

  #goes(error: unknown): void {
    const [before, reason] = [this.#reason, reasonOf(error)];
    this.#reason = reason;
    this.#connectionError = null;
    if (before === null) this.#begin(reason);
    else if (reason !== before && isRefusal(error)) this.#log.warn(`Now ${stateText(reason)}`);
  }

  #begin(reason: string): void {
    this.#since = Date.now();
    this.#log.warn(`${stateText(reason)}; ${this.#meaning.meanwhile} ${endText(reason)}`);
    // a Redis that refuses writes tells nobody when it takes them again
    this.#again = setInterval(() => {
      if (this.#redis.status === 'ready') void this.check();
    }, FRESH_MS).unref();
  }

  #isBack(): void {
    if (this.#reason === null) return;
    const seconds = Math.ceil((Date.now() - this.#since) / 1_000);
    const failures = this.#failures > 0 ? `; ${this.#meaning.failed}: ${this.#failures}` : '';
    this.#log.warn(`Redis is back after ${seconds} s${failures}`);
    this.#reason = null;
    this.#backAt = Date.now();
    this.#failures = 0;
    clearInterval(this.#again);
  }
}
