/** The browser library in a real Chromium, from another origin, in both of its transports. */
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TransportName } from '../../apps/web/client/api.js';
import { joinIn, launchBrowser, Site, textsIn } from '../support/browser.js';
import { Link } from '../support/link.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';

const STRANGE = 'Grüße, 日本 😀 </script><b>&amp;\u2028\u2029"\\';
let system: TestSystem, browser: Browser, site: Site, api: string, room: string;
let contexts: BrowserContext[] = [];
let rooms = 0;

beforeAll(async () => {
  [system, browser, site] = await Promise.all([
    startSystem({ env: { RATE_LIMITS: 'off' } }),
    launchBrowser(),
    Site.start(),
  ]);
  api = system.urls[0] ?? '';
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([site?.stop(), system?.stop()]);
});

afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});

/** A page of a browser of its own, with the library loaded from another origin. */
async function open(address = site.library(api)): Promise<Page> {
  const context = await browser.newContext();
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

const fresh = (): string => (room = `room-${++rooms}`);

describe('the library', () => {
  it('is 10 KB as it comes by https, and 11 by http', () => {
    for (const name of ['chat.js', 'chat.mjs']) {
      const script = readFileSync(`dist/apps/web/public/${name}`);
      expect(brotliCompressSync(script).length).toBeLessThan(10_752);
      expect(gzipSync(script, { level: 9 }).length).toBeLessThan(11_776);
    }
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
});

describe.each<TransportName>(['jsonp', 'fetch'])('by %s', (transport) => {
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
    expect(await ann.evaluate(() => [window.chat.transport, window.chat.why])).toEqual([
      transport,
      'the page asked for it',
    ]);
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
    const link = await Link.start(api);
    const [ann, bob] = await Promise.all([open(site.library(link.url, { path: '/link' })), open()]);
    await Promise.all([joinIn(ann, { room: fresh(), transport, server: link.url }), joinIn(bob, { room, transport })]);
    link.troubles = [{ path: /\/send/, how: 'swallow', times: 2 }];
    const sent = await ann.evaluate(() => Promise.all([window.chat.send('one'), window.chat.send('two')]));
    expect(sent[0]?.duplicate).toBe(true);
    await until(async () => (await textsIn(bob)).length === 2, 'both');
    expect(await textsIn(bob)).toEqual(['one', 'two']);
    await link.close();
  });
});

describe('the transport', () => {
  it('can be asked for by its former name, `way`; the present name wins', async () => {
    const page = await open();
    await joinIn(page, { room: fresh(), way: 'jsonp', tabs: 'own' });
    const named = (): Promise<unknown> => page.evaluate(() => [window.chat.transport, window.chat.way]);
    expect(await named()).toEqual(['jsonp', 'jsonp']);
    await joinIn(page, { room: fresh(), transport: 'fetch', way: 'jsonp', tabs: 'own' });
    expect(await named()).toEqual(['fetch', 'fetch']);
  });

  it('is fetch where that works', async () => {
    const page = await open();
    await joinIn(page, { room: fresh() });
    expect(await page.evaluate(() => [window.chat.transport, window.chat.why])).toEqual(['fetch', 'fetch works here']);
  });

  it('is JSONP where the policy forbids to connect, with nothing else allowed than scripts of the server', async () => {
    const headers = { 'content-security-policy': `default-src 'none'; script-src ${api}` };
    const page = await open(site.library(api, { path: '/strict', headers }));
    await joinIn(page, { room: fresh() });
    expect(await page.evaluate(() => window.chat.why)).toBe("this page's policy (connect-src) forbids fetch");
    await page.evaluate(() => window.chat.send('through'));
    await until(async () => (await textsIn(page)).length === 1, 'the message');
  });

  it('is JSONP with the nonce of its own tag where the policy wants one', async () => {
    const headers = { 'content-security-policy': "default-src 'none'; script-src 'nonce-abc'" };
    const page = await open(
      site.serve('/nonce', `<!doctype html><script nonce="abc" src="${api}/chat.js"></script>`, headers),
    );
    await joinIn(page, { room: fresh() });
    expect(await page.evaluate(() => window.chat.transport)).toBe('jsonp');
  });

  it('is found in a sandboxed frame, whose origin is null', async () => {
    site.library(api, { path: '/inner' });
    const page = await open(site.serve('/outer', '<iframe sandbox="allow-scripts" src="/inner"></iframe>'));
    const frame = await until(() => page.frames().find((one) => one.url().endsWith('/inner')), 'the frame');
    await frame.waitForFunction(() => window.NobackendChat);
    const said = await frame.evaluate(async (name) => {
      const chat = window.NobackendChat.join({ room: name });
      const heard = new Promise((resolve) => chat.on('message', ({ text }) => resolve(text)));
      await chat.send('from nowhere');
      return [self.origin, await heard, chat.transport];
    }, fresh());
    expect(said).toEqual(['null', 'from nowhere', 'fetch']);
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

describe('script tags', () => {
  it('and callbacks are gone when they are done, and a late answer does nothing', async () => {
    const link = await Link.start(api);
    const page = await open(site.library(link.url, { path: '/late' }));
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await joinIn(page, { room: fresh(), transport: 'jsonp', server: link.url });
    await page.evaluate(async () => {
      for (let i = 0; i < 10; i++) await window.chat.send(`${i}`);
    });
    expect(await page.evaluate(() => document.scripts.length)).toBe(2); // the library and the held poll
    link.troubles = [{ path: /leave/, how: 'delay', afterMs: 300 }];
    await page.evaluate(() => {
      void window.chat.leave();
    });
    expect(await page.evaluate(() => document.scripts.length)).toBe(2); // the library and the leave
    await until(() => page.evaluate(() => document.scripts.length === 1), 'no more tags');
    const left = (): Promise<number> =>
      page.evaluate(
        () => Object.keys((window as unknown as { __nobackendChat: { calls: object } }).__nobackendChat.calls).length,
      );
    await until(async () => (await left()) === 0, 'no more callbacks');
    expect(errors).toEqual([]);
    await link.close();
  });

  it('hold no poll before the page has loaded, so its loading indicator stops', async () => {
    const link = await Link.start(api);
    site.pages.set('/slow.png', { html: '' });
    const head = `<link rel="icon" href="data:,">`;
    const page = await open(site.library(link.url, { path: '/loading', head }));
    await page.route('**/slow.png', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 800));
      await route.fulfill({ body: '' });
    });
    site.serve(
      '/loading',
      `<!doctype html><script src="${link.url}/chat.js"></script><script>
      window.loadedAt = 0; addEventListener('load', () => { window.loadedAt = performance.now(); });
      NobackendChat.join({ room: '${fresh()}', transport: 'jsonp', tabs: 'own' });</script><img src="/slow.png">`,
    );
    await page.goto(`${site.origin}/loading`);
    await until(() => link.seen.some((path) => /\/poll/.test(path)), 'a poll');
    const times = await page.evaluate(() => [
      (window as unknown as { loadedAt: number }).loadedAt,
      ...performance
        .getEntriesByType('resource')
        .filter(({ name }) => /\/join/.test(name))
        .map(({ startTime }) => startTime),
    ]);
    expect(times[0]).toBeGreaterThan(700);
    expect(times[1]).toBeLessThan(times[0] ?? 0); // joins at once, polls later
    expect(await page.evaluate(() => document.readyState)).toBe('complete');
    await link.close();
  });

  it('poll all the same when the page does not come to an end of loading', async () => {
    const link = await Link.start(api);
    const page = await open(site.library(link.url, { path: '/endless' }));
    await page.clock.install();
    await page.route('**/endless.png', () => undefined);
    site.serve(
      '/endless',
      `<!doctype html><script src="${link.url}/chat.js"></script><script>
      NobackendChat.join({ room: '${fresh()}', transport: 'jsonp', tabs: 'own' });</script><img src="/endless.png">`,
    );
    await page.goto(`${site.origin}/endless`, { waitUntil: 'commit' });
    await until(() => link.seen.some((path) => /\/join/.test(path)), 'it has joined');
    await until(
      async () => {
        // by the page's clock: far sooner than a user who never polls is ended
        await page.clock.fastForward(5_000);
        return link.seen.some((path) => /\/poll/.test(path));
      },
      'a poll',
      8_000,
    );
    expect(await page.evaluate(() => document.readyState)).not.toBe('complete');
    await link.close();
  });
});
