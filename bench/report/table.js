/** Text tables. The first column is aligned left, the others right. */

/** @typedef {string | number | null | undefined} Cell */

/**
 * @param {string[]} headings
 * @param {Cell[][]} rows
 */
export function table(headings, rows) {
  const cells = [headings, ...rows.map((row) => row.map((cell) => cell ?? '-'))];
  const widths = headings.map((_, i) => Math.max(...cells.map((row) => String(row[i]).length)));
  const line = (/** @type {Cell[]} */ row) =>
    row
      .map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i] ?? 0) : String(cell).padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const [head, ...rest] = cells.map(line);
  return [head, widths.map((width) => '-'.repeat(width)).join('  '), ...rest].join('\n');
}

/** Returns a rounded number with commas between thousands. */
export const whole = (/** @type {number | null | undefined} */ value) =>
  value === null || value === undefined ? null : Math.round(value).toLocaleString('en');
/** Returns a number with this many digits after the point. */
export const fixed = (/** @type {number | null | undefined} */ value, digits = 1) =>
  value === null || value === undefined ? null : value.toFixed(digits);
