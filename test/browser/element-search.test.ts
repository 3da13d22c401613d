/** Finding messages: by words, in what is loaded and further back, by keyboard; and what happens if that fails. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import { ask } from '../support/client.js';
import { logOf, openElement, rowOf, somebody } from '../support/element-page.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';

const it = browserTest;
const button = (page: Page): Locator => page.getByRole('button', { name: 'Search', exact: true });
const panel = (page: Page): Locator => page.getByRole('search');
const field = (page: Page): Locator => page.getByRole('searchbox', { name: 'Words to find' });
const results = (page: Page): Locator => panel(page).getByRole('list', { name: 'Messages found' }).getByRole('button');
const state = (page: Page): Locator => panel(page).getByRole('status');
const isInView = (row: Locator): Promise<boolean> =>
  row.evaluate((node) => {
    const [box, view] = [node, node.closest('.log')].map((one) => one?.getBoundingClientRect());
    return box !== undefined && view !== undefined && box.top >= view.top - 1 && box.bottom <= view.bottom + 1;
  });

/** Fills the room: three messages about a lake among `count` others. Resolves with a page that shows it. */
async function openFull(stage: Stage, count: number, attributes = ''): Promise<Page> {
  const ann = await somebody(stage, 'Ann');
  await ann('The lake (old) is far away');
  for (let i = 0; i < count; i++) await ann(`other ${i}`);
  await ann('Swim in the Lake, or by the lake');
  await ann('lakes and ducks');
  return openElement(stage, attributes);
}

async function search(page: Page, words: string): Promise<void> {
  await button(page).click();
  await field(page).fill(words);
}

describe('the search', () => {
  it('finds all words in what is loaded, and goes to a result', async ({ stage }) => {
    const page = await openFull(stage, 30);
    const loaded = page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    expect((await loaded).filter((name) => name.endsWith('/search.js'))).toEqual([]);
    await search(page, 'LAKE');
    await state(page)
      .getByText(/^3 messages found\./)
      .waitFor();
    expect(await results(page).locator('span').allTextContents()).toEqual([
      'lakes and ducks',
      'Swim in the Lake, or by the lake',
      'The lake (old) is far away',
    ]);
    expect(await results(page).nth(1).locator('mark').allTextContents()).toEqual(['Lake', 'lake']);
    await field(page).fill('  (old) lake ');
    await state(page).getByText('1 message found.').waitFor();
    await results(page).click();
    await expect.poll(() => isInView(rowOf(page, 'The lake (old)'))).toBe(true);
    await field(page).fill('no such words');
    await state(page).getByText('No message found.').waitFor();
    expect(await results(page).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  it('shows results without the marks of their formatting, and never as HTML', async ({ stage }) => {
    const ann = await somebody(stage, 'Ann');
    await ann('> a *bold*, `quiet` lake\nand _no_ <b>island</b>');
    await ann('other');
    const page = await openElement(stage);
    const found = 'a bold, quiet lake and no <b>island</b>';
    for (const words of ['bold, lake', '`quiet`']) {
      await button(page).click();
      await field(page).fill(words);
      await state(page).getByText('1 message found.').waitFor();
      expect(await results(page).locator('span').allTextContents()).toEqual([found]);
      await button(page).click();
    }
  });

  it('goes further back on demand', async ({ stage }) => {
    const page = await openFull(stage, 180);
    await search(page, 'lake');
    await state(page)
      .getByText(/^2 messages found. Searched back to /)
      .waitFor();
    await panel(page).getByRole('button', { name: 'Search older messages' }).click();
    await panel(page).getByText('Reading older messages').waitFor();
    await state(page).getByText('3 messages found. All messages are searched.').waitFor();
    expect(await panel(page).getByRole('button', { name: 'Search older messages' }).isVisible()).toBe(false);
    expect(await violations(page)).toEqual([]);
    await results(page).last().click();
    await expect.poll(() => isInView(rowOf(page, 'The lake (old)'))).toBe(true);
    expect(await logOf(page).locator('.row').count()).toBeLessThanOrEqual(150);
  });

  it('can be stopped, and says how far it came', async ({ stage }) => {
    const page = await openFull(stage, 180);
    let pages = 0;
    await search(page, 'lake');
    await state(page).getByText('2 messages found.').waitFor();
    await page.route(/\/api\/history/, async (route) => {
      pages += 1;
      if (pages > 1) return; // the second page never comes
      await route.continue();
    });
    await field(page).press('Enter');
    await expect.poll(() => pages).toBe(2);
    await panel(page).getByRole('button', { name: 'Stop' }).click();
    await state(page)
      .getByText(/^2 messages found. Searched back to /)
      .waitFor();
    expect(await panel(page).getByText('Reading older messages').isVisible()).toBe(false);
  });

  it('works by keyboard alone; Escape closes it', async ({ stage }) => {
    const page = await openFull(stage, 30);
    await button(page).focus();
    await page.keyboard.press('Enter');
    await field(page).waitFor();
    await page.keyboard.type('lake');
    await state(page).getByText('3 messages found.').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => isInView(rowOf(page, 'The lake (old)'))).toBe(true);
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowUp');
    expect(await field(page).evaluate((node) => node.matches(':focus'))).toBe(true);
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'hidden' });
    expect(await button(page).evaluate((node) => node.matches(':focus'))).toBe(true);
    expect(await button(page).getAttribute('aria-expanded')).toBe('false');
  });

  it('says if a result is gone', async ({ stage }) => {
    const { api, room } = stage;
    const { token, owner } = await ask<{ token: string; owner: string }>(api, 'join', { room, name: 'Ann' });
    const { id } = await ask<{ id: string }>(api, 'send', { token, room, text: 'lakes and ducks' });
    const page = await openElement(stage);
    await search(page, 'ducks');
    await results(page).waitFor();
    await ask(api, 'remove', { token, room, owner, id });
    await rowOf(page, 'lakes and ducks').waitFor({ state: 'hidden' });
    await results(page).click();
    await state(page).getByText('This message is gone.').waitFor();
  });

  it('says if its script cannot be loaded', async ({ stage }) => {
    const page = await openElement(stage);
    await page.route(/\/search\.js/, (route) => route.abort());
    await button(page).click();
    await page.getByText('The search could not be loaded.').waitFor();
    await page.unroute(/\/search\.js/);
    await button(page).click();
    await field(page).waitFor();
  });
});
