/**
 * Figures of all processes, whichever is asked: each process writes its own into one Redis hash every two seconds, and
 * who is asked adds them up.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';
import type { RedisClient } from '../redis/slot-owners.js';
import { MetricsAggregate } from './aggregate.js';

const WRITE_EVERY_MS = 2_000;
/** Who has written nothing between two looks (ms) has ended; above any outage after which all go on. */
const TIDY_EVERY_MS = 600_000;

/** One figure as it is added up: its name, and a value for each of its labels. */
export type AggregatedMetric = MetricObjectWithValues<MetricValue<string>>;

/** The figures of one process. `prefix` them all, so that a dashboard finds them. */
export class Metrics {
  readonly registry = new Registry();
  readonly #whole = new Registry();
  readonly #instance: string;
  readonly #aggregate: MetricsAggregate;
  readonly #timers: NodeJS.Timeout[];
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  /** 99th percentile (s) of the two seconds before the last writing; what came since is too little, asked at any moment. */
  #lastDelay = 0;

  constructor(instance: string, redis: RedisClient) {
    this.#instance = instance;
    this.#aggregate = new MetricsAggregate(redis, instance);
    this.#measureProcess();
    // the next one makes up for one that fails
    this.#timers = [
      every(WRITE_EVERY_MS, () => this.#writeInTime()),
      every(TIDY_EVERY_MS, () => this.#aggregate.tidy()),
    ];
  }

  counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name: `chat_${name}`, help, labelNames, registers: [this.registry] });
  }

  /** A counter whose sum somebody else keeps. */
  externalCounter(name: string, help: string, read: () => number): Counter {
    return new Counter({
      name: `chat_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** A gauge read at the moment it is asked for, one value for each label value. */
  gauge(name: string, help: string, label: string | null, read: () => Record<string, number>): Gauge {
    return new Gauge({
      name: `chat_${name}`,
      help,
      labelNames: label ? [label] : [],
      registers: [this.registry],
      collect() {
        for (const [value, number] of Object.entries(read()))
          label ? this.set({ [label]: value }, number) : this.set(number);
      },
    });
  }

  histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: `chat_${name}`, help, buckets, registers: [this.registry] });
  }

  /** A figure of the whole system, not of this process: read only when somebody asks for all, absent when it cannot be read. */
  systemGauge(name: string, help: string, read: () => Promise<number>): void {
    new Gauge({
      name: `chat_${name}`,
      help,
      registers: [this.#whole],
      async collect() {
        await read().then(
          (value) => this.set(value),
          () => this.remove(),
        );
      },
    });
  }

  /** Writes this process's figures where the others find them. */
  async write(): Promise<void> {
    await this.#aggregate.write(await this.registry.getMetricsAsJSON());
  }

  /** The figures of all processes, added up, in Prometheus's text format. */
  async readAll(): Promise<string> {
    const own = await this.registry.getMetricsAsJSON();
    await this.#aggregate.write(own).catch(() => undefined); // a Redis that takes no writes can still be read
    return `${await (await this.#aggregate.sum(own)).metrics()}\n${await this.#whole.metrics()}`;
  }

  /** The same as values. */
  async readAllValues(): Promise<AggregatedMetric[]> {
    const sum = await this.#aggregate.sum(await this.registry.getMetricsAsJSON());
    return [...(await sum.getMetricsAsJSON()), ...(await this.#whole.getMetricsAsJSON())];
  }

  /** What the operating system and Node say of this process. */
  get own(): { name: string; delay: number; memory: number } {
    return {
      name: this.#instance,
      delay: Math.max(this.#lastDelay, this.#delay.percentile(99) / 1e9),
      memory: process.memoryUsage.rss(),
    };
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#aggregate.end(await this.registry.getMetricsAsJSON()).catch(() => undefined); // added by another process otherwise
  }

  #writeInTime(): Promise<void> {
    this.#lastDelay = this.#delay.percentile(99) / 1e9;
    this.#delay.reset();
    return this.write();
  }

  #measureProcess(): void {
    this.#delay.enable();
    const read = () => this.own;
    const labels = { process: this.#instance };
    new Gauge({
      name: 'chat_event_loop_delay_seconds',
      help: 'p99 of event loop delay over the last seconds.',
      labelNames: ['process'],
      registers: [this.registry],
      collect() {
        this.set(labels, read().delay);
      },
    });
    new Gauge({
      name: 'chat_memory_bytes',
      help: 'Resident memory.',
      labelNames: ['process'],
      registers: [this.registry],
      collect() {
        this.set(labels, read().memory);
      },
    });
  }
}

function every(ms: number, work: () => Promise<void>): NodeJS.Timeout {
  return setInterval(() => void work().catch(() => undefined), ms).unref();
}
