/** Tells a host when the Node in use is past its end of life. */

const DAY_MS = 86_400_000;

/**
 * The last day on which each major version of Node gets fixes, as `schedule.json` of https://github.com/nodejs/release
 * had it on 2026-11-26. A major version that is missing here is newer than this table.
 */
const LAST_DAY_OF_FIXES: ReadonlyMap<number, string> = new Map([
  [20, '2026-04-30'],
  [21, '2024-06-01'],
  [22, '2027-04-30'],
  [23, '2025-06-01'],
  [24, '2028-04-30'],
  [25, '2026-06-01'],
  [26, '2029-04-30'],
  [27, '2030-04-30'],
]);

/**
 * Returns one line for the host when a version of Node (`20.20.2`) gets no more fixes at the time `now` (ms since
 * 1970). Returns null while it gets them, and for a version that is newer than the table.
 */
export function endOfLifeNotice(version = process.versions.node, now = Date.now()): string | null {
  const lastDay = LAST_DAY_OF_FIXES.get(Number.parseInt(version, 10));
  if (lastDay === undefined || now < Date.parse(lastDay) + DAY_MS) return null;
  return `Node ${version} has had no fixes since ${lastDay}, not even for security holes. Install the current LTS version.`;
}
