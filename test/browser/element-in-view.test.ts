/** Reading in the element: a text stays where it is, and messages that nobody sees stay unread. */
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Chat } from '../../apps/web/client/api.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

const it = browserTest;
let context: BrowserContext, site: Site, api: string, room: string;
it.beforeAll(async ({ fileStage }) => {
  ({ api, room } = fileStage);
  await say(...Array.from({ length: 60 }, (_, i) => `line ${i}`));
});
it.beforeEach(async ({ stage }) => {
  ({ site } = stage);
  context = await stage.browser.newContext({ viewport: { width: 1_000, height: 900 } });
});

const chat = (): string => `<nobackend-chat room="${room}"></nobackend-chat>`;

async function open(body: string, head = ''): Promise<Page> {
  const page = await context.newPage();
  await page.goto(
    site.serve(
      '/',
      `<!doctype html><html lang="en"><head><title>Page</title>
<script src="${api}/element.js"></script>${head}</head><body>${body}</body></html>`,
    ),
  );
  return page;
}

const log = (page: Page): Locator => page.getByRole('log');
const box = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });
const nextFrames = (): Promise<unknown> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(resolve));
  });

async function say(...texts: string[]): Promise<void> {
  const { token } = await ask<{ token: string }>(api, 'join', { room });
  for (const text of texts) await ask(api, 'send', { token, room, text });
}

describe('what is read', () => {
  /** Types lines, and deletes them again; gives how far a line has moved after each key. */
  async function moves(page: Page, line: string): Promise<number[]> {
    const shown = log(page).getByText(line, { exact: true });
    const place = async (): Promise<number> => (await shown.boundingBox())?.y ?? NaN;
    const before = await place();
    const found: number[] = [];
    const back = Array.from({ length: 4 }, () => 'Backspace');
    for (const key of ['x', 'Shift+Enter', 'y', 'Shift+Enter', 'z', ...back]) {
      await page.keyboard.press(key);
      await page.evaluate(nextFrames);
      found.push(Math.round((await place()) - before));
    }
    return found;
  }

  const scroll = (page: Page, fromEnd: number): Promise<void> =>
    log(page).evaluate((element, px) => {
      element.scrollTop = element.scrollHeight - element.clientHeight - px;
    }, fromEnd);

  it('stays where it is while a draft grows and shrinks', async () => {
    const page = await open(chat());
    await log(page).getByText('line 59', { exact: true }).waitFor();
    await box(page).fill('a draft\n\nof lines\n');
    await scroll(page, 45);
    await page.getByRole('button', { name: 'Latest' }).waitFor();
    expect(await moves(page, 'line 53')).toEqual(Array.from({ length: 9 }, () => 0));
    await scroll(page, 600);
    expect(await moves(page, 'line 40')).toEqual(Array.from({ length: 9 }, () => 0));
  });

  it('stays the last line in view while a draft grows at the end, or as good as', async () => {
    const page = await open(chat());
    await log(page).getByText('line 59', { exact: true }).waitFor();
    await box(page).focus();
    const above = async (): Promise<number> => {
      const line = await log(page).getByText('line 57', { exact: true }).boundingBox();
      return Math.round(((await box(page).boundingBox())?.y ?? NaN) - (line?.y ?? NaN));
    };
    await scroll(page, 30);
    const before = await above();
    await moves(page, 'line 57');
    expect(await above()).toBe(before);
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.press('Shift+Enter');
    await until(async () => Math.abs((await above()) - before) < 2, 'as far from the box as before');
  });

  it.each([
    ['hidden', '[hidden] { display: none; }', '<main hidden>{}</main>'],
    ['not shown', 'main:not(.open) { display: none; }', '<main>{}</main>'],
    ['in a closed box', 'main { margin: 0; }', '<details><summary>Chat</summary>{}</details>'],
    ['in a box of no height', 'main:not(.open) { height: 0; overflow: hidden; }', '<main>{}</main>'],
    ['flat', 'main:not(.open) nobackend-chat { height: 0; min-height: 0; }', '<main>{}</main>'],
  ])('is nothing while the element is %s: it reads no older messages, and counts', async (what, style, around) => {
    const page = await open(around.replace('{}', chat()), `<style>${style}</style>`);
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/history')) asked.push(request.url());
    });
    await page.locator('nobackend-chat').evaluate((element) => (element as HTMLElement & { chat: Chat }).chat.ready);
    await say(`nobody looks at what is ${what}`);
    await page.locator('.row .text', { hasText: `is ${what}` }).waitFor({ state: 'attached' });
    expect(asked).toEqual([]);
    expect(await page.locator('.row').count()).toBeLessThan(60);
    await page.locator('main, details').evaluate((found) => {
      found.classList.add('open');
      found.removeAttribute('hidden');
      found.setAttribute('open', '');
    });
    await log(page).getByText(`is ${what}`).waitFor();
    await log(page).locator('.fresh').waitFor({ state: 'attached' });
    await until(
      () => log(page).evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight < 2),
      'the end',
    );
  });
});
