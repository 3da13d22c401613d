/** The transport that the library chooses on a page, and the script tags that JSONP leaves there. */
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { joinIn, type Site, textsIn } from '../support/browser.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import { until } from '../support/until.js';

const it = browserTest;
let browser: Browser, site: Site, link: Link, api: string;
it.beforeEach(({ stage }) => {
  ({ browser, site, link, api } = stage);
});

/** A page of a browser of its own, with the library loaded from another origin. */
async function open(address = site.library(api)): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(address);
  return page;
}

describe('the transport', () => {
  it('can be asked for by its former name, `way`; the present name wins', async () => {
    const page = await open();
    await joinIn(page, { room: freshRoom(), way: 'jsonp', tabs: 'own' });
    const named = (): Promise<unknown> => page.evaluate(() => [window.chat.transport, window.chat.way]);
    expect(await named()).toEqual(['jsonp', 'jsonp']);
    await joinIn(page, { room: freshRoom(), transport: 'fetch', way: 'jsonp', tabs: 'own' });
    expect(await named()).toEqual(['fetch', 'fetch']);
  });

  it('is fetch where that works', async () => {
    const page = await open();
    await joinIn(page, { room: freshRoom() });
    expect(await page.evaluate(() => [window.chat.transport, window.chat.why])).toEqual(['fetch', 'fetch works here']);
  });

  it('is JSONP where the policy forbids to connect, with nothing else allowed than scripts of the server', async () => {
    const headers = { 'content-security-policy': `default-src 'none'; script-src ${api}` };
    const page = await open(site.library(api, { path: '/strict', headers }));
    await joinIn(page, { room: freshRoom() });
    expect(await page.evaluate(() => window.chat.why)).toBe("this page's policy (connect-src) forbids fetch");
    await page.evaluate(() => window.chat.send('through'));
    await until(async () => (await textsIn(page)).length === 1, 'the message');
  });

  it('is JSONP with the nonce of its own tag where the policy wants one', async () => {
    const headers = { 'content-security-policy': "default-src 'none'; script-src 'nonce-abc'" };
    const page = await open(
      site.serve('/nonce', `<!doctype html><script nonce="abc" src="${api}/chat.js"></script>`, headers),
    );
    await joinIn(page, { room: freshRoom() });
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
    }, freshRoom());
    expect(said).toEqual(['null', 'from nowhere', 'fetch']);
  });
});

describe('script tags', () => {
  it('and callbacks are gone when they are done, and a late answer does nothing', async () => {
    const page = await open(site.library(link.url, { path: '/late' }));
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await joinIn(page, { room: freshRoom(), transport: 'jsonp', server: link.url });
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
  });

  it('hold no poll before the page has loaded, so its loading indicator stops', async () => {
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
      NobackendChat.join({ room: '${freshRoom()}', transport: 'jsonp', tabs: 'own' });</script><img src="/slow.png">`,
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
  });

  it('poll all the same when the page does not come to an end of loading', async () => {
    const page = await open(site.library(link.url, { path: '/endless' }));
    await page.clock.install();
    await page.route('**/endless.png', () => undefined);
    site.serve(
      '/endless',
      `<!doctype html><script src="${link.url}/chat.js"></script><script>
      NobackendChat.join({ room: '${freshRoom()}', transport: 'jsonp', tabs: 'own' });</script><img src="/endless.png">`,
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
  });
});
