/**
 * Metrics of all processes, whichever process is asked. Each process writes its own metrics into one Redis hash: every
 * two seconds while something happens in it. The process that is asked adds them up.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';
import type { Store } from '../store/store.js';
import { VERSION } from '../version.js';
import { MetricsAggregate } from './aggregate.js';

const WRITE_EVERY_MS = 2_000;
/** How often a process writes in which nothing happens, so that an idle chat does not wear the disk of Redis. */
const IDLE_WRITE_EVERY_MS = 30_000;
/** These change always. */
const RESTLESS: ReadonlySet<string> = new Set(['chat_event_loop_delay_seconds', 'chat_memory_bytes']);
/** A process that has written nothing for so long has ended. It is longer than an outage after which all go on. */
const TIDY_EVERY_MS = 600_000;

/** One metric of all processes: its name, and a value for each of its labels. */
export type AggregatedMetric = MetricObjectWithValues<MetricValue<string>>;

/** The metrics of one process. Their names begin with `chat_`. */
export class Metrics {
  readonly registry = new Registry();
  readonly #whole = new Registry();
  readonly #instance: string;
  readonly #aggregate: MetricsAggregate;
  readonly #timers: NodeJS.Timeout[];
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  /** 99th percentile (s) of the two seconds before the last write. The time since may be too short for a percentile. */
  #lastDelay = 0;
  /** The last text that it wrote, without the values that always change, and when (ms since 1970). */
  #written = { text: '', at: 0 };

  constructor(instance: string, store: Pick<Store, 'redis' | 'keys'>) {
    this.#instance = instance;
    this.#aggregate = new MetricsAggregate(store, instance);
    this.gauge('build_info', 'Processes by their version.', 'version', () => ({ [VERSION]: 1 }));
    this.#measureProcess();
    // the next write makes up for one that fails
    this.#timers = [
      every(WRITE_EVERY_MS, () => this.#writeInTime()),
      every(TIDY_EVERY_MS, () => this.#aggregate.tidy()),
    ];
  }

  counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name: `chat_${name}`, help, labelNames, registers: [this.registry] });
  }

  /** A counter whose value is kept elsewhere. */
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

  /** A gauge that is read when somebody asks, with one value for each value of its label. */
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

  /**
   * A gauge of the whole system. It is read only when somebody asks for all metrics, and absent when it cannot be read.
   */
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

  /** Writes this process's metrics where the others find them. */
  async write(): Promise<void> {
    await this.#aggregate.write(await this.registry.getMetricsAsJSON());
  }

  /**
   * Resolves with the metrics of all processes, added up, in Prometheus's text format. While Redis takes no writes, it
   * has what the processes wrote before. So no counter goes down, whichever process is asked.
   */
  async readAll(): Promise<string> {
    const own = await this.registry.getMetricsAsJSON();
    const isWritten = await this.#aggregate.write(own).then(
      () => true,
      () => false, // a Redis that takes no writes can still be read
    );
    const sum = await this.#aggregate.sum(isWritten ? own : null);
    return `${await sum.metrics()}\n${await this.#whole.metrics()}`;
  }

  /** Resolves with the same as values. */
  async readAllValues(): Promise<AggregatedMetric[]> {
    const sum = await this.#aggregate.sum(await this.registry.getMetricsAsJSON());
    return [...(await sum.getMetricsAsJSON()), ...(await this.#whole.getMetricsAsJSON())];
  }

  /** This process's name, event loop delay (s) and memory (bytes). */
  get own(): { name: string; delay: number; memory: number } {
    return {
      name: this.#instance,
      delay: Math.max(this.#lastDelay, this.#delay.percentile(99) / 1e9),
      memory: process.memoryUsage.rss(),
    };
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    // if it fails, another process adds them
    await this.#aggregate.end(await this.registry.getMetricsAsJSON()).catch(() => undefined);
  }

  async #writeInTime(): Promise<void> {
    this.#lastDelay = this.#delay.percentile(99) / 1e9;
    this.#delay.reset();
    const figures = await this.registry.getMetricsAsJSON();
    const text = JSON.stringify(figures.filter(({ name }) => !RESTLESS.has(name)));
    if (text === this.#written.text && Date.now() - this.#written.at < IDLE_WRITE_EVERY_MS) return;
    await this.#aggregate.write(figures);
    this.#written = { text, at: Date.now() };
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
