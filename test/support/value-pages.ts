/** Values as pages that have the library know them. */
import type { BrowserContext, Page } from 'playwright-core';
import type { JoinOptions } from '../../apps/web/client/api.js';
import { joinIn, type Way } from './browser.js';
import { freshRoom, type Stage } from './fixtures/browser.js';
import { until } from './until.js';

/** With a bound that a short absence overruns. */
export const SETTINGS = { env: { RATE_LIMITS: 'off', INBOX_MAX: 10 } };

/** A page whose way to the API is the stage's link. */
export async function openOn({ browser, site, link }: Stage, context?: BrowserContext): Promise<Page> {
  const page = await (context ?? browser).newPage();
  await page.goto(site.library(link.url));
  return page;
}

/** Two people in a room, of whom the first owns it, and the options of their join. */
export async function twoOn(stage: Stage, transport: Way): Promise<[Page, Page, JoinOptions]> {
  const options: JoinOptions = { room: freshRoom(), transport };
  const [ann, bob] = await Promise.all([openOn(stage), openOn(stage)]);
  await joinIn(ann, options);
  await joinIn(bob, options);
  return [ann, bob, options];
}

export const all = (page: Page): Promise<Record<string, unknown>> => page.evaluate(() => window.chat.values.all());

export const set = (page: Page, key: string, value: unknown): Promise<string> =>
  page.evaluate(([name, what]) => window.chat.values.set(name as string, what), [key, value] as const);

/** Resolves when a page knows just these values. */
export const knows = (page: Page, values: Record<string, unknown>): Promise<boolean> =>
  until(
    async () => JSON.stringify(await all(page)) === JSON.stringify(values),
    `${JSON.stringify(values)} to be known`,
  );
