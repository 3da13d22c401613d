/** The figures of all processes at one moment, and what two moments say of the time between. */

import type { AggregatedMetric } from '../../../shared/metrics/metrics.js';
import type { Quantiles } from '../../../shared/protocol/admin.js';

type Labels = Record<string, string>;

export class MetricsSnapshot {
  readonly at: number;
  readonly #figures: Map<string, AggregatedMetric>;

  constructor(figures: AggregatedMetric[], at: number) {
    this.at = at;
    this.#figures = new Map(figures.map((figure) => [figure.name, figure]));
  }

  /** The sum over all values with these labels; null for a figure that could not be read. */
  sum(name: string, labels: Labels = {}): number | null {
    const values = this.#values(name, labels).map(({ value }) => value);
    return values.length > 0 ? values.reduce((a, b) => a + b, 0) : null;
  }

  /** The sums by the values of one label. */
  by(name: string, label: string, keep: (labels: Labels) => boolean = () => true): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { labels, value } of this.#values(name, {})) {
      const key = labels[label] ?? '';
      if (keep(labels)) sums[key] = (sums[key] ?? 0) + value;
    }
    return sums;
  }

  /** How many a histogram has counted up to each of its bounds (in s; the last is infinite). */
  buckets(name: string): [bound: number, count: number][] {
    return this.#values(name, {}).flatMap(({ labels, value }) =>
      labels.le === undefined ? [] : [[Number(labels.le.replace('+Inf', 'Infinity')), value]],
    );
  }

  #values(name: string, wanted: Labels): { labels: Labels; value: number }[] {
    const values = this.#figures.get(name)?.values ?? [];
    return values
      .map(({ labels, value }) => ({ labels: texts(labels), value }))
      .filter(({ labels }) => Object.entries(wanted).every(([label, text]) => labels[label] === text));
  }
}

function texts(labels: Partial<Record<string, string | number>>): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}

/** The middle and the 99th percentile of what a histogram has counted between two readings; null when that is nothing. */
export function quantilesBetween(before: MetricsSnapshot, after: MetricsSnapshot, name: string): Quantiles | null {
  const former = new Map(before.buckets(name));
  const counts = after
    .buckets(name)
    .map(([bound, count]): [number, number] => [bound, Math.max(0, count - (former.get(bound) ?? 0))]);
  const all = counts.at(-1)?.[1] ?? 0;
  return all > 0 ? { p50: quantile(counts, all * 0.5), p99: quantile(counts, all * 0.99) } : null;
}

/** Within its bucket a time is taken to be as likely as any other; beyond the last bound it is that. */
function quantile(counts: [bound: number, count: number][], rank: number): number {
  let [low, below] = [0, 0];
  for (const [bound, count] of counts) {
    if (count >= rank) return Number.isFinite(bound) ? low + ((bound - low) * (rank - below)) / (count - below) : low;
    [low, below] = [bound, count];
  }
  return low;
}
