/** The owner takes a room along in a real page: downloads it, reads the transcript, and imports it elsewhere. */
import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { RoomContents } from '../../shared/protocol/events.js';
import { violations } from '../support/axe.js';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import type { Joined } from '../support/user.js';

const it = browserTest;
let browser: Browser, api: string, room: string, complaints: string[];
it.beforeEach(({ stage }) => {
  ({ browser, api, room } = stage);
  complaints = [];
});
it.afterEach(() => {
  expect(complaints).toEqual([]);
});

const MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
const DAY_MS = 86_400_000;

/** Somebody's browser in a room of theirs, with the panel open. */
async function open(at: string, query = ''): Promise<Page> {
  const page = await (await browser.newContext({ reducedMotion: 'reduce', locale: 'en-US' })).newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${api}/r/${at}${query}`);
  await page.getByText('Your room').waitFor();
  await page.getByRole('button', { name: /^Room/ }).click();
  return page;
}

const panel = (page: Page): Locator => page.getByRole('region', { name: 'Room', exact: true });

/** Returns the text of the file that a button downloads. */
async function downloaded(page: Page, name: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  expect(download.suggestedFilename()).toMatch(new RegExp(`^${room}.*\\.(json|html)$`));
  return readFile(await download.path(), 'utf8');
}

const choose = (page: Page, text: string): Promise<void> =>
  page
    .locator('input[type=file]')
    .setInputFiles({ name: 'room.json', mimeType: 'application/json', buffer: Buffer.from(text) });

/** Fills the room of a page with messages and a value, by calls of its owner. */
async function fill(page: Page, texts: string[]): Promise<void> {
  await page.locator('nobackend-chat').evaluate(async (element, all) => {
    const { chat } = element as HTMLElement & { chat: import('../../apps/web/client/api.js').Chat };
    for (const text of all) await chat.send(text);
    await chat.values.set('likes', 3);
    await chat.call('rules', { room: chat.room, links: false });
  }, texts);
}

describe('a room that is downloaded', () => {
  it('as JSON fills an empty room, in which its messages are marked, and gives the same JSON again', async () => {
    const anna = await open(room);
    const texts = Array.from({ length: 130 }, (_, i) => `line ${i}`);
    await fill(anna, [...texts, MARKUP]);
    const json = await downloaded(anna, 'Download as JSON');
    await panel(anna).getByText('Messages downloaded: 131').waitFor();
    expect(JSON.parse(json)).toMatchObject({ version: 1, values: { likes: 3 }, rules: { links: false } });
    const bert = await open(`${room}-new`);
    await choose(bert, json);
    await panel(bert).getByText('Messages imported: 131').waitFor();
    await panel(bert).getByText('The room has no key').waitFor();
    await panel(bert).getByText('You imported a room').waitFor();
    expect(await downloaded(bert, 'Download as JSON')).toBe(json);
    await bert.getByRole('button', { name: 'Close' }).click();
    const last = bert.getByRole('log').locator('.message').last();
    expect(await last.locator('.text').textContent()).toBe(MARKUP);
    await bert.getByRole('log').getByText('imported', { exact: true }).first().waitFor();
    expect(
      await bert
        .locator('nobackend-chat')
        .evaluate((element) =>
          (element as HTMLElement & { chat: { values: { get(key: string): unknown } } }).chat.values.get('likes'),
        ),
    ).toBe(3);
  });

  it('by script tags is imported too', async () => {
    const at = Date.now() - 3 * DAY_MS;
    const messages = Array.from({ length: 40 }, (_, i) => ({
      at: at + i,
      from: 'Eve',
      text: `${i} ${'語'.repeat(300)}`,
    }));
    const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
    await page.goto(`${api}/docs`);
    await page.evaluate((name) => {
      document.body.innerHTML = `<nobackend-chat room="${name}" transport="jsonp" style="height: 600px"></nobackend-chat>`;
      const script = document.createElement('script');
      script.src = '../element.js';
      document.head.append(script);
    }, room);
    await page.getByText('Your room').waitFor();
    await page.getByRole('button', { name: /^Room/ }).click();
    await choose(page, JSON.stringify({ version: 1, messages }));
    await panel(page).getByText('Messages imported: 40').waitFor();
    const { token } = await ask<Joined>(api, 'join', { room });
    const { events } = await ask<{ events: { imported: number }[] }>(api, 'history', { token, room, types: 'message' });
    expect(events.map(({ imported }) => imported)).toEqual(messages.map((message) => message.at));
  });

  it('as a transcript is a page with everything that was said, that loads nothing and runs nothing', async () => {
    const anna = await open(room);
    const from = 'Zo\u00eb & "friends"';
    const messages: RoomContents['messages'] = [
      { at: Date.UTC(2025, 0, 5, 12), from, text: `two\nlines ${MARKUP}` },
      { at: Date.UTC(2025, 0, 5, 12, 1), from, data: { only: ['<data>'] } },
      { at: Date.UTC(2025, 0, 7, 12), from: 'Bert', text: '\u05e9\u05dc\u05d5\u05dd' },
    ];
    await choose(anna, JSON.stringify({ version: 1, messages }));
    await panel(anna).getByText('Messages imported: 3').waitFor();
    const html = await downloaded(anna, 'Download transcript');
    const requests: string[] = [];
    const page = await browser.newPage();
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    await page.setContent(html);
    expect(await page.title()).toBe(room);
    expect(await page.locator('h2').allTextContents()).toEqual(['Sunday, January 5, 2025', 'Tuesday, January 7, 2025']);
    expect(await page.locator('h3').allTextContents()).toEqual([from, 'Bert']);
    expect(await page.locator('.said > span').allTextContents()).toEqual([
      `two\nlines ${MARKUP}`,
      '{"only":["<data>"]}',
      '\u05e9\u05dc\u05d5\u05dd',
    ]);
    expect(await page.locator('script, img, a, link, [onerror]').count()).toBe(0);
    expect(requests).toEqual([]);
    expect(html).toContain(`from ${new URL(api).host}`);
    expect(await violations(page)).toEqual([]);
    await page.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<img src="https://example.org/x.png">'));
    expect(complaints.splice(0)).toEqual([expect.stringContaining('Content Security Policy')]);
  });
});

describe('an import that fails', () => {
  it.each([
    ['no JSON', 'hello', 'This file is not a room that was downloaded as JSON.'],
    ['other JSON', '7', /^data must be what export returns/],
    ['JSON of another form', '{"messages":5}', 'This file is not a room that was downloaded as JSON.'],
    ['another version', '{"version":7}', /^data must be what export returns/],
  ])('says why: %s', async (_, json, says) => {
    const anna = await open(room);
    await choose(anna, json);
    await panel(anna).getByRole('alert').getByText(says).waitFor();
  });

  it('because somebody is in the room goes on, with the same file, when the owner is alone again', async () => {
    const anna = await open(room);
    const { token } = await ask<Joined>(api, 'join', { room });
    const json = JSON.stringify({ version: 1, messages: [{ at: 1, from: 'Eve', text: 'hello' }] });
    await choose(anna, json);
    await panel(anna)
      .getByText('An import needs a room without messages and values, in which you are alone.')
      .waitFor();
    await ask(api, 'exit', { token, room });
    await choose(anna, json);
    await panel(anna).getByText('Messages imported: 1').waitFor();
  });

  it('half way goes on where it was, and brings nothing twice', async () => {
    const anna = await open(room);
    let parts = 0;
    await anna.route(/\/api\/import$/, async (route) => {
      parts += 1;
      if (parts !== 2) return route.continue();
      return route.fulfill({ json: { ok: false, error: { code: 'not_allowed', message: 'Not now.' } } });
    });
    const messages = Array.from({ length: 250 }, (_, i) => ({ at: i + 1, from: 'Eve', text: `line ${i}` }));
    const json = JSON.stringify({ version: 1, messages });
    await choose(anna, json);
    await panel(anna).getByText('Not now.').waitFor();
    await choose(anna, json);
    await panel(anna).getByText('Messages imported: 250').waitFor();
    expect(JSON.parse(await downloaded(anna, 'Download as JSON'))).toMatchObject({ messages });
  });
});

it('a moderator has no buttons to take the room along', async () => {
  const anna = await open(room);
  const bert = await (await browser.newContext()).newPage();
  await bert.goto(`${api}/r/${room}`);
  await bert.getByRole('button', { name: /Change your name/ }).waitFor();
  const id = await bert
    .locator('nobackend-chat')
    .evaluate((element) => (element as HTMLElement & { chat: { user: { id: number } } }).chat.user.id);
  await anna
    .locator('nobackend-chat')
    .evaluate(
      (element, user) =>
        (
          element as HTMLElement & { chat: { call(op: string, values: object): Promise<object>; room: string } }
        ).chat.call('moderate', { room: (element as HTMLElement & { chat: { room: string } }).chat.room, user }),
      id,
    );
  await bert.getByRole('button', { name: /^Room/ }).click();
  await panel(bert).getByText('You are a moderator of this room.').waitFor();
  expect(await bert.getByRole('button', { name: 'Download as JSON' }).isVisible()).toBe(false);
  expect(await anna.getByRole('button', { name: 'Download as JSON' }).isVisible()).toBe(true);
});
