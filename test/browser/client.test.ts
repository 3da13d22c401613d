/** The browser library in a real Chromium, from another origin, in all of its ways. */
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { joinIn, type Site, textsIn, WAYS } from '../support/browser.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import { until } from '../support/until.js';

const STRANGE = 'Grüße, 日本 😀 </script><b>&amp;\u2028\u2029"\\';
const it = browserTest;
let browser: Browser, site: Site, link: Link, api: string;
let room: string;
it.beforeEach(({ stage }) => {
  ({ browser, site, link, api } = stage);
});

/** A page of a browser of its own, with the library loaded from another origin. */
async function open(address = site.library(api)): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(address);
  return page;
}

const fresh = (): string => (room = freshRoom());

describe('the library', () => {
  it.each([
    ['chat.js', 11_700, 12_900],
    ['chat.mjs', 12_750, 14_050],
    ['streams.js', 1_650, 1_900],
    ['element.js', 42_700, 47_900],
    ['bubble.js', 3_300, 3_800],
    ['talk.js', 8_650, 9_700],
  ])('%s has at most %i bytes as it comes by https, and %i by http', (name, brotli, gzip) => {
    const script = readFileSync(`dist/apps/web/public/${name}`);
    expect(brotliCompressSync(script).length).toBeLessThanOrEqual(brotli);
    expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(gzip);
  });

  it('is ASCII, with its element and tools: a page without a charset may have a copy', () => {
    for (const name of ['chat.js', 'chat.mjs', 'element.js', 'widgets.js', 'owner.js', 'doctor.js'])
      expect([...readFileSync(`dist/apps/web/public/${name}`)].filter((byte) => byte > 127)).toEqual([]);
  });

  it('is a module too, from another origin', async () => {
    const page = await open(
      site.serve(
        '/module',
        `<script type="module">import { join } from '${api}/chat.mjs'; window.NobackendChat = { join };</script>`,
      ),
    );
    await page.waitForFunction(() => window.NobackendChat);
    await joinIn(page, { room: fresh() });
    expect(await page.evaluate(() => window.chat.server)).toBe(api);
  });

  it('is a module that also runs in a worker', async () => {
    const page = await open(site.serve('/with-worker', '<!doctype html><title>page</title>'));
    const options = JSON.stringify({ server: api, room: fresh() });
    const code = `import { join } from '${api}/chat.mjs';
      const chat = join(${options});
      chat.on('message', async ({ text }) => { await chat.leave(); postMessage([text, chat.transport, chat.state]); });
      chat.send('from a worker');`;
    const said = await page.evaluate((text) => {
      const worker = new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })), { type: 'module' });
      return new Promise((resolve) => worker.addEventListener('message', ({ data }) => resolve(data)));
    }, code);
    expect(said).toEqual(['from a worker', 'fetch', 'left']);
  });

  it('warns of options that do not exist, and names the nearest; of no other', async () => {
    const page = await open();
    const warnings: string[] = [];
    page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
    await page.evaluate((server) => {
      const known = { room: '', name: '', server, transport: 'auto', way: 'auto', tabs: 'own', owner: '' } as const;
      const unknown = { Room: 'a', nickname: 'b', url: 'c', '\\]': 'd' };
      return window.NobackendChat.join({ ...known, ...unknown }).ready;
    }, api);
    const nearest = { Room: 'room', nickname: 'name', url: 'server', '\\]': 'server' };
    expect(warnings).toEqual(
      Object.entries(nearest).map(
        ([wrong, right]) => `NobackendChat.join has no option ${wrong}. Did you mean ${right}?`,
      ),
    );
  });
});

