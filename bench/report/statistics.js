/** Medians and spreads of rounds. */

export function median(/** @type {number[]} */ values) {
  const sorted = [...values].sort((a, b) => a - b);
  const above = sorted[sorted.length >> 1] ?? Number.NaN;
  return sorted.length % 2 === 1 ? above : ((sorted[(sorted.length >> 1) - 1] ?? Number.NaN) + above) / 2;
}

/** The median of numbers that may be missing, with the smallest and largest; null when there are none. */
export function summary(/** @type {unknown[]} */ values) {
  const numbers = values.filter((value) => typeof value === 'number').filter(Number.isFinite);
  if (numbers.length === 0) return null;
  return { median: median(numbers), min: Math.min(...numbers), max: Math.max(...numbers) };
}
