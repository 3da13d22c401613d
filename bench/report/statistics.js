/** Medians and ranges of the rounds of a run. */

export function median(/** @type {number[]} */ values) {
  const sorted = [...values].sort((a, b) => a - b);
  const above = sorted[sorted.length >> 1] ?? Number.NaN;
  return sorted.length % 2 === 1 ? above : ((sorted[(sorted.length >> 1) - 1] ?? Number.NaN) + above) / 2;
}

/** Returns the median, the smallest and the largest of the numbers among some values, or null when there are none. */
export function summary(/** @type {unknown[]} */ values) {
  const numbers = values.filter((value) => typeof value === 'number').filter(Number.isFinite);
  if (numbers.length === 0) return null;
  return { median: median(numbers), min: Math.min(...numbers), max: Math.max(...numbers) };
}
