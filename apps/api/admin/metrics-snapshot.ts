/** The metrics of all processes at one moment, and what two snapshots tell about the time between them. */
import type { AggregatedMetric } from '../../../shared/metrics/metrics.js';
import type { Quantiles } from '../../../shared/protocol/admin.js';

type Labels = Record<string, string>;

export class MetricsSnapshot {
  readonly at: number;
  readonly #metrics: Map<string, AggregatedMetric>;

  constructor(metrics: AggregatedMetric[], at: number) {
    this.at = at;
    this.#metrics = new Map(metrics.map((metric) => [metric.name, metric]));
  }

  /** Returns the sum over all values with these labels, or null for a metric that could not be read. */
  sum(name: string, labels: Labels = {}): number | null {
    const values = this.#values(name, labels).map(({ value }) => value);
    return values.length > 0 ? values.reduce((a, b) => a + b, 0) : null;
  }

  /** Returns the sums by the values of one label. */
  by(name: string, label: string, keep: (labels: Labels) => boolean = () => true): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { labels, value } of this.#values(name, {})) {
      const key = labels[label] ?? '';
      if (keep(labels)) sums[key] = (sums[key] ?? 0) + value;
    }
    return sums;
  }

  /** Returns how many values a histogram has counted up to each bound. Bounds are in s; the last one is infinite. */
  buckets(name: string): [bound: number, count: number][] {
    return this.#values(name, {}).flatMap(({ labels, value }) =>
      labels.le === undefined ? [] : [[Number(labels.le.replace('+Inf', 'Infinity')), value]],
    );
  }

  #values(name: string, wanted: Labels): { labels: Labels; value: number }[] {
    const values = this.#metrics.get(name)?.values ?? [];
    return values
      .map(({ labels, value }) => ({ labels: texts(labels), value }))
      .filter(({ labels }) => Object.entries(wanted).every(([label, text]) => labels[label] === text));
  }
}

function texts(labels: Partial<Record<string, string | number>>): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}

/** Returns the median and the 99th percentile of a histogram between two snapshots, or null if it counted nothing. */
export function quantilesBetween(before: MetricsSnapshot, after: MetricsSnapshot, name: string): Quantiles | null {
  const former = new Map(before.buckets(name));
  const counts = after
    .buckets(name)
    .map(([bound, count]): [number, number] => [bound, Math.max(0, count - (former.get(bound) ?? 0))]);
  const all = counts.at(-1)?.[1] ?? 0;
  return all > 0 ? { p50: quantile(counts, all * 0.5), p99: quantile(counts, all * 0.99) } : null;
}

/** Assumes that values are spread evenly within a bucket. A value beyond the last bound counts as that bound. */
function quantile(counts: [bound: number, count: number][], rank: number): number {
  let [low, below] = [0, 0];
  for (const [bound, count] of counts) {
    if (count >= rank) return Number.isFinite(bound) ? low + ((bound - low) * (rank - below)) / (count - below) : low;
    [low, below] = [bound, count];
  }
  return low;
}
