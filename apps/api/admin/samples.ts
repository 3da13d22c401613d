/**
 * The last five minutes of samples, in Redis: one API process at a time takes them, every two seconds, and any can give them. Kept
 * whether anybody looks or not, so that who opens the page after something happened can see what it was.
 */
import type { Metrics } from '../../../shared/metrics/metrics.js';
import type { Sample } from '../../../shared/protocol/admin.js';
import type { RedisClient } from '../../../shared/redis/owners.js';
import { Readings } from './readings.js';
import { sampleOf } from './sample.js';

const EVERY = 2_000;
const KEPT = 150;
/** Seconds that samples are kept when nobody takes them any more. */
const EXPIRY = 600;
/** How long (ms) the process that takes samples may be silent before another does. */
const LEASE = 5_000;
/** Readings that quantiles look back: ten seconds. */
const BACK = 5;
/** Read beyond what should be new: clocks of machines differ by some seconds. */
const SPARE = 5;
const SAMPLES = 'samples';
const SAMPLER = 'samples:by';

export class Samples {
  readonly #redis: RedisClient;
  readonly #metrics: Metrics;
  readonly #process: string;
  #former: Readings[] = [];
  #taking = false;

  constructor(redis: RedisClient, metrics: Metrics) {
    this.#redis = redis;
    this.#metrics = metrics;
    this.#process = metrics.own.name;
  }

  /** Takes its part in taking samples, until the process ends. */
  start(): void {
    setInterval(() => void this.#take(), EVERY).unref();
  }

  /** Those after `since` (ms), oldest first. Rejects when Redis is away. */
  async read(since: number): Promise<Sample[]> {
    const wanted = Math.min(KEPT, Math.max(0, Math.ceil((Date.now() - since) / EVERY)) + SPARE);
    const texts = await this.#redis.lrange(SAMPLES, -wanted, -1);
    return texts.map((text) => JSON.parse(text) as Sample).filter(({ at }) => at > since);
  }

  /** The newest one. */
  async latest(): Promise<Sample | undefined> {
    const text = await this.#redis.lindex(SAMPLES, -1);
    return text === null ? undefined : (JSON.parse(text) as Sample);
  }

  async #take(): Promise<void> {
    if (this.#taking) return;
    this.#taking = true;
    try {
      if (await this.#mayTake()) await this.#takeOne();
      else this.#former = [];
    } catch {
      this.#former = []; // Redis is away: rates over an outage would say nothing
    } finally {
      this.#taking = false;
    }
  }

  async #mayTake(): Promise<boolean> {
    if ((await this.#redis.get(SAMPLER)) === this.#process) return (await this.#redis.pexpire(SAMPLER, LEASE)) === 1;
    return (await this.#redis.set(SAMPLER, this.#process, 'PX', LEASE, 'NX')) === 'OK';
  }

  async #takeOne(): Promise<void> {
    const now = new Readings(await this.#metrics.readAllValues(), Date.now());
    const [earlier, before] = [this.#former[0], this.#former.at(-1)];
    this.#former = [...this.#former, now].slice(-BACK);
    if (!earlier || !before || now.at - before.at < EVERY / 2) return; // one that came late and the next in time say too little between them
    await this.#redis
      .multi()
      .rpush(SAMPLES, JSON.stringify(sampleOf(now, before, earlier)))
      .ltrim(SAMPLES, -KEPT, -1)
      .expire(SAMPLES, EXPIRY)
      .exec();
  }
}
