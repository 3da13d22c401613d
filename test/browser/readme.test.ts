/** The README's examples run: their texts are taken from the file as they stand. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserWith } from '../support/fixtures/browser.js';
import { freePort } from '../support/ports.js';
import type { TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const ADDRESS = 'http://localhost:8080';
const FIDDLE = /<!-- fiddle -->\s*```html\n([\s\S]*?)```/;
const STREAM = /<!-- stream -->\s*```html\n([\s\S]*?)```/;
/** Texts on which a careless page would break. */
const TEXTS = [
  'hello',
  'žluťoučký kůň, naïve café',
  '👩‍👩‍👧 🎉',
  '</script><script>alert(1)</script>',
  'one\u2028two\u2029three',
  '<b>&amp;"\'\\',
];

const it = browserWith({ apis: 2 });
let system: TestSystem, browser: Browser, site: Site;
it.beforeEach(({ stage }) => {
  ({ system, browser, site } = stage);
});

/** The README's text after a heading, with the address of an API of this test. */
function shown(pattern: RegExp, api: string): string {
  const text = pattern.exec(readme)?.[1];
  if (text === undefined) throw new Error(`the README does not show ${String(pattern)}`);
  return text.replaceAll(ADDRESS, api);
}

async function open(path: string, text: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(site.serve(path, `<!doctype html><meta charset="utf-8"><body>${text}</body>`));
  return page;
}

/** The fiddle in a room of its own, joined. */
async function openFiddle(room: string): Promise<Page> {
  const page = await open(`/${room}`, shown(FIDDLE, system.urls[0] ?? '').replace('room=fiddle', `room=${room}`));
  await page.locator('#say:enabled').waitFor();
  return page;
}

async function enter(page: Page, text: string): Promise<void> {
  await page.locator('#say:enabled').fill(text);
  await page.locator('#say').press('Enter');
}

const tokenOf = (page: Page): Promise<string> => page.evaluate('token');

/** Somebody who has opened a room first, and keeps it in order. */
class Owner {
  private constructor(
    readonly room: string,
    readonly token: string,
  ) {}

  static async of(room: string): Promise<Owner> {
    return new Owner(room, (await ask<{ token: string }>(system.urls[0] ?? '', 'join', { room })).token);
  }

  ask<Fields>(op: string, parameters: object = {}): Promise<Fields> {
    return ask(system.urls[0] ?? '', op, { token: this.token, room: this.room, ...parameters });
  }

  send(what: object): Promise<unknown> {
    return this.ask('send', what);
  }
}

const said = (page: Page, text: string): Promise<unknown> =>
  page.waitForFunction((what) => document.querySelector('#log')?.textContent?.includes(what), text);

