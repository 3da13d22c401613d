/** The element in Arabic and Hebrew: everything is on the other side, unless the page says otherwise. */
import type { Browser, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';

const it = browserTest;
let browser: Browser, site: Site, api: string;
let room: string;
it.beforeEach(({ stage }) => {
  ({ browser, site, api } = stage);
  room = freshRoom();
});

async function open(html: string, chat = '', width = 1_280): Promise<Page> {
  const address = site.serve(
    `/${room}`,
    `<!doctype html><html ${html}><head><meta charset="utf-8"><title>Page</title></head><body><main><h1>Page</h1>
<script src="${api}/element.js"></script><nobackend-chat room="${room}" ${chat}></nobackend-chat></main></body></html>`,
  );
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width, height: 800 } });
  const page = await context.newPage();
  await page.goto(address);
  await page.locator('nobackend-chat .me').first().waitFor();
  return page;
}

const said = async (name: string, text: string): Promise<void> => {
  const { token } = await ask<{ token: string }>(api, 'join', { room, name });
  await ask(api, 'send', { token, room, text });
};

const root = (page: Page): Locator => page.locator('nobackend-chat .chat');
const directionOf = (one: Locator): Promise<string> => one.evaluate((element) => getComputedStyle(element).direction);

/** Returns the x of the middle of an element. */
const middle = (one: Locator): Promise<number> =>
  one.evaluate((element) => {
    const { left, right } = element.getBoundingClientRect();
    return (left + right) / 2;
  });

describe('a language that is written from right to left', () => {
  it.each([
    ['ar', 'إرسال', 'الغرفة'],
    ['he', 'שליחה', 'חדר'],
  ])('turns the chat around: %s', async (lang, send, panel) => {
    const page = await open(`lang="${lang}"`);
    const sendButton = page.getByRole('button', { name: send, exact: true });
    const input = root(page).locator('.input');
    await said('Ann', 'hello');
    await input.fill('שלום, مرحبا');
    await input.press('Enter');
    const [own, others] = [root(page).locator('.mine .bubble'), root(page).locator('.message:not(.mine) .bubble')];
    await Promise.all([own.waitFor(), others.waitFor()]);
    expect(await directionOf(root(page))).toBe('rtl');
    expect(await middle(root(page).locator('.people'))).toBeLessThan(await middle(root(page).locator('.log')));
    expect(await middle(sendButton)).toBeLessThan(await middle(input));
    expect(await middle(own)).toBeLessThan(await middle(others));
    expect(await sendButton.locator('svg').evaluate((svg) => getComputedStyle(svg).transform)).toBe(
      'matrix(-1, 0, 0, 1, 0, 0)',
    );
    expect(await directionOf(input)).toBe('rtl');
    await page.getByRole('button', { name: panel, exact: true }).click();
    await root(page).locator('.room-panel h3').filter({ visible: true }).first().waitFor();
    expect(await middle(root(page).locator('.room-panel'))).toBeLessThan(await middle(root(page).locator('.log')));
    expect(await violations(page)).toEqual([]);
  });

  it('has no fault for screen readers on a phone either', async () => {
    const page = await open('lang="ar" dir="rtl"', '', 390);
    await said('سلمى', 'مرحبا بكم');
    await root(page).locator('.message').waitFor();
    await root(page).locator('.crowd').click();
    await root(page).locator('.people .list').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await violations(page)).toEqual([]);
  });

  it.each([
    ['lang="en" dir="ltr"', 'lang="he"', 'rtl'],
    ['lang="he" dir="rtl"', 'lang="de"', 'ltr'],
    ['lang="he" dir="ltr"', '', 'ltr'],
    ['lang="de" dir="rtl"', '', 'rtl'],
    ['lang="de"', 'lang="he" dir="ltr"', 'ltr'],
    ['lang="tlh" dir="rtl"', '', 'rtl'],
  ])(
    'gives way to a dir of the page that is as near: <html %s>, <nobackend-chat %s> is %s',
    async (html, chat, dir) => {
      expect(await directionOf(root(await open(html, chat)))).toBe(dir);
    },
  );
});
