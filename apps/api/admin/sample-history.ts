/**
 * The samples of the last five minutes, in Redis. One API process at a time takes one every two seconds; any process
 * can read them. They are taken even if nobody looks, so that the host can see afterwards what happened.
 */
import type { Metrics } from '../../../shared/metrics/metrics.js';
import type { Sample } from '../../../shared/protocol/admin.js';
import type { RedisClient } from '../../../shared/redis/client.js';
import type { Keys } from '../../../shared/store/keys.js';
import type { Store } from '../../../shared/store/store.js';
import { sampleBetween } from './chart-sample.js';
import { MetricsSnapshot } from './metrics-snapshot.js';

const SAMPLE_EVERY_MS = 2_000;
const SAMPLES_MAX = 150;
/** How long samples are kept after the last one was taken. */
const TTL_S = 600;
/** How long the process that takes samples may be silent before another one takes over. */
const LEASE_MS = 5_000;
/** Snapshots that quantiles look back: ten seconds. */
const SNAPSHOTS_MAX = 5;
/** Samples read beyond those that should be new, as the clocks of machines differ by some seconds. */
const SPARE_SAMPLES_MAX = 5;

export class SampleHistory {
  readonly #redis: RedisClient;
  readonly #keys: Keys;
  readonly #metrics: Metrics;
  readonly #instance: string;
  #snapshots: MetricsSnapshot[] = [];
  #taking = false;

  constructor({ redis, keys }: Store, metrics: Metrics) {
    this.#redis = redis;
    this.#keys = keys;
    this.#metrics = metrics;
    this.#instance = metrics.own.name;
  }

  /** Lets this process take its turn in taking samples, until it ends. */
  start(): void {
    setInterval(() => void this.#take(), SAMPLE_EVERY_MS).unref();
  }

  /** Resolves with the samples after `since` (ms since 1970), oldest first. Rejects when Redis is away. */
  async read(since: number): Promise<Sample[]> {
    const wanted = Math.min(
      SAMPLES_MAX,
      Math.max(0, Math.ceil((Date.now() - since) / SAMPLE_EVERY_MS)) + SPARE_SAMPLES_MAX,
    );
    const texts = await this.#redis.lrange(this.#keys.samples, -wanted, -1);
    return texts.map((text) => JSON.parse(text) as Sample).filter(({ at }) => at > since);
  }

  /** Resolves with the newest sample. */
  async latest(): Promise<Sample | undefined> {
    const text = await this.#redis.lindex(this.#keys.samples, -1);
    return text === null ? undefined : (JSON.parse(text) as Sample);
  }

  async #take(): Promise<void> {
    if (this.#taking) return;
    this.#taking = true;
    try {
      if (await this.#mayTake()) await this.#takeOne();
      else this.#snapshots = [];
    } catch {
      this.#snapshots = []; // Redis is away, and rates over an outage would mean nothing
    } finally {
      this.#taking = false;
    }
  }

  async #mayTake(): Promise<boolean> {
    if ((await this.#redis.get(this.#keys.sampler)) === this.#instance)
      return (await this.#redis.pexpire(this.#keys.sampler, LEASE_MS)) === 1;
    return (await this.#redis.set(this.#keys.sampler, this.#instance, 'PX', LEASE_MS, 'NX')) === 'OK';
  }

  async #takeOne(): Promise<void> {
    const now = new MetricsSnapshot(await this.#metrics.readAllValues(), Date.now());
    const [earlier, before] = [this.#snapshots[0], this.#snapshots.at(-1)];
    this.#snapshots = [...this.#snapshots, now].slice(-SNAPSHOTS_MAX);
    // after a late snapshot, the next one in time comes too soon to compare the two
    if (!earlier || !before || now.at - before.at < SAMPLE_EVERY_MS / 2) return;
    await this.#redis
      .multi()
      .rpush(this.#keys.samples, JSON.stringify(sampleBetween(now, before, earlier)))
      .ltrim(this.#keys.samples, -SAMPLES_MAX, -1)
      .expire(this.#keys.samples, TTL_S)
      .exec();
  }
}
