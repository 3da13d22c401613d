/** Reading what was said while nobody looked. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { openElement, somebody } from '../support/element-page.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import { lookAway, lookBack } from '../support/looking.js';

const it = browserTest;
let stage: Stage;
it.beforeEach(({ stage: own }) => {
  stage = own;
});

const mark = (page: Page): Locator => page.locator('.fresh');
const latest = (page: Page): Locator => page.locator('.latest');

/** The px of a part of the log below the top of the log. A negative number is above it. */
const placeOf = (part: Locator): Promise<number> =>
  part.evaluate((node) => {
    const log = (node as HTMLElement).closest('.log') as HTMLElement;
    return node.getBoundingClientRect().top - log.getBoundingClientRect().top;
  });

/** Somebody says so many lines, and the page has the last of them. */
async function say(page: Page, send: (text: string) => Promise<unknown>, what: string, count: number): Promise<void> {
  for (let i = 1; i <= count; i += 1) await send(`${what} ${i}.`);
  await page.locator('.message', { hasText: `${what} ${count}.` }).waitFor({ state: 'attached' });
}

describe('a log that nobody looks at', () => {
  it('stops at the first new message, and says how many follow', async () => {
    const page = await openElement(stage);
    const send = await somebody(stage, 'Bert');
    await say(page, send, 'before', 20);
    await lookAway(page);
    await say(page, send, 'meanwhile', 30);
    await lookBack(page);
    await latest(page).getByText('30 new').waitFor();
    expect(Math.abs(await placeOf(mark(page)))).toBeLessThan(30);
    await latest(page).click();
    await latest(page).waitFor({ state: 'hidden' });
    await say(page, send, 'after', 10);
    expect(await latest(page).isVisible()).toBe(false);
  });

  it('shows all of a few new messages, and has read them when somebody looks again', async () => {
    const page = await openElement(stage);
    const send = await somebody(stage, 'Bert');
    await say(page, send, 'before', 20);
    await lookAway(page);
    await say(page, send, 'meanwhile', 3);
    await lookBack(page);
    expect(await latest(page).isVisible()).toBe(false);
    expect(await placeOf(mark(page))).toBeGreaterThan(0);
  });

  it('has the mark above what is new since the last look', async () => {
    const page = await openElement(stage);
    const send = await somebody(stage, 'Bert');
    for (const what of ['first', 'second']) {
      await lookAway(page);
      await say(page, send, what, 2);
      await lookBack(page);
    }
    expect(await mark(page).count()).toBe(1);
    expect(await page.locator('.row', { has: page.locator('.fresh') }).textContent()).toContain('second 1.');
  });

  it('opens at the first new message in a bubble that was closed', async () => {
    const { api, room, site, browser } = stage;
    const address = site.serve(
      `/${room}`,
      `<!doctype html><title>Page</title><script src="${api}/element.js"></script>
<nobackend-chat room="${room}" mode="bubble"></nobackend-chat>`,
    );
    const page = await browser.newPage({ reducedMotion: 'reduce' });
    await page.goto(address);
    const send = await somebody(stage, 'Bert');
    await say(page, send, 'meanwhile', 30);
    await page.getByRole('button', { name: /30/ }).click();
    await latest(page).getByText('30 new').waitFor();
    expect(Math.abs(await placeOf(mark(page)))).toBeLessThan(30);
  });
});
