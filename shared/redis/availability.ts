/**
 * Whether Redis can be used, for the log and for /health. The log has one line when it goes and one when it is back, with
 * how long that took and what failed meanwhile, instead of one for each request.
 */
import type { Logger } from '../log.js';
import { probe } from './probe.js';
import { isRefusal, reasonOf } from './reasons.js';
import type { RedisClient } from './slot-owners.js';

/** How long (ms) an answer of Redis holds for whoever asks again. */
const FRESH_MS = 1_000;
/** A failure may be told of before the end of the connection that explains it: it is looked into after so many ms. */
const EXPLAIN_AFTER_MS = 100;

/** What an outage means in this kind of process: for the first line, and for the number in the last. */
export interface OutageTexts {
  meanwhile: string;
  failed: string;
}

export class Availability {
  readonly #redis: RedisClient;
  readonly #log: Logger;
  readonly #meaning: OutageTexts;
  /** Why Redis is away; null while it is there. */
  #reason: string | null = null;
  #since = 0;
  #failures = 0;
  #connectionError: unknown = null;
  #looked = 0;
  #look: Promise<void> = Promise.resolve();
  #again: NodeJS.Timeout | undefined;
  #explaining: NodeJS.Timeout | undefined;

  /** `redis` is the connection that speaks for all of the process. */
  constructor(redis: RedisClient, log: Logger, meaning: OutageTexts) {
    this.#redis = redis;
    this.#log = log;
    this.#meaning = meaning;
    redis.on('error', (error) => {
      this.#connectionError = error;
    });
    redis.on('close', () => this.#goes(this.#connectionError ?? 'the connection broke'));
    redis.on('ready', () => void this.#lookNow());
  }

  /** Why Redis cannot be used, or null when it can be written; Redis is asked at most once a second. */
  async check(): Promise<string | null> {
    if (this.#redis.status !== 'ready') return this.#reason ?? 'it is not connected yet';
    if (Date.now() - this.#looked >= FRESH_MS) void this.#lookNow();
    await this.#look;
    return this.#reason;
  }

  /** Takes what failed, for the count of an outage; what no outage explains is logged, however many times it comes at once. */
  failed(error: unknown): void {
    this.#failures += 1;
    if (this.#reason === null) this.#explaining ??= setTimeout(() => void this.#explain(error), EXPLAIN_AFTER_MS);
  }

  async #explain(error: unknown): Promise<void> {
    await this.#lookNow();
    this.#explaining = undefined;
    if (this.#reason !== null || this.#failures === 0) return;
    this.#log.warn({ error, times: this.#failures }, 'failed, though Redis is there');
    this.#failures = 0;
  }

  #lookNow(): Promise<void> {
    this.#looked = Date.now();
    this.#look = probe(this.#redis).then(
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
    else if (reason !== before && isRefusal(error)) this.#log.warn(`Redis is still away: ${reason}`);
  }

  #begin(reason: string): void {
    this.#since = Date.now();
    this.#log.warn(`Redis is away: ${reason}; ${this.#meaning.meanwhile}`);
    // a Redis that refuses tells nobody when it no longer does
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
    this.#failures = 0;
    clearInterval(this.#again);
  }
}
