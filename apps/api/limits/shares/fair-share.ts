/** The fairness rule: how much work a page may make while the process is under pressure. */

/** A page may make so many times the work of another one, in the mean: pages differ, and so do moments. */
const SHARE_FACTOR = 2;
/**
 * Work a second that is always within a page's share: some twenty people who talk. Many small pages, or invented ones,
 * must not make the share of the others small.
 */
export const SHARE_MIN = 25;
/** A page with less work a second has no part in the mean: a few readers that wait. */
const ACTIVE_RATE_MIN = 1;

/**
 * Takes the work a second of all pages. Returns the share of each. It is measured by the others: a page that is alone
 * may use everything, and a heavy one does not make its own share larger.
 */
export function fairShares(rates: readonly number[]): number[] {
  const active = rates.filter((rate) => rate >= ACTIVE_RATE_MIN);
  const total = active.reduce((sum, rate) => sum + rate, 0);
  return rates.map((rate) => {
    const [others, work] = rate < ACTIVE_RATE_MIN ? [active.length, total] : [active.length - 1, total - rate];
    return others > 0 ? Math.max(SHARE_MIN, (SHARE_FACTOR * work) / others) : Infinity;
  });
}
