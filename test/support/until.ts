import { setTimeout as sleep } from 'node:timers/promises';

/** How often is looked at first; short beside what is waited for, long beside what a look costs. */
const INTERVAL = 20;
/** How often after a while: what takes long may be seen a little later, and a look at a page costs much. */
const LATER = 60;

/** Waits until `check` gives something truthy, and gives that. Fails after `ms`, saying `what` did not come. */
export async function until<T>(
  check: () => T | Promise<T>,
  what: string,
  ms = 20_000,
  interval = INTERVAL,
): Promise<NonNullable<T>> {
  let pause = interval;
  for (const end = Date.now() + ms; Date.now() < end; await sleep(pause)) {
    const found = await check();
    if (found) return found;
    pause = Math.min(pause + 1, Math.max(interval, LATER));
  }
  throw new Error(`not within ${ms} ms: ${what}`);
}
