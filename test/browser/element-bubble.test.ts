/** The chat as a round button in a corner of any page, which opens a panel. */
import { mkdir } from 'node:fs/promises';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Chat } from '../../apps/web/client/api.js';
import { violations } from '../support/axe.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import { keyboard } from '../support/keyboard.js';
import { until } from '../support/until.js';

const SHOTS = 'test/shots';
const DESK = { width: 1_280, height: 800 };
const PHONE = { width: 390, height: 800 };
const KEYBOARD = 300;
const it = browserTest;
let context: BrowserContext, site: Site, api: string, room: string, token: string;
it.beforeAll(() => mkdir(SHOTS, { recursive: true }));
it.beforeEach(async ({ stage }) => {
  ({ site, api, room } = stage);
  context = await stage.browser.newContext({ viewport: DESK, reducedMotion: 'reduce' });
  ({ token } = await ask<{ token: string }>(api, 'join', { room, name: `ann ${room}` }));
});

const LINES = '<p>Some text of the page.</p>'.repeat(60);
const bubble = (corner = 'bottom-right'): string =>
  `<nobackend-chat room="${room}" name="bob ${room}" mode="bubble" corner="${corner}"></nobackend-chat>`;

async function open(chat = bubble(), style = '', size = DESK, page?: Page, html = ''): Promise<Page> {
  const opened = page ?? (await context.newPage());
  await opened.setViewportSize(size);
  const address = site.serve(
    '/',
    `<!doctype html><html lang="en" ${html}><head><title>Page</title><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<style>body { font-family: sans-serif; } ${style}</style><script src="${api}/element.js"></script></head>
<body><main><h1>A page</h1>${LINES}</main><div class="around">${chat}</div></body></html>`,
  );
  await opened.goto(address, { waitUntil: 'domcontentloaded' }); // its load may wait for the bubble
  await opened
    .locator('nobackend-chat')
    .evaluate((element) => (element as HTMLElement & { chat: Chat }).chat.ready.then(() => undefined));
  return opened;
}

async function say(text: string): Promise<void> {
  await ask(api, 'send', { token, room, text });
}

const button = (page: Page): Locator => page.getByRole('button', { name: /^Chat/ });
const panel = (page: Page): Locator => page.getByRole('region', { name: room, exact: true });
const box = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });
/** The name of what has the focus, inside the element too. */
const focused = (page: Page): Promise<string | null | undefined> =>
  page.evaluate(() => (document.activeElement?.shadowRoot?.activeElement ?? document.activeElement)?.ariaLabel);

