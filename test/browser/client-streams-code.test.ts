/** The code of streams, which the library loads when the room is open: without it, the chat polls. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { joinIn, textsIn } from '../support/browser.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import { StreamPages } from '../support/stream-pages.js';
import { until } from '../support/until.js';

const it = browserTest;
let stage: Stage, pages: StreamPages;
it.beforeEach(({ stage: own }) => {
  stage = own;
  pages = new StreamPages(stage);
});

const CODE = /\/streams\.js$/;
const loads = (): number => pages.seen(CODE);

/** Opens a page with these headers. `code`: what the server has in the place of the code, or nothing at all. */
async function open(
  headers: Record<string, string>,
  { nonce = '', code }: { nonce?: string; code?: string | null } = {},
) {
  const page = await stage.browser.newPage();
  if (code !== undefined)
    await page.route(CODE, (route) => (code === null ? route.abort() : route.fulfill({ body: code })));
  const script = `<!doctype html><script ${nonce} src="${stage.link.url}/chat.js"></script>`;
  await page.goto(stage.site.serve('/page', script, headers));
  return page;
}

const policy = (rules: string): Record<string, string> => ({ 'content-security-policy': rules });

/** The page hears what others say, in order, and says something itself. */
async function talks(page: Page): Promise<void> {
  await pages.say('one', 'two');
  await page.evaluate(() => window.chat.send('three'));
  await pages.say('four');
  await until(async () => (await textsIn(page)).length >= 4, 'all messages');
  expect(await textsIn(page)).toEqual(['one', 'two', 'three', 'four']);
  expect(await page.evaluate(() => window.losses)).toEqual([]);
}

describe('the code of streams', () => {
  it('is loaded once for all chats of a page, after the first poll was sent', async () => {
    const page = await open({});
    await joinIn(page, { room: stage.room });
    await until(() => pages.streams === 1, 'a stream');
    await page.evaluate((room) => window.NobackendChat.join({ room, tabs: 'own' }).ready, stage.room);
    await until(() => pages.streams === 2, 'the stream of the other');
    expect(loads()).toBe(1);
    expect(stage.link.seen.findIndex((path) => /\/join\b/.test(path))).toBeLessThan(
      stage.link.seen.findIndex((path) => CODE.test(path)),
    );
    await talks(page);
  });

  it.each(['poll', 'jsonp'] as const)('is not loaded by a page that asks for %s', async (transport) => {
    const page = await open({});
    await joinIn(page, { room: stage.room, transport });
    await talks(page);
    expect([loads(), pages.streams]).toEqual([0, 0]);
  });

  it.each([
    ['asks for a nonce', policy("default-src 'none'; script-src 'nonce-abc'; connect-src *"), 'nonce="abc"'],
    ['wants trusted types', policy("require-trusted-types-for 'script'; trusted-types nobackend-chat"), ''],
  ])('gets through a policy that %s', async (_, headers, nonce) => {
    const page = await open(headers, { nonce });
    await joinIn(page, { room: stage.room });
    await until(() => pages.streams === 1, 'a stream');
    await talks(page);
  });
});

describe('a chat polls, and misses nothing, if', () => {
  const polls = async (page: Page): Promise<void> => {
    await joinIn(page, { room: stage.room });
    await talks(page);
    expect([pages.streams, await page.evaluate(() => window.chat.transport)]).toEqual([0, 'fetch']);
  };

  it.each([
    ['no script but the library', (at: string) => `script-src ${at}/chat.js 'unsafe-eval'`],
    ['no policy of ours for scripts', () => "require-trusted-types-for 'script'; trusted-types 'none'"],
  ])('the page allows %s', async (_, rules) => {
    await polls(await open(policy(rules(stage.link.url))));
  });

  it.each([
    ['has no such file', null],
    [
      'has that of another version',
      'window.__nobackendChat.streams0 = () => { throw new Error("of another version"); };',
    ],
    ['answers with something else', 'This is no script.'],
  ])('the server %s', async (_, code) => {
    await polls(await open({}, { code }));
  });
});
