/** Text tables. The first column stands left, the others right. */

export function table(headings, rows) {
  const cells = [headings, ...rows.map((row) => row.map((cell) => cell ?? '-'))];
  const widths = headings.map((_, i) => Math.max(...cells.map((row) => String(row[i]).length)));
  const line = (row) =>
    row
      .map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i])))
      .join('  ')
      .trimEnd();
  const [head, ...rest] = cells.map(line);
  return [head, widths.map((width) => '-'.repeat(width)).join('  '), ...rest].join('\n');
}

/** A whole number with thousands marked. */
export const whole = (value) => (value === null || value === undefined ? null : Math.round(value).toLocaleString('en'));
/** A number with so many digits after the point. */
export const fixed = (value, digits = 1) => (value === null || value === undefined ? null : value.toFixed(digits));
