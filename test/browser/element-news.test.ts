/**
 * The bar with what the host says: it stays closed, takes neither the focus nor the place of a reader, and looks right.
 */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { logOf, openElement, rowOf, somebody } from '../support/element-page.js';
import { browserWith, type Stage } from '../support/fixtures/browser.js';
import { Host, PASSWORD } from '../support/host.js';
import { until } from '../support/until.js';

const it = browserWith({ env: { ADMIN_PASSWORD: PASSWORD, RATE_LIMITS: 'off' } });
let stage: Stage, host: Host;
it.beforeEach(({ stage: own }) => {
  stage = own;
  host = new Host(stage.api);
});

const barOf = (page: Page): Locator => page.locator('.news');
const say = (text: string): Promise<Response> => host.post('/admin/announce', { kind: 'notice', text });
const topOf = (row: Locator): Promise<number> => row.evaluate((one) => Math.round(one.getBoundingClientRect().top));

it('stays closed on the next page, until the host says something else; the focus goes to the log', async () => {
  const page = await openElement(stage);
  await say('first');
  await barOf(page).getByText('first').waitFor();
  await barOf(page).getByRole('button', { name: 'Close' }).press('Enter');
  await barOf(page).waitFor({ state: 'hidden' });
  expect(await logOf(page).evaluate((log) => (log.getRootNode() as ShadowRoot).activeElement === log)).toBe(true);
  const someoneElse = await openElement(stage);
  await barOf(someoneElse).getByText('first').waitFor();
  await page.reload();
  await barOf(page).waitFor({ state: 'attached' });
  await page.evaluate(async () => {
    const element = document.querySelector('nobackend-chat') as HTMLElement & { chat: Window['chat'] };
    await element.chat.ready;
  });
  expect(await barOf(page).isVisible()).toBe(false);
  await say('second');
  await barOf(page).getByText('second').waitFor();
});

it('moves nothing that is being read, when it comes and when it goes', async () => {
  const page = await openElement(stage);
  const send = await somebody(stage, 'ann');
  for (let i = 0; i < 40; i++) await send(`line ${i}.`);
  await rowOf(page, 'line 39.').waitFor();
  await logOf(page).evaluate((log) => log.scrollBy(0, -900));
  const row = rowOf(page, 'line 20.');
  await until(async () => (await topOf(row)) > 0, 'a row in view');
  const top = await topOf(row);
  await say('a notice');
  await barOf(page).getByText('a notice').waitFor();
  expect(await topOf(row)).toBe(top);
  await barOf(page).getByRole('button').click();
  await barOf(page).waitFor({ state: 'hidden' });
  expect(await topOf(row)).toBe(top);
});

it('has links in the colour of the text, and keeps the direction of the text of a maintenance', async () => {
  const page = await stage.browser.newPage({ locale: 'ar' });
  await page.goto(`${stage.api}/r/${stage.room}`);
  await host.post('/admin/announce', {
    kind: 'maintenance',
    text: 'See (https://example.org/a).',
    begins: Date.now() + 60_000,
    minutes: 10,
  });
  const link = barOf(page).getByRole('link');
  expect(await link.evaluate((one) => getComputedStyle(one).color)).toBe(
    await barOf(page).evaluate((one) => getComputedStyle(one).color),
  );
  expect(
    await barOf(page)
      .locator('p')
      .evaluate((one) => getComputedStyle(one).direction),
  ).toBe('rtl');
  expect(await link.evaluate((one) => getComputedStyle(one.closest('bdi') ?? one).direction)).toBe('ltr');
  expect(await barOf(page).locator('bdi').textContent()).toBe('See (https://example.org/a).');
});
