/**
 * Costs fitted to measurements: what each message costs; what it costs more when it is under way alone, and what messages share that are so together
 * (a job, the calls of scripts, a process that wakes); what a delivery costs. By least squares of the relative errors; a cost that would be negative is 0.
 */
export const TERMS = ['message', 'alone', 'delivery'];

/** Costs in us of one part of the system, from loads `{messages, together, room}` and the CPU-seconds a second that they took beside held polls. */
export function fit(loads, cpu) {
  const rows = loads.map(({ messages, together, room }, i) =>
    [messages, messages / together, messages * room].map((amount) => amount / cpu[i] / 1e6),
  );
  for (let terms = [0, 1, 2]; ; ) {
    const found = solve(
      terms.map((a) => terms.map((b) => sum(rows, (row) => row[a] * row[b]))),
      terms.map((a) => sum(rows, (row) => row[a])),
    );
    const costs = TERMS.map((_, term) => found[terms.indexOf(term)] ?? 0);
    if (costs.every((cost) => cost >= 0)) return Object.fromEntries(TERMS.map((name, term) => [name, costs[term]]));
    terms = terms.filter((term) => costs[term] > 0);
  }
}

function sum(rows, of) {
  return rows.reduce((total, row) => total + of(row), 0);
}

/** Gauss's elimination: few unknowns, none of them without effect. */
function solve(matrix, right) {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  for (let i = 0; i < rows.length; i += 1) {
    for (let j = 0; j < rows.length; j += 1) {
      if (j === i) continue;
      const factor = rows[j][i] / rows[i][i];
      rows[j] = rows[j].map((value, column) => value - factor * rows[i][column]);
    }
  }
  return rows.map((row, i) => row.at(-1) / row[i]);
}
