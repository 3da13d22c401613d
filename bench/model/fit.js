/**
 * Fits costs to measurements, by least squares of the relative errors. The terms are: the cost of a message; the cost
 * that messages in flight at the same time share; the cost of a delivery (see costs.js). A cost that would be negative
 * is 0.
 */
export const TERMS = /** @type {const} */ (['message', 'alone', 'delivery']);

/**
 * Returns the costs of one part of the system in microseconds. `cpu` are the CPU-seconds per second that each load
 * took, without held polls. `together` are the messages that are in flight at the same time.
 *
 * @param {{ messages: number, together: number, room: number }[]} loads
 * @param {number[]} cpu
 * @returns {Record<typeof TERMS[number], number>}
 */
export function fitCosts(loads, cpu) {
  const rows = loads.map(({ messages, together, room }, i) =>
    [messages, messages / together, messages * room].map((amount) => amount / (cpu[i] ?? 0) / 1e6),
  );
  for (let terms = [0, 1, 2]; ; ) {
    const found = solve(
      terms.map((a) => terms.map((b) => sum(rows, (row) => at(row, a) * at(row, b)))),
      terms.map((a) => sum(rows, (row) => at(row, a))),
    );
    const costs = TERMS.map((_, term) => found[terms.indexOf(term)] ?? 0);
    const [message = 0, alone = 0, delivery = 0] = costs;
    if (costs.every((cost) => cost >= 0)) return { message, alone, delivery };
    terms = terms.filter((term) => at(costs, term) > 0);
  }
}

const at = (/** @type {number[]} */ row, /** @type {number} */ place) => row[place] ?? 0;

/**
 * @param {number[][]} rows
 * @param {(row: number[]) => number} of
 */
function sum(rows, of) {
  return rows.reduce((total, row) => total + of(row), 0);
}

/**
 * Solves linear equations by Gauss's elimination. It needs no pivot search: there are few unknowns, and each has an
 * effect.
 *
 * @param {number[][]} matrix
 * @param {number[]} right
 */
function solve(matrix, right) {
  let rows = matrix.map((row, i) => [...row, at(right, i)]);
  for (const i of matrix.keys()) {
    const pivot = rows[i] ?? [];
    rows = rows.map((row, j) => {
      const factor = at(row, i) / at(pivot, i);
      return j === i ? row : row.map((value, column) => value - factor * at(pivot, column));
    });
  }
  return rows.map((row, i) => at(row, row.length - 1) / at(row, i));
}