describe('a bubble', () => {
  it('is a button that counts what is said, and reads no history while it is closed', async () => {
    for (let i = 0; i < 60; i++) await say(`line ${i}`);
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await open(bubble(), '', DESK, page);
    expect(await panel(page).count()).toBe(0);
    await say('one');
    await page.getByRole('button', { name: 'Chat: 1 new' }).waitFor();
    await say(`@bob ${room} two`);
    await page.getByRole('button', { name: 'Chat: 2 new, 1 to you' }).waitFor();
    expect(asked).not.toContain('/api/history');
    await page.screenshot({ path: `${SHOTS}/bubble-closed.png` });
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: `${SHOTS}/bubble-closed-dark.png` });
    await button(page).click();
    await page.getByRole('log').getByText(`@bob ${room} two`).waitFor();
    await page.getByRole('button', { name: 'Chat', exact: true }).waitFor();
    await page.screenshot({ path: `${SHOTS}/bubble-open-dark.png` });
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.screenshot({ path: `${SHOTS}/bubble-open.png` });
    await button(page).click();
    await say('three');
    await page.getByRole('button', { name: 'Chat: 1 new' }).waitFor();
  });

  it('works by keyboard: it opens into the input box, and Escape goes back to the button', async () => {
    const page = await open();
    await button(page).focus();
    await page.keyboard.press('Enter');
    expect(await button(page).getAttribute('aria-expanded')).toBe('true');
    expect(await focused(page)).toBe('Message');
    await page.keyboard.type('hello');
    await page.keyboard.press('Enter');
    await panel(page).getByText('hello', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    expect(await panel(page).count()).toBe(0);
    expect(await focused(page)).toBe('Chat');
    expect(await button(page).getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('Escape');
    expect(await panel(page).count()).toBe(0);
  });

  it('remembers in this tab that it is open, and begins closed in another', async () => {
    const page = await open();
    await button(page).click();
    await page.reload();
    await panel(page).waitFor();
    expect(await focused(page)).toBe(null);
    const other = await open();
    await button(other).waitFor();
    expect(await panel(other).count()).toBe(0);
    await page.setViewportSize(PHONE);
    await page.reload();
    await button(page).waitFor();
    expect(await panel(page).count()).toBe(0);
  });

  it.each([
    ['bottom-right', 'right', 'bottom'],
    ['bottom-left', 'left', 'bottom'],
    ['top-right', 'right', 'top'],
    ['top-left', 'left', 'top'],
  ])(
    'stands in the corner %s, also in a box that moves and cuts off, and in a page from right to left',
    async (corner, x, y) => {
      const style = '.around { transform: translate(50px, 50px); overflow: hidden; width: 10px; height: 10px; }';
      const above = 'main { position: relative; z-index: 9; }';
      const page = await open(bubble(corner), style + above, DESK, undefined, 'dir="rtl"');
      await button(page).click();
      const [at, shown] = [await button(page).boundingBox(), await panel(page).boundingBox()];
      if (!at || !shown) throw new Error('not shown');
      const width = await page.evaluate(() => document.documentElement.clientWidth);
      for (const one of [at, shown]) expect(Math.round(x === 'left' ? one.x : width - one.x - one.width)).toBe(16);
      expect(Math.round(y === 'top' ? at.y : DESK.height - at.y - at.height)).toBe(16);
      expect(Math.round(y === 'top' ? shown.y - at.y - at.height : at.y - shown.y - shown.height)).toBe(12);
      expect(await panel(page).evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
      await box(page).fill('it can be used');
      await box(page).click();
      await page.mouse.click(x === 'left' ? DESK.width - 100 : 100, 400); // the page around it can be used, too
      expect(await focused(page)).toBe(null);
    },
  );
});

describe('the script of a bubble', () => {
  const SCRIPT = '**/bubble.js';
  const height = (page: Page): Promise<number> => page.locator('.around').evaluate((around) => around.clientHeight);

  it('comes only for a bubble. Until it is there, nothing of the chat is in the page, and nothing is lost', async () => {
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const mode = (now: string): Promise<unknown> =>
      page.locator('nobackend-chat').evaluate((chat, value) => chat.setAttribute('mode', value), now);
    await open(bubble().replace('mode="bubble"', ''), '', DESK, page);
    await panel(page).waitFor();
    expect(asked).not.toContain('/bubble.js');
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(SCRIPT, async (route) => {
      await released;
      await route.fallback();
    });
    await mode('bubble');
    await until(async () => (await height(page)) === 0, 'not in the page');
    await mode('');
    await panel(page).waitFor();
    await open(bubble(), '', DESK, page); // the room is open now
    expect(await height(page)).toBe(0);
    await page.locator('nobackend-chat').evaluate((element) => {
      const { chat } = element as HTMLElement & { chat: Chat };
      chat.on('event', ({ type }) => element.setAttribute('data-heard', type));
    });
    await say('meanwhile');
    await page.locator('nobackend-chat[data-heard="message"]').waitFor({ state: 'attached' });
    expect(await height(page)).toBe(0);
    release();
    await button(page).click();
    await page.getByRole('log').getByText('meanwhile', { exact: true }).waitFor();
    expect(await height(page)).toBe(0);
  });

  it('may fail: then the chat is in the page', async () => {
    const page = await context.newPage();
    await page.route(SCRIPT, (route) => route.abort());
    await open(bubble(), '', DESK, page);
    await panel(page).waitFor();
    expect(await height(page)).toBe(512);
    expect(await button(page).count()).toBe(0);
    await box(page).fill('hello');
    await page.keyboard.press('Enter');
    await panel(page).getByText('hello', { exact: true }).waitFor();
  });
});

describe('a bubble on a phone', () => {
  it('fills the window, with nothing of it behind the keyboard', async () => {
    for (let i = 0; i < 30; i++) await say(`line ${i}`);
    const page = await open(bubble(), '', PHONE);
    await page.screenshot({ path: `${SHOTS}/bubble-phone-closed.png` });
    await button(page).click();
    expect(await panel(page).boundingBox()).toEqual({ x: 0, y: 0, ...PHONE });
    expect(await focused(page)).toBe(room); // not in the box, which would bring up the keyboard
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.screenshot({ path: `${SHOTS}/bubble-phone.png` });
    await box(page).click();
    await keyboard(page, KEYBOARD, 100);
    const height = PHONE.height - KEYBOARD;
    await until(async () => (await panel(page).boundingBox())?.height === height, 'less high');
    expect(await panel(page).boundingBox()).toEqual({ x: 0, y: 100, width: PHONE.width, height });
    await page.getByRole('log').getByText('line 29', { exact: true }).waitFor();
    await keyboard(page, KEYBOARD);
    await page.screenshot({ path: `${SHOTS}/bubble-phone-keyboard.png` });
    await keyboard(page, 0);
    await page.getByRole('button', { name: 'Close' }).last().click();
    expect(await focused(page)).toBe('Chat');
    expect(await button(page).isVisible()).toBe(true);
  });

  it('keeps Tab inside while it fills the window', async () => {
    const page = await open(`${bubble()}<a href="#after">after</a>`, '', PHONE);
    await button(page).click();
    await panel(page)
      .getByRole('button', { name: /Change your name/ })
      .waitFor();
    await page.keyboard.press('Shift+Tab');
    expect(await focused(page)).toBe('Send');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toMatch(/Change your name/);
    await page.keyboard.press('Shift+Tab');
    expect(await focused(page)).toBe('Send');
  });
});