describe.each(WAYS)('by %s', (transport) => {
  it('two pages talk, in order and once, whatever the text', async () => {
    const [ann, bob] = await Promise.all([open(), open()]);
    const options = { room: fresh(), transport };
    await Promise.all([joinIn(ann, options), joinIn(bob, options)]);
    const sent = Array.from({ length: 30 }, (_, i) => `message ${i}`).concat(STRANGE);
    await ann.evaluate((texts) => Promise.all(texts.map((text) => window.chat.send(text))), sent);
    await until(async () => (await textsIn(bob)).length >= sent.length, 'all messages at the other');
    expect(await textsIn(bob)).toEqual(sent);
    await until(async () => (await textsIn(ann)).length >= sent.length, 'all messages at the sender');
    expect(await textsIn(ann)).toEqual(sent);
    expect(await ann.evaluate(() => [window.chat.transport, window.chat.why])).toEqual(
      transport === 'poll' ? ['fetch', 'fetch works here'] : [transport, 'the page asked for it'],
    );
  });

  it('sends data, privately too', async () => {
    const [ann, bob, eve] = await Promise.all([open(), open(), open()]);
    const options = { room: fresh(), transport };
    const [, { id }] = await Promise.all([joinIn(ann, options), joinIn(bob, options), joinIn(eve, options)]);
    await ann.evaluate((to) => window.chat.send({ text: 'psst', data: { a: [1, null] }, to }), id);
    await ann.evaluate(() => window.chat.send('all'));
    await until(async () => (await textsIn(bob)).length === 2, 'both at bob');
    await until(async () => (await textsIn(eve)).length === 1, 'one at eve');
    expect(
      await bob.evaluate(() => window.events.find((event) => event.type === 'message' && event.private)),
    ).toMatchObject({ text: 'psst', data: { a: [1, null] }, private: true });
    expect(await textsIn(eve)).toEqual(['all']);
  });

  it('signals reach who is here now', async () => {
    const [ann, bob] = await Promise.all([open(), open()]);
    await Promise.all([joinIn(ann, { room: fresh(), transport }), joinIn(bob, { room, transport })]);
    await until(async () => {
      await ann.evaluate(() => window.chat.signal({ x: 1 }));
      return bob.evaluate(() => window.events.some((event) => event.type === 'signal'));
    }, 'a signal');
  });

  it('keeps its user over a reload', async () => {
    const page = await open();
    const before = await joinIn(page, { room: fresh(), transport });
    await page.evaluate(() => window.chat.send('before'));
    await page.reload();
    const after = await joinIn(page, { room, transport });
    expect(after).toEqual(before);
    const { members, history } = await page.evaluate(() => window.chat.ready);
    expect(members).toEqual([before]);
    expect(history.map((event) => event.text ?? event.type)).toEqual(['joined', 'before']);
  });

  it('takes the suggested name when one is taken, and says so when asked to rename', async () => {
    const [ann, bob] = await Promise.all([open(), open()]);
    const { name } = await joinIn(ann, { room: fresh(), name: `Zoë ${transport}`, transport });
    const other = await joinIn(bob, { room, name: `Zoë ${transport}`, transport });
    expect(other.name).not.toBe(name);
    const failure = await bob.evaluate(
      (taken) => window.chat.rename(taken).catch(({ code, suggestion }) => ({ code, suggestion })),
      name,
    );
    expect(failure).toMatchObject({ code: 'name_taken', suggestion: expect.any(String) });
    await bob.evaluate((free) => window.chat.rename(free), `Bob ${transport}`);
    await until(() => ann.evaluate(() => window.events.some((event) => event.type === 'renamed')), 'renamed');
    expect(await bob.evaluate(() => window.chat.user?.name)).toBe(`Bob ${transport}`);
  });

  it('enters further rooms, reads their history page by page, and leaves them', async () => {
    const [ann, bob] = await Promise.all([open(), open()]);
    const second = `${fresh()}-b`;
    await Promise.all([joinIn(ann, { room, transport }), joinIn(bob, { room, transport })]);
    await ann.evaluate(async (other) => {
      await window.chat.enter(other);
      for (let i = 0; i < 5; i++) await window.chat.send({ text: `${i}`, room: other });
    }, second);
    const view = await bob.evaluate((other) => window.chat.enter(other), second);
    expect(view.members.length).toBe(2);
    const pages = await bob.evaluate(async (other) => {
      const last = await window.chat.history({ room: other, limit: 3 });
      return [last, await window.chat.history({ room: other, limit: 100, before: last.events[0]?.id ?? '' })];
    }, second);
    expect(pages.map(({ more }) => more)).toEqual([true, false]);
    expect(pages.flatMap(({ events }) => events).length).toBe(7);
    await bob.evaluate((other) => window.chat.exit(other), second);
    await until(
      () =>
        ann.evaluate((other) => window.events.some(({ type, room: at }) => type === 'left' && at === other), second),
      'left',
    );
  });

  it('leaves for good', async () => {
    const [ann, bob] = await Promise.all([open(), open()]);
    await Promise.all([joinIn(ann, { room: fresh(), transport }), joinIn(bob, { room, transport })]);
    await ann.evaluate(() => window.chat.leave());
    await until(() => bob.evaluate(() => window.events.some(({ type }) => type === 'left')), 'left');
    expect(await ann.evaluate(() => window.chat.state)).toBe('left');
    expect(await ann.evaluate(() => window.chat.send('too late').catch(({ code }) => code))).toBe('left');
    expect(await ann.evaluate(() => sessionStorage.length)).toBe(0);
  });

  it('sends once, though the answer was lost', async () => {
    const [ann, bob] = await Promise.all([open(site.library(link.url, { path: '/link' })), open()]);
    await Promise.all([joinIn(ann, { room: fresh(), transport, server: link.url }), joinIn(bob, { room, transport })]);
    link.troubles = [{ path: /\/send/, how: 'swallow', times: 2 }];
    const sent = await ann.evaluate(() => Promise.all([window.chat.send('one'), window.chat.send('two')]));
    expect(sent[0]?.duplicate).toBe(true);
    await until(async () => (await textsIn(bob)).length === 2, 'both');
    expect(await textsIn(bob)).toEqual(['one', 'two']);
  });
});

describe("the room 'auto'", () => {
  const roomAt = async (page: Page): Promise<string> => {
    await joinIn(page, { room: 'auto' });
    return page.evaluate(() => window.chat.room);
  };

  it('is the same for all who open a page, and another one for its fork', async () => {
    const [page, again, fork] = await Promise.all(
      ['/ann/pen1/show/', '/ann/pen1/show/', '/bob/pen1/show/'].map((path) => open(site.library(api, { path }))),
    );
    const found = await Promise.all([page, again, fork].map((one) => one && roomAt(one)));
    expect(found[0]).toMatch(/^auto-[a-z0-9]{8,14}$/);
    expect(found[1]).toBe(found[0]);
    expect(found[2]).not.toBe(found[0]);
  });

  it('is remembered where the address says nothing', async () => {
    const address = site.library(api, { path: '/_display/' });
    const page = await open(address);
    const before = await roomAt(page);
    await page.goto(`${address}?edited`);
    expect(await roomAt(page)).toBe(before);
    expect(await roomAt(await open(address))).not.toBe(before);
  });
});
