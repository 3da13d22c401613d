/**
 * Figures of all processes, whichever is asked: each process writes its own into one Redis hash every two seconds, and
 * who is asked adds them up.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Redis } from 'ioredis';
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry, type MetricObject } from 'prom-client';

const KEY = 'metrics';
const WRITE_EVERY = 2_000;
/** Figures of a process that has written none for so long (ms) are dropped: it has ended. */
const FORGET_AFTER = 15_000;

/** The figures of one process. `prefix` them all, so that a dashboard finds them. */
export class Metrics {
  readonly registry = new Registry();
  readonly #whole = new Registry();
  readonly #process: string;
  readonly #redis: Redis;
  readonly #timer: NodeJS.Timeout;

  constructor(process: string, redis: Redis) {
    this.#process = process;
    this.#redis = redis;
    this.#measureProcess();
    this.#timer = setInterval(() => void this.write().catch(() => undefined), WRITE_EVERY); // the next one makes up for it
    this.#timer.unref();
  }

  counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name: `chat_${name}`, help, labelNames, registers: [this.registry] });
  }

  /** A counter whose sum somebody else keeps. */
  sum(name: string, help: string, read: () => number): Counter {
    return new Counter({
      name: `chat_${name}`, help, registers: [this.registry],
      collect() { this.reset(); this.inc(read()); },
    });
  }

  /** A gauge read at the moment it is asked for, one value for each label value. */
  gauge(name: string, help: string, label: string | null, read: () => Record<string, number>): Gauge {
    return new Gauge({
      name: `chat_${name}`, help, labelNames: label ? [label] : [], registers: [this.registry],
      collect() {
        for (const [value, number] of Object.entries(read())) label ? this.set({ [label]: value }, number) : this.set(number);
      },
    });
  }

  histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: `chat_${name}`, help, buckets, registers: [this.registry] });
  }

  /** A figure of the whole system, not of this process: read only when somebody asks for all. */
  shared(name: string, help: string, read: () => Promise<number>): void {
    new Gauge({
      name: `chat_${name}`, help, registers: [this.#whole],
      async collect() { this.set(await read()); },
    });
  }

  /** Writes this process's figures where the others find them. */
  async write(): Promise<void> {
    const figures = await this.registry.getMetricsAsJSON();
    await this.#redis.hset(KEY, this.#process, JSON.stringify({ at: Date.now(), figures }));
  }

  /** The figures of all processes, added up, in Prometheus's text format. */
  async readAll(): Promise<string> {
    await this.write();
    const all: MetricObject[][] = [];
    for (const [process, text] of Object.entries(await this.#redis.hgetall(KEY))) {
      const { at, figures } = JSON.parse(text) as { at: number; figures: MetricObject[] };
      if (Date.now() - at < FORGET_AFTER) all.push(figures);
      else await this.#redis.hdel(KEY, process);
    }
    return `${await AggregatorRegistry.aggregate(all).metrics()}\n${await this.#whole.metrics()}`;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#redis.hdel(KEY, this.#process).catch(() => undefined); // forgotten by age otherwise
  }

  #measureProcess(): void {
    const delay = monitorEventLoopDelay({ resolution: 20 });
    delay.enable();
    const own = { process: this.#process };
    new Gauge({
      name: 'chat_event_loop_delay_seconds', help: 'p99 of event loop delay since the last reading.', labelNames: ['process'],
      registers: [this.registry],
      collect() { this.set(own, delay.percentile(99) / 1e9); delay.reset(); },
    });
    new Gauge({
      name: 'chat_memory_bytes', help: 'Resident memory.', labelNames: ['process'], registers: [this.registry],
      collect() { this.set(own, process.memoryUsage.rss()); },
    });
  }
}
