import { setTimeout as sleep } from 'node:timers/promises';

/** ms before the second look: most of what a test waits for comes within some milliseconds. */
const FIRST_MS = 4;
/** Each pause is so many times as long as the one before. */
const GROWTH_RATIO = 1.5;
/** ms between two looks after a while: what takes long may be seen a little later, and a look at a page costs much. */
const LATER_MS = 60;

/** Waits until `check` gives something truthy, and gives that. Fails after `ms`, saying `what` did not come. */
export async function until<T>(
  check: () => T | Promise<T>,
  what: string,
  ms = 20_000,
  interval = FIRST_MS,
): Promise<NonNullable<T>> {
  let pause = interval;
  for (const end = Date.now() + ms; Date.now() < end; await sleep(pause)) {
    const found = await check();
    if (found) return found;
    pause = Math.min(pause * GROWTH_RATIO, Math.max(interval, LATER_MS));
  }
  throw new Error(`not within ${ms} ms: ${what}`);
}
