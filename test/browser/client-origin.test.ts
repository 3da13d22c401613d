/**
 * Other pages of the same origin, copies of a tab, and the transports in which a page may load the library or forbid it
 * something.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { JoinOptions, TransportName } from '../../apps/web/client/api.js';
import { joinIn, type Site, textsIn } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = browserTest;
let browser: Browser, site: Site, link: Link, api: string;
let room: string, context: BrowserContext;
it.beforeEach(({ stage }) => {
  ({ browser, site, link, api } = stage);
});

/** A page in a browser of its own. */
async function first(address = site.library(link.url)): Promise<Page> {
  room = freshRoom();
  context = await browser.newContext();
  return next(address);
}

/** One more page in that browser. */
async function next(address = site.library(link.url)): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

const idOf = (page: Page): Promise<number> => page.evaluate(() => window.chat.user?.id ?? 0);
const stateOf = (page: Page): Promise<string> => page.evaluate(() => window.chat.state);

describe('another page of the origin', () => {
  const HUGE = '9999999999999-0';
  const forged = (at: string, text: string): object => ({
    kind: 'event',
    after: '0-0',
    event: { type: 'message', room: at, id: HUGE, at: 1, from: { id: 1, name: 'eve' }, text },
  });

  it('hears nothing on the channel that the tabs had before, and says nothing there', async () => {
    const leader = await first();
    await joinIn(leader, { room });
    const stranger = await next(site.serve('/stranger', '<p>stranger'));
    await stranger.evaluate(
      ([name, event]) => {
        const channel = new BroadcastChannel(name as string);
        Object.assign(window, { heard: [], channel });
        channel.onmessage = ({ data }) => (window as unknown as { heard: unknown[] }).heard.push(data);
        channel.postMessage({ kind: 'hello' });
        channel.postMessage(event);
      },
      [`nobackend-chat ${link.url} ${room} `, forged(room, 'forged')] as const,
    );
    const follower = await next();
    await joinIn(follower, { room });
    expect(await idOf(follower)).toBe(await idOf(leader));
    await follower.evaluate(() => window.chat.send('hello'));
    for (const page of [leader, follower]) await until(async () => (await textsIn(page)).length === 1, 'the message');
    for (const page of [leader, follower]) expect(await textsIn(page)).toEqual(['hello']);
    expect(await stranger.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([]);
    const locks = await stranger.evaluate(async () => JSON.stringify(await navigator.locks.query()));
    const secret = await leader.evaluate(() => localStorage.getItem('nobackend-chat-tabs') ?? '');
    expect(secret).toMatch(/^\d{60,80}$/);
    expect(locks).not.toContain(secret.slice(secret.length / 2));
  });

  it('that has read the storage silences no room by an event with a huge id, nor makes one up', async () => {
    const tabs = [await first(), await next()];
    for (const page of tabs) await joinIn(page, { room });
    const other = await TestUser.join(api, { room });
    await other.send('before');
    for (const page of tabs) await until(async () => (await textsIn(page)).includes('before'), 'the first message');
    const stranger = await next(site.serve('/stranger', '<p>stranger'));
    await stranger.evaluate(
      ([name, ...events]) => {
        const secret = localStorage.getItem('nobackend-chat-tabs') ?? '';
        const channel = new BroadcastChannel(`${name}${secret.slice(secret.length / 2)}`);
        for (const event of events) channel.postMessage(event);
      },
      [`nobackend-chat ${link.url} ${room}  `, forged(room, 'forged'), forged('1:2', 'forged privately')] as const,
    );
    for (const page of tabs)
      await until(async () => (await textsIn(page)).includes('forged'), 'what cannot be told from a tab');
    for (let i = 0; i < 70; i += 1) await other.send(`${i}`);
    await other.send({ text: 'psst', to: await idOf(tabs[0] ?? expect.fail()) });
    const said = ['before', 'forged', ...Array.from({ length: 70 }, (_, i) => `${i}`), 'psst'];
    for (const page of tabs) await until(async () => (await textsIn(page)).length >= said.length, 'all messages');
    for (const page of tabs) expect(await textsIn(page)).toEqual(said);
    expect(link.seen.some((path) => /history/.test(path))).toBe(true);
  });
});

describe('a copy of a tab', () => {
  const copyOf = async (page: Page, options: JoinOptions): Promise<Page> => {
    const [copy] = await Promise.all([
      context.waitForEvent('page'),
      page.evaluate(() => {
        window.open(location.href);
      }),
    ]);
    await copy.waitForFunction(() => window.NobackendChat);
    expect(await copy.evaluate(() => sessionStorage.length)).toBeGreaterThan(0); // window.open copies it
    await joinIn(copy, options);
    return copy;
  };
  const holdsUser = async (): Promise<boolean> =>
    ((await navigator.locks.query()).held ?? []).some(({ name = '' }) => / user \d+$/.test(name));
  const withoutLocks = (): void => {
    Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
  };

  it.each<[string, JoinOptions, JoinOptions, boolean]>([
    ['that asks for another name', {}, { name: 'copy' }, true],
    ['whose tabs are its own', { tabs: 'own' }, { tabs: 'own' }, true],
    ['that alone has tabs of its own', {}, { tabs: 'own' }, true],
    ['on a page without locks', {}, {}, false],
  ])('%s is a user of its own, and both go on, also after a reload', async (_, its, copys, locks) => {
    const page = await first('about:blank');
    if (!locks) await context.addInitScript(withoutLocks);
    await page.goto(site.library(link.url));
    await joinIn(page, { room, ...its });
    if (locks) await until(() => page.evaluate(holdsUser), 'the lock on its user');
    const copy = await copyOf(page, { room, ...copys });
    const [mine, copied] = [await idOf(page), await idOf(copy)];
    expect(copied).not.toBe(mine);
    for (const [one, options] of [
      [page, its],
      [copy, copys],
    ] as const) {
      await one.reload();
      await joinIn(one, { room, ...options });
    }
    expect([await idOf(page), await idOf(copy)]).toEqual([mine, copied]);
    await copy.evaluate(() => window.chat.send('hello'));
    for (const one of [page, copy]) await until(async () => (await textsIn(one)).length === 1, 'the message');
    expect(await Promise.all([page, copy].map(stateOf))).toEqual(['online', 'online']);
  });
});

describe('the library as a module', () => {
  it.each([
    ['by its tag', 'chat.js', (url: string) => `<script type="module" src="${url}"></script>`],
    ['by import()', 'chat.js', (url: string) => `<script>import('${url}')</script>`],
    ['within the element', 'element.js', (url: string) => `<script>import('${url}?v=2')</script>`],
  ])('%s knows its server', async (_, name, tag) => {
    const page = await first(site.serve('/module', `<!doctype html>${tag(`${link.url}/${name}`)}`));
    await page.waitForFunction(() => window.NobackendChat);
    await joinIn(page, { room });
    expect(await page.evaluate(() => window.chat.server)).toBe(link.url);
  });

  it('within the widgets knows its server', async () => {
    const count = `<nobackend-count of="likes" room="${room}"></nobackend-count>`;
    const script = `<script type="module" src="${link.url}/widgets.js"></script>`;
    const page = await first(site.serve('/module', `<!doctype html>${script}${count}`));
    await page.getByRole('button', { name: 'Like 0' }).waitFor();
  });

  it.each(['chat.js', 'chat.mjs'])(
    'that is a part of another file (%s) says at once that it needs the server, and asks nobody',
    async (name) => {
      const text = (await (await fetch(`${api}/${name}`)).text()).replace(
        /export\{(\w+) as join\};?/,
        'window.NobackendChat={join:$1};',
      );
      site.serve('/app.js', text, { 'content-type': 'text/javascript' });
      const page = await first(site.serve('/bundle', '<!doctype html><script type="module" src="/app.js"></script>'));
      await page.waitForFunction(() => window.NobackendChat);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      const failure = await page.evaluate(() =>
        window.NobackendChat.join().ready.then(
          () => null,
          ({ code, field, message }) => ({ code, field, message: message as string }),
        ),
      );
      expect(failure).toEqual({ code: 'bad_request', field: 'server', message: expect.stringContaining('server') });
      expect(asked).toEqual([]);
      await joinIn(page, { room, server: link.url });
    },
  );
});

describe('a page with a <base> of another site', () => {
  it('opens by an owner’s link, and takes the token out of its address', async () => {
    await first('about:blank');
    const { owner } = await ask<{ owner: string }>(api, 'join', { room });
    const address = site.serve(
      '/based',
      `<!doctype html><base href="https://elsewhere.example/"><script src="${api}/element.js"></script><nobackend-chat room="${room}"></nobackend-chat>`,
    );
    const page = await next(`${address}?a=b#owner=${owner}`);
    await page.getByText('Your room').waitFor();
    expect(page.url()).toBe(`${address}?a=b`);
  });
});

describe('a page whose policy', () => {
  const TYPES = "require-trusted-types-for 'script'";
  const strict = (more: string): Promise<Page> =>
    first(site.library(link.url, { path: '/strict', headers: { 'content-security-policy': more } }));
  const failureOf = (page: Page, options: JoinOptions): Promise<string> =>
    page.evaluate((given) => {
      const chat = window.NobackendChat.join(given);
      return chat.ready.then(
        () => 'ready',
        ({ code }: { code: string }) => `${code} ${chat.state}`,
      );
    }, options);

  it.each([TYPES, `${TYPES}; trusted-types nobackend-chat`])(
    'is %s lets script tags through, those of the doctor and of the owner’s tools too',
    async (policy) => {
      const page = await strict(policy);
      await joinIn(page, { room, transport: 'jsonp' });
      await page.evaluate(() => {
        void window.chat.doctor((finding) => {
          Object.assign(window, { finding });
        });
      });
      await page.waitForFunction(() => (window as unknown as { finding?: object }).finding);
      const owned = await next(
        site.serve(
          '/owned',
          `<!doctype html><script src="${api}/element.js"></script><nobackend-chat room="${room}-b"></nobackend-chat>`,
          { 'content-security-policy': policy },
        ),
      );
      await owned.getByRole('button', { name: /^Room/ }).waitFor();
    },
  );

  it('allows no policy of ours is heeded: fetch does the work, script tags fail with a code', async () => {
    const page = await strict(`${TYPES}; trusted-types 'none'`);
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await joinIn(page, { room });
    expect(await page.evaluate(() => [window.chat.transport, window.chat.why])).toEqual(['fetch', 'fetch works here']);
    expect(await failureOf(page, { room, transport: 'jsonp', tabs: 'own' })).toBe('page_policy left');
    expect(
      await page.evaluate(() =>
        window.chat.doctor().then(
          () => '',
          ({ code }: { code: string }) => code,
        ),
      ),
    ).toBe('page_policy');
    expect(errors).toEqual([]);
  });

  it('allows it only later: a server that is away is waited for all the same', async () => {
    const page = await strict(`${TYPES}; trusted-types 'none'`);
    await link.close();
    const joined = joinIn(page, { room });
    await until(async () => (await page.evaluate(() => window.states)).includes('reconnecting'), 'reconnecting');
    await link.open();
    await joined;
  });

  it('forbids fetch and script tags by their type is told at once that nothing can get through', async () => {
    const page = await strict(`connect-src 'none'; ${TYPES}; trusted-types 'none'`);
    expect(await failureOf(page, { room })).toBe('page_policy left');
  });
});

it.each<TransportName>(['fetch', 'jsonp'])(
  'a second client with the page’s token wins by %s, and the page stops quietly',
  async (transport) => {
    const page = await first();
    await joinIn(page, { room, transport, tabs: 'own' });
    const token = await page.evaluate(
      () => Object.values(sessionStorage).map((text) => (JSON.parse(String(text)) as { token: string }).token)[0] ?? '',
    );
    let over = false;
    const polls = (async () => {
      while (!over) await ask(api, 'poll', { token, timeout: 1 }).catch(() => undefined);
    })();
    await until(async () => (await stateOf(page)) === 'left', 'the page to stop', 20_000);
    over = true;
    await polls;
    expect(await page.evaluate(() => window.losses)).toEqual([]);
  },
);
