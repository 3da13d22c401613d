import { setTimeout as sleep } from 'node:timers/promises';

/** How often is looked; short beside what is waited for, long beside what a look costs. */
const INTERVAL = 20;

/** Waits until `check` gives something truthy, and gives that. Fails after `ms`, saying `what` did not come. */
export async function until<T>(
  check: () => T | Promise<T>, what: string, ms = 10_000, interval = INTERVAL,
): Promise<NonNullable<T>> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(interval)) {
    const found = await check();
    if (found) return found;
  }
  throw new Error(`not within ${ms} ms: ${what}`);
}
