/** The menu of the bell: by keyboard and touch, and what it says where the browser shows no notices. */
import { mkdir } from 'node:fs/promises';
import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import type { Site } from '../support/browser.js';
import { browserTest } from '../support/fixtures/browser.js';
import { watchNotices } from '../support/notices.js';

const SHOTS = 'test/shots';
const it = browserTest;
let context: BrowserContext, site: Site, api: string, room: string;
it.beforeAll(() => mkdir(SHOTS, { recursive: true }));
it.beforeEach(async ({ stage }) => {
  ({ site, api, room } = stage);
  context = await stage.browser.newContext({ reducedMotion: 'reduce', viewport: { width: 900, height: 700 } });
});

async function open(attributes = '', width = 900): Promise<Page> {
  const page = await context.newPage();
  await page.setViewportSize({ width, height: 700 });
  await page.goto(
    site.serve(
      '/',
      `<!doctype html><html lang="en"><head><title>Page</title><meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width"><script src="${api}/element.js"></script></head>
<body><main><h1>Page</h1><nobackend-chat room="${room}" name="bob ${room}" ${attributes}></nobackend-chat></main></body></html>`,
    ),
  );
  await page.locator('.me:not([hidden])').waitFor();
  return page;
}

const bell = (page: Page | FrameLocator): Locator => page.getByRole('button', { name: 'Notifications' });
const menu = (page: Page | FrameLocator): Locator => page.getByRole('region', { name: 'Notifications' });
const desktop = (page: Page | FrameLocator): Locator => page.getByLabel('Desktop notification');

describe('the bell', () => {
  it.each(['off', 'title'])('is not there with notify="%s"', async (notify) => {
    const page = await open(`notify="${notify}"`);
    expect(await bell(page).count()).toBe(0);
  });

  it('opens a menu that works by keyboard, and that keeps what is chosen', async () => {
    await watchNotices(context);
    const page = await open();
    await bell(page).focus();
    await page.keyboard.press('Enter');
    await menu(page).waitFor();
    expect(await bell(page).getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('ArrowUp');
    expect(await page.getByRole('radio', { name: 'Every message' }).isChecked()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await page.getByLabel('Sound').isChecked()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: `${SHOTS}/bell-dark.png` });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.screenshot({ path: `${SHOTS}/bell.png` });
    await page.keyboard.press('Escape');
    expect(await menu(page).count()).toBe(0);
    expect(await bell(page).evaluate((one) => (one.getRootNode() as ShadowRoot).activeElement === one)).toBe(true);
    await page.reload();
    await page.locator('.bell.on').waitFor();
    await bell(page).click();
    expect(await page.getByRole('radio', { name: 'Every message' }).isChecked()).toBe(true);
    await page.getByRole('log').click();
    expect(await menu(page).count()).toBe(0);
  });

  it('closes when the focus leaves its menu by keyboard; the focus stays where it went', async () => {
    const page = await open();
    for (const key of ['Tab', 'Shift+Tab']) {
      await bell(page).focus();
      await page.keyboard.press('Enter');
      await menu(page).waitFor();
      const within = (): Promise<boolean> => menu(page).evaluate((one) => one.matches(':focus-within'));
      for (let stops = 0; stops < 6 && (await menu(page).count()) && (await within()); stops += 1)
        await page.keyboard.press(key);
      await expect.poll(() => menu(page).count()).toBe(0);
      expect(await bell(page).getAttribute('aria-expanded')).toBe('false');
      expect(await bell(page).evaluate((one) => one.matches(':focus'))).toBe(false);
    }
    await bell(page).click();
    await menu(page).waitFor();
    await bell(page).click(); // its button has the focus then, and still closes it
    expect(await menu(page).count()).toBe(0);
  });

  it('has room beside all other buttons on a phone, and says what could not be loaded', async () => {
    const page = await open('', 320);
    await page.getByRole('button', { name: 'Room' }).waitFor();
    const texts = await page.locator('.bar').evaluate((bar) => [bar.scrollWidth, bar.clientWidth]);
    expect(texts[0]).toBe(texts[1]);
    await page.route(/\/notices\.js/, (route) => route.abort());
    await bell(page).click();
    await page.getByText('The notifications could not be loaded.').waitFor();
    await page.unroute(/\/notices\.js/);
    await bell(page).click();
    await menu(page).waitFor();
    await page.screenshot({ path: `${SHOTS}/bell-phone.png` });
    expect(await violations(page)).toEqual([]);
  });
});

describe('where the browser shows no notices, the menu says why', () => {
  async function refused(page: Page | FrameLocator, reason: RegExp): Promise<void> {
    await bell(page).click();
    await page.getByText(reason).waitFor();
    expect(await desktop(page).isDisabled()).toBe(true);
    expect(await desktop(page).isChecked()).toBe(false);
    expect(await page.getByLabel('Sound').isEnabled()).toBe(true);
  }

  it('on a page without https', async () => {
    await context.addInitScript(() => Object.defineProperty(window, 'isSecureContext', { value: false }));
    await refused(await open(), /does not use https/);
  });

  it('in a frame of another page', async () => {
    await watchNotices(context);
    const page = await context.newPage();
    await page.goto(site.serve('/', `<iframe src="${api}/embed/${room}" width="380" height="500"></iframe>`));
    await refused(page.frameLocator('iframe'), /in a frame of another page/);
    await page.screenshot({ path: `${SHOTS}/bell-frame.png` });
  });

  it('in a browser that has none', async () => {
    await context.addInitScript(() => Object.assign(window, { Notification: undefined }));
    await refused(await open(), /cannot show notifications/);
  });

  it('after the visitor has said no, and in a browser that has them for workers only', async () => {
    await watchNotices(context, 'denied');
    const page = await open();
    await bell(page).click();
    await desktop(page).click();
    await page.getByText('blocks notifications from this site').waitFor();
    expect(await desktop(page).isDisabled()).toBe(true);
    expect(await page.locator('.bell.on').count()).toBe(0);
    await watchNotices(context);
    await context.addInitScript(() => {
      const { Notification: known } = window;
      const unable = (): void => {
        throw new TypeError('Illegal constructor');
      };
      Object.defineProperty(unable, 'permission', { get: () => known.permission });
      Object.assign(unable, { requestPermission: () => known.requestPermission() });
      Object.assign(window, { Notification: unable });
    });
    const other = await open();
    await bell(other).click();
    await desktop(other).click();
    await other.getByText('cannot show notifications').waitFor();
    expect(await desktop(other).isChecked()).toBe(false);
  });
});
