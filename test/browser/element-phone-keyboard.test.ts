/** A phone's keyboard covers neither the input box nor the last line. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import { keyboard } from '../support/keyboard.js';
import { until } from '../support/until.js';

const it = browserTest;
const HEIGHT = 800;
const KEYBOARD = 300;
let page: Page, site: Site, api: string, room: string;
it.beforeEach(async ({ stage }) => {
  ({ site, api, room } = stage);
  page = await stage.browser.newPage({ viewport: { width: 390, height: HEIGHT } });
  const { token } = await ask<{ token: string }>(api, 'join', { room });
  for (let i = 0; i < 30; i++) await ask(api, 'send', { token, room, text: `line ${i}` });
});

const box = (): Locator => page.getByRole('textbox', { name: 'Message' });
const last = (): Locator => page.getByRole('log').getByText('line 29', { exact: true });

/** Opens a page and touches the input box. */
async function open(address: string): Promise<void> {
  await page.goto(address);
  await last().waitFor();
  await box().click();
}

const around = (body: string): string =>
  site.serve(
    '/',
    `<!doctype html><html lang="en"><head><title>Page</title><meta name="viewport" content="width=device-width">
<script src="${api}/element.js"></script></head><body>${body}</body></html>`,
  );

const topOf = async (one: Locator): Promise<number> => (await one.boundingBox())?.y ?? NaN;
const bottomOf = async (one: Locator): Promise<number> => {
  const { y = NaN, height = NaN } = (await one.boundingBox()) ?? {};
  return y + height;
};

/** The last line stands above the box, and the box above the keyboard, by not more than a little. */
async function isAllFree(bottom = HEIGHT - KEYBOARD): Promise<boolean> {
  const end = await bottomOf(box());
  return end <= bottom && end > bottom - 60 && (await bottomOf(last())) <= (await topOf(box()));
}

describe('a keyboard on the screen', () => {
  it.each(['r', 'embed'])('makes the chat of /%s lower, header and all', async (path) => {
    await open(`${api}/${path}/${room}`);
    const title = page.getByText(room, { exact: true }).first();
    const before = await topOf(title);
    await keyboard(page, KEYBOARD);
    await until(() => isAllFree(), 'all in view');
    expect(await topOf(title)).toBe(before);
    await keyboard(page, KEYBOARD, 200);
    await until(() => isAllFree(HEIGHT - KEYBOARD + 200), 'all in the view that has moved');
    expect(await topOf(title)).toBe(before + 200);
    await keyboard(page, 0);
    await until(() => isAllFree(HEIGHT), 'as before');
    expect(await topOf(title)).toBe(before);
  });

  it('makes a chat in a page lower while it is typed into', async () => {
    await open(around(`<h1>Page</h1><nobackend-chat room="${room}" style="height: 650px"></nobackend-chat>`));
    const before = await bottomOf(box());
    await keyboard(page, KEYBOARD);
    await until(() => isAllFree(), 'all in view');
    await keyboard(page, 0);
    await until(async () => (await bottomOf(box())) === before, 'as before');
    await page.mouse.click(5, 5);
    await keyboard(page, KEYBOARD);
    expect(await bottomOf(box())).toBe(before);
  });

  it('moves the page if most of the chat is below', async () => {
    const chat = `<nobackend-chat room="${room}" style="height: 300px"></nobackend-chat>`;
    await open(around(`<p style="height: 420px">Page</p>${chat}<p style="height: 2000px">More</p>`));
    await keyboard(page, KEYBOARD);
    await until(() => isAllFree(), 'all in view');
    expect((await page.locator('nobackend-chat').boundingBox())?.height).toBe(300);
  });

  it('changes nothing in a page that is zoomed by fingers, or for a bar of the browser', async () => {
    await open(around(`<nobackend-chat room="${room}" style="height: 700px"></nobackend-chat>`));
    const before = await bottomOf(box());
    await keyboard(page, 80);
    expect(await bottomOf(box())).toBe(before);
    await page.evaluate(() => Object.defineProperty(window.visualViewport, 'scale', { value: 2 }));
    await keyboard(page, KEYBOARD);
    expect(await bottomOf(box())).toBe(before);
  });
});