describe('the README', () => {
  it('shows a fiddle of a dozen lines that chats from another origin, any text intact', async () => {
    const [one, two] = system.urls.map((api) => shown(FIDDLE, api));
    const pages = [await open('/one', one ?? ''), await open('/two', two ?? '')];
    for (const page of pages) await page.locator('#say:enabled').waitFor(); // joined: what is said from here on is for both
    for (const [i, text] of TEXTS.entries()) {
      await pages[i % 2]?.locator('#say').fill(text);
      await pages[i % 2]?.locator('#say').press('Enter');
      for (const page of pages) await said(page, text);
    }
    expect((/<script>\n([\s\S]*?)<\/script>/.exec(shown(FIDDLE, ''))?.[1] ?? '').trim().split('\n')).toHaveLength(12);
    for (const page of pages)
      expect(await page.locator('script[src]').count(), 'script tags left behind').toBeLessThanOrEqual(2);
  });

  it('shows a fiddle that tells what was said before, and what waits for approval', async () => {
    const owner = await Owner.of('fiddle-before');
    await owner.send({ text: 'said before' });
    await owner.ask('rules', { words: ['secret'], hold: true });
    const page = await openFiddle('fiddle-before');
    await said(page, 'said before');
    await enter(page, 'a secret');
    await said(page, 'Your message waits for approval.');
    const { messages } = await owner.ask<{ messages: { id: string }[] }>('held');
    await owner.ask('approve', { id: messages[0]?.id });
    await said(page, ': a secret');
  });

  it('shows a fiddle that joins again when its user has ended, and says nothing twice', async () => {
    const owner = await Owner.of('fiddle-old');
    const page = await openFiddle('fiddle-old');
    await enter(page, 'only once');
    await said(page, 'only once');
    await ask(system.urls[0] ?? '', 'leave', { token: await tokenOf(page) });
    const present = async (): Promise<number> => (await owner.ask<{ members: object[] }>('members')).members.length;
    await until(async () => (await present()) === 2 && (await page.locator('#say').isEnabled()), 'another user');
    await owner.send({ text: 'and more' });
    await said(page, 'and more');
    expect((await page.locator('#log').textContent())?.match(/only once/g)).toHaveLength(1);
  });

  it('shows a fiddle that ends when another page goes on with its user', async () => {
    const page = await openFiddle('fiddle-ended');
    const token = await tokenOf(page);
    const takeOver = (): Promise<boolean> =>
      ask(system.urls[0] ?? '', 'poll', { token, timeout: 1 }).then(
        () => true,
        () => false,
      );
    // a page that is slow may have no poll between two of its own: then nobody takes anything over
    await until(
      async () => (await takeOver()) && ((await page.locator('#log').textContent()) ?? '').includes('taken over'),
      'a poll that the page has not superseded, and that has superseded the page',
      30_000,
    );
    await page.locator('#say:disabled').waitFor();
  });

  it('shows a page with a stream that chats from another origin, and says nothing twice when its server restarts', async () => {
    const PORT = await freePort();
    const api = await system.addApi({ PORT });
    const [one, two] = [api.url, system.urls[0] ?? ''].map((url) =>
      shown(STREAM, url).replace("'fiddle'", "'streamed'"),
    );
    const pages = [await open('/stream-one', one ?? ''), await open('/stream-two', two ?? '')];
    const owner = await Owner.of('streamed');
    const isThere = async (): Promise<boolean> =>
      (await owner.ask<{ members: object[] }>('members')).members.length === 3;
    await until(isThere, 'both pages');
    for (const [i, text] of TEXTS.entries()) {
      await enter(pages[i % 2] ?? expect.fail(), text);
      for (const page of pages) await said(page, text);
    }
    system.apis.splice(system.apis.indexOf(api), 1);
    await api.stop();
    await enter(pages[1] ?? expect.fail(), 'while it restarts');
    await system.addApi({ PORT });
    for (const page of pages) await said(page, 'while it restarts');
    await enter(pages[0] ?? expect.fail(), 'and after');
    for (const page of pages) await said(page, 'and after');
    const [first, second] = await Promise.all(pages.map((page) => page.locator('#log').textContent()));
    expect(first).toBe(second);
    expect(first?.match(/hello|while it restarts|and after/g)).toEqual(['hello', 'while it restarts', 'and after']);
  });

  it('shows a page with a stream that joins again when its user has ended', async () => {
    const owner = await Owner.of('stream-ended');
    const page = await browser.newPage();
    const asked = page.waitForRequest(/api\/stream/);
    const text = shown(STREAM, system.urls[0] ?? '').replace("'fiddle'", "'stream-ended'");
    await page.goto(site.serve('/stream-ended', `<!doctype html><meta charset="utf-8"><body>${text}</body>`));
    const token = new URL((await asked).url()).searchParams.get('token') ?? '';
    const ids = async (): Promise<number[]> =>
      (await owner.ask<{ members: { id: number }[] }>('members')).members.map(({ id }) => id);
    await ask(system.urls[0] ?? '', 'leave', { token });
    await until(
      async () => (await ids()).length === 2 && !(await ids()).includes(Number(token.split('.')[0])),
      'another',
    );
    await owner.send({ text: 'and more' });
    await said(page, 'and more');
  });

  it.each([
    ['fiddle', FIDDLE, 'room=fiddle', 'room=fiddle-outage', /jsonp\/poll/, /jsonp\/join/],
    ['page with a stream', STREAM, "'fiddle'", "'stream-outage'", /api\/stream/, /api\/join/],
  ])('shows a %s that keeps what was not sent and stays the same user without Redis', async (...which) => {
    const [, pattern, asWritten, inRoom, polls, joins] = which;
    const owner = await Owner.of(inRoom.replace(/room=|'/g, ''));
    const requests: string[] = [];
    const page = await browser.newPage();
    const text = shown(pattern, system.urls[0] ?? '').replace(asWritten, inRoom);
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(site.serve('/outage', `<!doctype html><meta charset="utf-8"><body>${text}</body>`));
    const requested = (kind: RegExp): number => requests.filter((url) => kind.test(url)).length;
    const ids = async (): Promise<number[]> =>
      (await owner.ask<{ members: { id: number }[] }>('members')).members.map(({ id }) => id);
    await enter(page, 'before');
    await said(page, ': before');
    const [present, polled] = [await ids(), requested(polls)];
    await system.redis.kill();
    await enter(page, 'kept');
    await said(page, 'Not sent: ');
    expect(await page.locator('#say').inputValue()).toBe('kept');
    await until(() => requested(polls) > polled + 1, 'another poll or stream after the one that failed');
    await system.redis.restart();
    const isSaid = async (): Promise<boolean> => {
      if ((await page.locator('#say').inputValue()) !== '') await page.locator('#say:enabled').press('Enter');
      return (await page.locator('#log').textContent())?.includes(': kept') ?? false;
    };
    await until(isSaid, 'what was kept');
    await until(async () => (await page.locator('#say').inputValue()) === '', 'an empty field');
    expect([await ids(), requested(joins)]).toEqual([present, 1]);
  });

  it('shows a page with the library that tells what is and was said, and makes everybody a guest', async () => {
    const text = shown(/## With the library\n\n((?: {4}.*\n)+)/, system.urls[0] ?? '');
    const page = await open('/library', text.replace("room: 'fiddle'", "room: 'guests'")); // nobody else has spoken there
    for (const what of ['hello', 'again']) {
      await enter(page, what);
      await said(page, `: ${what}`);
      await page.reload();
    }
    await said(page, ': hello');
    const other = await (await browser.newContext()).newPage();
    await other.goto(page.url());
    await enter(other, 'another guest');
    await said(page, 'another guest');
    expect(new Set((await page.locator('#log').textContent())?.match(/guest-\d+/g)).size).toBe(2);
  });

  it('names only npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const code = [...readme.matchAll(/`([^`\n]+)`|^ {4}(.+)$/gm)].map(([, span, line]) => span ?? line).join('\n');
    const names = [...code.matchAll(/npm (?:run )?([a-z:]+)/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(['ci', ...Object.keys(scripts)], name).toContain(name);
  });
});
