/** The element in other languages than English: which one, from where, and when its words come late. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

const it = browserTest;
const FILE = '**/languages/de.js';
let browser: Browser, site: Site, api: string;
let room: string;
it.beforeEach(({ stage }) => {
  ({ browser, site, api } = stage);
  room = freshRoom();
});

interface Opening {
  /** The attributes of `<html>`, of an element around the chat, and of the chat. */
  html?: string;
  around?: string;
  chat?: string;
  context?: BrowserContextOptions;
  /** Runs before the page loads. */
  before?: (page: Page) => Promise<unknown>;
}

/** The chat on a page of another origin. `asked`: the language files that it has asked for. */
async function open({ html = 'lang="en"', around = '', chat = '', context, before }: Opening) {
  const address = site.serve(
    `/${room}`,
    `<!doctype html><html ${html}><head><meta charset="utf-8"><title>Page</title></head><body><main ${around}><h1>Page</h1>
<script src="${api}/element.js"></script><nobackend-chat room="${room}" ${chat}></nobackend-chat></main></body></html>`,
  );
  const page = await (await browser.newContext({ reducedMotion: 'reduce', ...context })).newPage();
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/languages/')) asked.push(request.url().replace(/^.*\/languages\//, ''));
  });
  await before?.(page);
  await page.goto(address, { waitUntil: 'commit' }); // its load may wait for the words
  await box(page).waitFor();
  return { page, asked };
}

const box = (page: Page): Locator => page.locator('nobackend-chat .input');
const placeholder = (page: Page): Promise<string | null> => box(page).getAttribute('placeholder');
const rows = (page: Page): Promise<string[]> => page.locator('nobackend-chat .message .text').allTextContents();
const said = async (text: string): Promise<void> => {
  const { token } = await ask<{ token: string }>(api, 'join', { room });
  await ask(api, 'send', { token, room, text });
};

const GERMAN = 'Schreib an alle';
const ENGLISH = 'Write to everyone';
/** The files of the words that every chat shows, and of those that it has when its room is open. */
const FILES = ['de.js', 'de.talk.js'];

describe('the language', () => {
  it.each<[string, Opening, string, string[]]>([
    ['of the page', { html: 'lang="de-AT"' }, GERMAN, FILES],
    ['of what is around the chat', { around: 'lang="de"' }, GERMAN, FILES],
    ['of the chat itself', { chat: 'lang="de"' }, GERMAN, FILES],
    ['of the chat before that of the page', { html: 'lang="de"', chat: 'lang="en"' }, ENGLISH, []],
    ['of the visitor, if the chat asks for it', { chat: 'lang="auto"', context: { locale: 'de-CH' } }, GERMAN, FILES],
    ['of the visitor only then', { html: '', context: { locale: 'de-CH' } }, ENGLISH, []],
    ['English, where there is no file', { html: 'lang="tlh"' }, ENGLISH, []],
  ])('is that %s', async (_, opening, words, files) => {
    const { page, asked } = await open({ ...opening, chat: `${opening.chat ?? ''} tools="none"` });
    expect(await placeholder(page)).toBe(words);
    await until(() => `${asked}` === `${files}`, `only ${files}`);
  });

  it('says of itself what it is, and writes dates and numbers as it does', async () => {
    const { page } = await open({ chat: 'lang="de-AT"', context: { timezoneId: 'Europe/Vienna' } });
    const root = page.locator('nobackend-chat .chat');
    expect(await root.getAttribute('lang')).toBe('de-AT');
    expect(await root.getAttribute('dir')).toBe('ltr');
    await said('Servus');
    await page.locator('nobackend-chat time').first().waitFor();
    expect(await page.locator('nobackend-chat time').first().textContent()).toMatch(/^\d\d:\d\d$/);
    expect(await page.locator('nobackend-chat .here').textContent()).toMatch(/^\d hier$/);
    expect(await violations(page)).toEqual([]);
  });

  it('decides about capital letters', async () => {
    const { page } = await open({ chat: 'lang="tr"' });
    expect(await page.locator('nobackend-chat .people .caption').allInnerTexts()).toEqual(['KİŞİLER']);
  });

  it('gives way to the words of the page', async () => {
    const { page } = await open({ html: 'lang="de"', chat: `texts='{"placeholder":"Moin","oneHere":"allein"}'` });
    expect(await placeholder(page)).toBe('Moin');
    expect(await page.getByRole('button', { name: 'Senden' }).count()).toBe(1);
    await page.locator('nobackend-chat .here', { hasText: 'allein' }).waitFor({ state: 'attached' });
    expect(
      await page.evaluate(() => {
        const { texts } = document.querySelector('nobackend-chat') as HTMLElement & { texts: Record<string, unknown> };
        return [texts.placeholder, texts.send, texts.manyHere];
      }),
    ).toEqual(['Moin', 'Senden', { 1: 'allein', one: '{n} hier', other: '{n} hier' }]);
  });

  it('gives way to them in the menu of a message, too', async () => {
    const { page } = await open({ html: 'lang="de"', chat: `texts='{"copyText":"Kopie"}'` });
    await said('Hallo');
    await page.locator('.message', { hasText: 'Hallo' }).hover();
    await page.getByRole('button', { name: /^Mehr zur Nachricht von guest-/ }).click();
    for (const name of ['Kopie', 'Link kopieren']) await page.getByRole('button', { name, exact: true }).waitFor();
  });

  it('can change', async () => {
    const { page } = await open({});
    await page.locator('nobackend-chat').evaluate((chat) => chat.setAttribute('lang', 'de'));
    await until(async () => (await placeholder(page)) === GERMAN, 'German words');
  });

  it('is loaded once for all chats of a page', async () => {
    const { page, asked } = await open({ html: 'lang="de"', chat: 'tools="none"' });
    await page.evaluate((name) => {
      const second = document.createElement('nobackend-chat');
      second.setAttribute('room', `${name}-2`);
      second.setAttribute('tools', 'none');
      document.body.append(second);
    }, room);
    await until(async () => (await box(page).count()) === 2, 'both');
    expect(await box(page).last().getAttribute('placeholder')).toBe(GERMAN);
    await said('Hallo');
    await page.locator('.message', { hasText: 'Hallo' }).nth(0).waitFor();
    expect(asked).toEqual(FILES);
  });

  it('is that of the moderation tools, too, whose words come only with them', async () => {
    const { page, asked } = await open({ html: 'lang="de"' });
    await page.getByRole('button', { name: 'Raum', exact: true }).click();
    await page.getByText('Dieser Raum gehört dir.').waitFor();
    expect(asked.sort()).toEqual([...FILES, 'de.tools.js']);
    await said('Hallo');
    await page.locator('.message', { hasText: 'Hallo' }).hover();
    await page.getByRole('button', { name: /^Mehr zur Nachricht von guest-/ }).click();
    for (const name of ['Text kopieren', 'Entfernen']) await page.getByRole('button', { name, exact: true }).waitFor();
  });
});

