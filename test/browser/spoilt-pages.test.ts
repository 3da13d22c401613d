/** Library, element, owner's tools and doctor in pages that have replaced what the browser has. */
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import { SPOILT } from '../support/spoilt-pages.js';
import { until } from '../support/until.js';

const it = browserTest;
let browser: Browser, site: Site, api: string;
let context: BrowserContext, room: string, token: string, asked: string[];
it.beforeEach(async ({ stage }) => {
  ({ browser, site, api, room } = stage);
  asked = [];
  context = await browser.newContext({ reducedMotion: 'reduce' });
});

/** The page sends data by both transports, and writes down what its library hears and its doctor finds. */
const PAGE = `
  const list = document.querySelector('ul');
  const note = (text) => { list.insertBefore(document.createElement('li'), null).textContent = text; };
  const { chat: own } = document.querySelector('nobackend-chat');
  const data = (by) => ({ data: { by, list: [1, 'a"b', [null]], at: window.START } });
  own.ready.then(() => {
    const chat = window.NobackendChat.join({ room: own.room, transport: 'jsonp', tabs: 'own' });
    chat.on('message', ({ text }) => text && note('heard: ' + text));
    chat.ready.then(() => note('both are in the room'));
    own.send(data('fetch'));
    chat.send(data('jsonp'));
    own.doctor(({ about, verdict }) => note('doctor: ' + about + ' ' + verdict));
  });`;

async function open(script: string): Promise<Page> {
  const page = await context.newPage();
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(
    site.serve(
      `/${room}`,
      `<!doctype html><html lang="en"><head><title>Page</title>
<script>window.START = new Date(0);${script}</script>
<script src="${api}/element.js"></script><script src="${api}/chat.js"></script></head><body>
<nobackend-chat room="${room}"></nobackend-chat><ul></ul><script>${PAGE}</script></body></html>`,
    ),
  );
  return page;
}

const text = (page: Page, words: string): Locator => page.getByRole('log').getByText(words, { exact: true });

async function dataSent(): Promise<unknown[]> {
  const { events } = await ask<{ events: { data?: unknown }[] }>(api, 'history', { token, room });
  return events.flatMap(({ data }) => data ?? []);
}

describe.each(SPOILT)('a page that %s', (_, script) => {
  it('shows and sends what is said, as it is, and whose room it is has tools', async () => {
    const page = await open(script);
    await page.getByRole('button', { name: /Change your name/ }).waitFor(); // the first in the room, so its owner
    await page.getByText('both are in the room').waitFor();
    token = (await ask<{ token: string }>(api, 'join', { room, name: `bob ${room}` })).token;
    await ask(api, 'send', { token, room, text: 'hello page' });
    await text(page, 'hello page').waitFor();
    await page.getByText('heard: hello page').waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('hello bob');
    await page.keyboard.press('Enter');
    await page.getByText('heard: hello bob').waitFor();
    await page.getByText('Sending…').waitFor({ state: 'detached' });
    expect(await text(page, 'hello bob').count()).toBe(1);
    const sent = (by: string): object => ({ by, list: [1, 'a"b', [null]], at: '1970-01-01T00:00:00.000Z' });
    await until(async () => (await dataSent()).length === 2, 'both have come');
    expect(await dataSent()).toEqual(expect.arrayContaining([sent('fetch'), sent('jsonp')]));

    await page
      .getByRole('button', { name: `More about the message from bob ${room}` })
      .last()
      .click();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove' }).click();
    await text(page, 'hello page').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Room' }).click();
    await page.getByText('You removed a message').waitFor();
    await until(() => asked.some((url) => /\/api\/stream\?/.test(url)), 'a stream');
    await page.getByText('doctor: fetch good').waitFor();
    await page.getByText('doctor: long addresses good').waitFor();
  });
});

describe('the module', () => {
  it('can be loaded where there is no page', async () => {
    expect(Object.keys((await import('../../dist/apps/web/public/chat.mjs' as string)) as object)).toEqual(['join']);
  });
});
