/** Going to a day, and to the message of a link. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { ask } from '../support/client.js';
import { logOf, openElement, rowOf, somebody } from '../support/element-page.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';

const it = browserTest;
const isInView = (row: Locator): Promise<boolean> =>
  row.evaluate((node) => {
    const [box, view] = [node, node.closest('.log')].map((one) => one?.getBoundingClientRect());
    return box !== undefined && view !== undefined && box.top >= view.top - 1 && box.bottom <= view.bottom + 1;
  });

describe('a day', () => {
  /** Pages of this browser get messages whose texts begin with a day as messages of that day. */
  async function openDays(stage: Stage): Promise<Page> {
    const ann = await somebody(stage, 'Ann');
    for (const day of ['2026-01-05', '2026-01-07', '2026-03-01'])
      for (let i = 0; i < 45; i++) await ann(`${day} message ${i}`);
    const page = await openElement(stage);
    await page.route(/\/api\/(join|enter|history)/, async (route) => {
      const answer = await route.fetch();
      const json: unknown = JSON.parse(await answer.text(), function (this: { text?: string }, key, value: unknown) {
        const day = /^\d{4}-\d\d-\d\d(?= message)/.exec(this.text ?? '')?.[0];
        return key === 'at' && day ? Date.parse(`${day}T12:00`) : value;
      });
      await route.fulfill({ json });
    });
    await page.reload();
    await logOf(page).getByText('2026-03-01 message 44').waitFor();
    return page;
  }

  const firstOf = (page: Page, day: string): Locator => logOf(page).getByText(`${day} message 0`, { exact: true });

  it('shows its first message, or the next one after it', async ({ stage }) => {
    const page = await openDays(stage);
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    const panel = page.getByRole('search');
    const go = async (day: string): Promise<void> => {
      await panel.getByLabel('Day', { exact: true }).fill(day);
      await panel.getByRole('button', { name: 'Go to this day' }).click();
    };
    await go('2026-01-07');
    await panel.getByText('The first message is of Wednesday, January 7, 2026.').waitFor();
    await expect.poll(() => isInView(firstOf(page, '2026-01-07'))).toBe(true);
    await go('2026-01-08');
    await panel.getByText('The first message is of Sunday, March 1, 2026.').waitFor();
    await expect.poll(() => isInView(firstOf(page, '2026-03-01'))).toBe(true);
    // the header stays where it is
    expect(await page.locator('.chat').evaluate((chat) => chat.scrollTop)).toBe(0);
    await go('2020-01-01');
    await panel.getByText('The first message is of Monday, January 5, 2026.').waitFor();
    await go('2099-01-01');
    await panel.getByText('There is no message of this day or after it.').waitFor();
  });
});

describe('a link to a message', () => {
  const open = async (
    { api, browser, room }: Stage,
    id: string,
    onRequest = (_: string): void => {},
  ): Promise<Page> => {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.on('request', (request) => onRequest(request.url()));
    await page.goto(`${api}/r/${room}#message=${id}`);
    return page;
  };

  it('opens the room at that message, however old it is', async ({ stage }) => {
    const ann = await somebody(stage, 'Ann');
    const { id } = await ann('the first one');
    for (let i = 0; i < 130; i++) await ann(`other ${i}`);
    const page = await open(stage, id);
    await expect.poll(async () => (await rowOf(page, 'the first one').count()) === 1).toBe(true);
    await expect.poll(() => isInView(rowOf(page, 'the first one'))).toBe(true);
    await ann('news'); // the message stays in view
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await isInView(rowOf(page, 'the first one'))).toBe(true);
    const { id: last } = await ann('another one');
    await page.getByRole('button', { name: '2 new' }).waitFor();
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `message=${last}`);
    await expect.poll(async () => (await rowOf(page, 'another one').count()) === 1).toBe(true);
    await expect.poll(() => isInView(rowOf(page, 'another one'))).toBe(true);
  });

  it('says that the message is gone, without reading the whole log', async ({ stage }) => {
    const { api, room } = stage;
    const { token, owner } = await ask<{ token: string; owner: string }>(api, 'join', { room, name: 'Ann' });
    const say = (text: string): Promise<{ id: string }> => ask(api, 'send', { token, room, text });
    for (let i = 0; i < 60; i++) await say(`old ${i}`);
    const { id } = await say('a mistake');
    await say('the end');
    await ask(api, 'remove', { token, room, owner, id });
    const asked: string[] = [];
    const page = await open(stage, id, (url) => asked.push(url));
    await page.getByText('This message is gone.').waitFor();
    await logOf(page).getByText('the end').waitFor();
    expect(asked.some((url) => url.includes('/api/'))).toBe(true);
    expect(asked.filter((url) => url.includes('/history'))).toEqual([]);
  });
});