describe('words that come late', () => {
  const held = () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const before = (page: Page) =>
      page.route(FILE, async (route) => {
        await released;
        await route.fallback();
      });
    return { before, release };
  };

  it('keep no message waiting: the chat is in English until then, and has everything again afterwards', async () => {
    await said('before');
    const { before, release } = held();
    const { page, asked } = await open({ html: 'lang="de"', before });
    expect(await placeholder(page)).toBe(ENGLISH);
    await said('meanwhile');
    await page.locator('.message', { hasText: 'meanwhile' }).waitFor();
    await until(() => `${asked}` === `${FILES}`, 'both files');
    release();
    await until(async () => (await placeholder(page)) === GERMAN, 'German words');
    await said('after');
    await page.locator('.message', { hasText: 'after' }).waitFor();
    expect(await rows(page)).toEqual(['before', 'meanwhile', 'after']);
    expect(await page.locator('nobackend-chat .here').textContent()).toBe('4 hier');
  });

  it('do not disturb a user who is writing', async () => {
    const { before, release } = held();
    const { page } = await open({ html: 'lang="de"', before });
    await box(page).fill('half a sen');
    release();
    await page.waitForFunction(() => {
      const { __nobackendChat: found } = window as unknown as { __nobackendChat: { languages?: { de?: object } } };
      return found.languages?.de !== undefined;
    });
    await box(page).press('Enter');
    await page.locator('.message', { hasText: 'half a sen' }).waitFor();
    expect(await placeholder(page)).toBe(ENGLISH);
  });

  it('or never leave English', async () => {
    const { page } = await open({ html: 'lang="de"', before: (one) => one.route(FILE, (route) => route.abort()) });
    expect(await placeholder(page)).toBe(ENGLISH);
    await said('hello');
    await page.locator('.message', { hasText: 'hello' }).waitFor();
  });
});

describe('the widgets', () => {
  it('have the language of the page, too, with words of their own', async () => {
    const { page, asked } = await open({ html: 'lang="en"', chat: 'tools="none"' });
    await page.evaluate(
      async ({ server, where }) => {
        document.body.insertAdjacentHTML(
          'beforeend',
          `<div lang="de"><nobackend-count room="${where}"></nobackend-count>
<nobackend-count room="${where}" lang="en" of="x"></nobackend-count></div>`,
        );
        document.head.append(Object.assign(document.createElement('script'), { src: `${server}/widgets.js` }));
      },
      { server: api, where: room },
    );
    await page.getByRole('button', { name: 'Gefällt mir 0' }).waitFor();
    await page.getByRole('button', { name: 'Like 0' }).waitFor();
    expect(asked).toEqual(['de.widgets.js']);
  });
});

describe('the pages of the server', () => {
  it.each([
    ['/r/', GERMAN],
    ['/embed/', GERMAN],
    ['/embed/?lang=en', ENGLISH],
  ])('%s show the chat in the language of the visitor, or as asked', async (path, words) => {
    const page = await (await browser.newContext({ locale: 'de-DE', reducedMotion: 'reduce' })).newPage();
    await page.goto(api + path.replace(/\/(?=$|\?)/, `/${room}`));
    await box(page).waitFor();
    expect(await placeholder(page)).toBe(words);
    expect(await violations(page)).toEqual([]);
  });
});
