/** The number of unread messages in the title of any page, and on the icon of ours, while nobody looks at them. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Chat } from '../../apps/web/client/api.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import { lookAway, lookBack } from '../support/looking.js';
import { until } from '../support/until.js';

const it = browserTest;
let page: Page, site: Site, api: string, room: string, token: string;
it.beforeEach(async ({ stage }) => {
  ({ site, api, room } = stage);
  page = await stage.browser.newPage();
  ({ token } = await ask<{ token: string }>(api, 'join', { room }));
});

async function open(attributes = '', script = ''): Promise<void> {
  await page.goto(
    site.serve(
      '/',
      `<!doctype html><html lang="en"><head><title>A page</title><script src="${api}/element.js"></script></head><body>
<nobackend-chat room="${room}" ${attributes}></nobackend-chat><script>${script}</script></body></html>`,
    ),
  );
  await ready();
}

const ready = (): Promise<unknown> =>
  page.locator('nobackend-chat').evaluate((element) => (element as HTMLElement & { chat: Chat }).chat.ready);

async function say(text: string): Promise<void> {
  await ask(api, 'send', { token, room, text });
  await page.locator('.row .text', { hasText: text }).waitFor({ state: 'attached' });
}

const titled = (title: string): Promise<unknown> => until(async () => (await page.title()) === title, title);
const setTitle = (title: string): Promise<void> =>
  page.evaluate((given) => {
    document.title = given;
  }, title);

describe('the title of a page', () => {
  it('begins with the number of unread messages while nobody looks at the page', async () => {
    await open();
    await say('you see this');
    expect(await page.title()).toBe('A page');
    await lookAway(page);
    await say('one');
    await titled('(1) A page');
    await say('two');
    await titled('(2) A page');
    await lookBack(page);
    await titled('A page');
  });

  it('stays the one that the page gives itself meanwhile, also in another way', async () => {
    await open();
    await lookAway(page);
    await say('one');
    await titled('(1) A page');
    await setTitle('Another');
    await titled('(1) Another');
    await page.evaluate(() => {
      const made = document.createElement('title');
      made.textContent = 'A third';
      document.querySelector('title')?.replaceWith(made);
    });
    await titled('(1) A third');
    await say('two');
    await titled('(2) A third');
    await lookBack(page);
    await titled('A third');
  });

  it('has one number where the page counts too', async () => {
    const counting = `document.querySelector('nobackend-chat').addEventListener('unread', ({ detail }) => {
      document.title = (detail ? '(' + detail + ') ' : '') + 'Mine'; });`;
    await open('', counting);
    await lookAway(page);
    for (const [i, text] of ['one', 'two', 'three'].entries()) {
      await say(text);
      await titled(`(${i + 1}) Mine`);
    }
    await lookBack(page);
    await titled('Mine');
  });

  it('has the sum of two chats, and no number of one that is gone', async () => {
    await open();
    await page.evaluate((other) => {
      const made = document.createElement('nobackend-chat');
      made.setAttribute('room', other);
      document.body.append(made);
    }, `${room}-2`);
    await page.locator('nobackend-chat .me:not([hidden])').nth(1).waitFor();
    const second = await ask<{ token: string }>(api, 'join', { room: `${room}-2` });
    await lookAway(page);
    await say('one');
    await ask(api, 'send', { token: second.token, room: `${room}-2`, text: 'two' });
    await titled('(2) A page');
    await page.evaluate(() => document.querySelector('nobackend-chat')?.remove());
    await titled('(1) A page');
  });

  it('stays as it is with notify="off", and after a page has insisted on it', async () => {
    await open('notify="off"');
    await lookAway(page);
    await say('one');
    expect(await page.title()).toBe('A page');
    await lookBack(page);
    await open(
      '',
      `new MutationObserver(() => { if (document.title !== 'Mine') document.title = 'Mine'; })
      .observe(document.head, { childList: true, subtree: true });`,
    );
    await lookAway(page);
    await say('two');
    await titled('Mine');
    await say('three');
    await titled('Mine');
  });
});

describe("a room's own page", () => {
  it('has a dot on its icon, and the number in its title', async () => {
    await page.goto(`${api}/r/${room}`);
    await ready();
    const icon = (): Promise<string | null> => page.locator('link[rel=icon]').getAttribute('href');
    const plain = await icon();
    await lookAway(page);
    await say('one');
    await titled(`(1) ${room} · nobackend-chat`);
    await until(async () => (await icon())?.startsWith('data:image/svg+xml,'), 'a dot');
    expect(decodeURIComponent((await icon()) ?? '')).toContain('<circle');
    await lookBack(page);
    await titled(`${room} · nobackend-chat`);
    await until(async () => (await icon())?.endsWith('assets/icon.svg'), 'no dot');
    expect(plain).toContain('assets/icon.svg');
  });
});
