/** Finds settings whose names were misspelt: no process reads them, so nothing else would say so. */
import type { Environment } from './setting-kinds.js';
import { SETTINGS, START_SETTINGS } from './settings.js';

/** Shorter names are near to too many others: `PORT` to `PATH`. */
const LENGTH_MIN = 7;

const NAMES = [...Object.values(SETTINGS), START_SETTINGS].flatMap((group) =>
  Object.values(group).map(({ name }) => name),
);

/** Returns a line for each variable that is no setting, but whose name is one slip away from that of a setting. */
export function nearMisses(env: Environment): string[] {
  return Object.keys(env).flatMap((name) => {
    const meant = NAMES.includes(name) ? undefined : NAMES.find((one) => isOneSlip(name, one));
    return meant === undefined ? [] : [`${name} is no setting. Did you mean ${meant}?`];
  });
}

/** Returns whether a letter is too much, missing or wrong, or two are swapped. */
function isOneSlip(written: string, meant: string): boolean {
  if (meant.length < LENGTH_MIN) return false;
  let same = 0;
  while (same < written.length && written[same] === meant[same]) same += 1;
  const [a, b] = [written.slice(same), meant.slice(same)];
  const isSwapped = a.slice(0, 2) === `${b[1]}${b[0]}` && a.slice(2) === b.slice(2);
  return isSwapped || a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1);
}
