/** Sound and desktop notices: only after the visitor has allowed them, and only while nobody looks. */
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Chat } from '../../apps/web/client/api.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import { lookAway, lookBack } from '../support/looking.js';
import { toldIn, watchNotices } from '../support/notices.js';
import { until } from '../support/until.js';

const it = browserTest;
let context: BrowserContext, site: Site, api: string, room: string, bob: string;
let ann: { token: string; user: { id: number; name: string } };
it.beforeEach(async ({ stage }) => {
  ({ site, api, room } = stage);
  context = await stage.browser.newContext({ reducedMotion: 'reduce' });
  bob = `bob ${room}`;
  ann = await ask(api, 'join', { room, name: `ann ${room}` });
});

async function open(attributes = ''): Promise<Page> {
  const page = await context.newPage();
  await page.goto(
    site.serve(
      '/',
      `<!doctype html><html lang="en"><head><title>Page</title><script src="${api}/element.js"></script></head><body>
<nobackend-chat room="${room}" name="${bob}" ${attributes}></nobackend-chat></body></html>`,
    ),
  );
  await page
    .locator('nobackend-chat')
    .evaluate((element) => (element as HTMLElement & { chat: Chat }).chat.ready.then(() => undefined));
  return page;
}

const say = (text: string, to?: number): Promise<unknown> =>
  ask(api, 'send', { token: ann.token, text, ...(to === undefined ? { room } : { to }) });
const idIn = (page: Page): Promise<number | undefined> =>
  page.locator('nobackend-chat').evaluate((element) => (element as HTMLElement & { chat: Chat }).chat.user?.id);
const bodies = async (...pages: Page[]): Promise<string[]> =>
  (await Promise.all(pages.map(toldIn))).flat().map(({ body }) => body);

const bell = (page: Page): Locator => page.getByRole('button', { name: 'Notifications' });
const choose = (page: Page, label: string): Promise<void> => page.getByLabel(label).click();

/** Allows desktop notices in the menu. */
async function allow(page: Page): Promise<void> {
  await bell(page).click();
  await choose(page, 'Desktop notification');
  await until(async () => (await bodies(page)).length === 1, 'the first notice');
  await page.keyboard.press('Escape');
}

/** A page has got a message, and its timer for the notice of it has ended, since timers of a page end in order. */
async function isDecided(page: Page, text: string): Promise<void> {
  await page.locator('.row .text', { hasText: text }).waitFor({ state: 'attached' });
  await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), GATHERED_MS);
  await page.evaluate(() => navigator.locks.query());
}

/** Longer than a page waits for messages that come together. */
const GATHERED_MS = 400;
const FIRST = 'New messages will be shown here.';

describe('desktop notices', () => {
  it('ask for nothing before the visitor does, and then only once', async () => {
    await watchNotices(context);
    const loaded: string[] = [];
    context.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    const opened = await open();
    await lookAway(opened);
    await say(`@${bob} hello`);
    await opened.locator('.row .text').waitFor({ state: 'attached' });
    expect(await opened.evaluate(() => [window.asked, window.told.length, window.notes])).toEqual([0, 0, 0]);
    expect(loaded).toContain('/element.js');
    expect(loaded).not.toContain('/notices.js');
    await lookBack(opened);
    await allow(opened);
    expect(loaded).toContain('/notices.js');
    await bell(opened).click();
    await choose(opened, 'Desktop notification');
    await choose(opened, 'Desktop notification');
    expect(await opened.evaluate(() => window.asked)).toBe(1);
    await until(async () => (await bodies(opened)).join() === [FIRST, FIRST].join(), 'on again');
  });

  it('tell of mentions and private messages, and of all others if the visitor wants that', async () => {
    await watchNotices(context);
    const page = await open();
    await allow(page);
    await say(`@${bob} you see this`);
    await lookAway(page);
    await say('for everybody');
    await say(`@${bob} are you there?`);
    await until(async () => (await bodies(page)).length === 2, 'a mention');
    await say('for you only', await idIn(page));
    await until(async () => (await bodies(page)).length === 3, 'a private message');
    const tag = `nobackend-chat ${api} ${room}`;
    expect((await toldIn(page)).slice(1)).toEqual([
      { title: `ann ${room} in #${room}`, body: `@${bob} are you there?`, tag },
      { title: `ann ${room}, to you only`, body: 'for you only', tag },
    ]);
    await page.evaluate(() => window.told.at(-1)?.onclick?.());
    await lookBack(page);
    await page.getByRole('log').getByText('for you only').waitFor();
    await bell(page).click();
    await choose(page, 'Every message');
    await lookAway(page);
    await say('to all');
    await until(async () => (await bodies(page)).at(-1) === 'to all', 'any message');
    await choose(page, 'Nothing');
    await say(`@${bob} nothing`, await idIn(page));
    await page.locator('.row .text', { hasText: 'nothing' }).waitFor({ state: 'attached' });
    await choose(page, 'Every message');
    await say('to all again');
    await until(async () => (await bodies(page)).at(-1) === 'to all again', 'any message again');
    expect((await bodies(page)).slice(3)).toEqual(['to all', 'to all again']);
  });

  it('come from one of several tabs, and from none while one is in view', async () => {
    await watchNotices(context, 'granted', 'granted');
    const pages = [await open(), await open(), await open()];
    const [first, second] = pages as [Page, Page];
    await allow(first);
    for (const page of pages) await page.locator('.bell.on').waitFor(); // the others have heard of it
    for (const page of pages) if (page !== second) await lookAway(page);
    await say(`@${bob} one`);
    for (const page of pages) await isDecided(page, 'one');
    expect(await bodies(...pages)).toEqual([FIRST]);
    await lookAway(second);
    await say(`@${bob} two`);
    for (const page of pages) await isDecided(page, 'two');
    await until(async () => (await bodies(...pages)).length > 1, 'a notice');
    expect((await bodies(...pages)).sort()).toEqual([`@${bob} two`, FIRST]);
  });
});

describe('the sound', () => {
  it('is remembered, and waits for a click or a key after a reload', async () => {
    await watchNotices(context);
    const page = await open();
    const notes = (): Promise<number> => page.evaluate(() => window.notes);
    await bell(page).click();
    await choose(page, 'Sound');
    expect(await notes()).toBe(2);
    await page.reload();
    await page.locator('.bell.on').waitFor();
    await lookAway(page);
    await say(`@${bob} before a click`);
    await page.locator('.row .text', { hasText: 'before a click' }).waitFor({ state: 'attached' });
    expect(await notes()).toBe(0);
    await page.mouse.click(200, 200);
    await say(`@${bob} after a click`);
    await until(async () => (await notes()) === 2, 'a tone');
    await lookBack(page);
    await say(`@${bob} in view`);
    await page.getByRole('log').getByText('in view').waitFor();
    await lookAway(page);
    await say(`@${bob} out of view`);
    await until(async () => (await notes()) === 4, 'another tone');
  });
});
