/** The library in pages that close, reload, sleep, lack APIs or ask nonsense, and on a server that is rolled over. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { TransportName } from '../../apps/web/client/api.js';
import { joinIn, type Site, textsIn, WAITING, WAYS } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import type { TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';

const it = browserTest;
let system: TestSystem, browser: Browser, site: Site, link: Link, api: string;
let room: string;
it.beforeEach(({ stage }) => {
  ({ system, browser, site, link, api } = stage);
});

async function newContext(): Promise<BrowserContext> {
  const context = await browser.newContext();
  return context;
}

/** A page whose way to the API is the link. `prepare` runs in it before everything else. */
async function open({
  context,
  path = '/',
  prepare,
}: {
  context?: BrowserContext;
  path?: string;
  prepare?: () => void;
} = {}): Promise<Page> {
  const page = await (context ?? (await newContext())).newPage();
  if (prepare) await page.addInitScript(prepare);
  await page.goto(site.library(link.url, { path }));
  return page;
}

const fresh = (): string => (room = freshRoom());
const idOf = (page: Page): Promise<number> => page.evaluate(() => window.chat.user?.id ?? 0);

async function somebody(): Promise<{ say(text: string): Promise<unknown>; members(): Promise<number[]> }> {
  const { token } = await ask<{ token: string }>(api, 'join', { room });
  return {
    say: (text) => ask(api, 'send', { token, room, text }),
    members: async () =>
      (await ask<{ members: { id: number }[] }>(api, 'members', { token, room })).members.map(({ id }) => id),
  };
}

describe('a page that goes', () => {
  it('takes its user with it within seconds, unless it reloads, goes on to the next of its site, or has another tab', async () => {
    fresh();
    const [reloading, going, leading, closing] = [await open(), await open(), await open(), await open()];
    for (const page of [reloading, going, leading, closing]) await joinIn(page, { room });
    const following = await open({ context: leading.context() });
    await joinIn(following, { room });
    const other = await somebody();
    const stay = await Promise.all([reloading, going, following].map(idOf));
    const goes = await idOf(closing);
    expect(new Set([...stay, goes, await idOf(leading)]).size).toBe(4);

    await reloading.reload();
    await joinIn(reloading, { room });
    await going.goto(site.library(link.url, { path: '/next' }));
    await joinIn(going, { room });
    await leading.close();
    await closing.close(); // the last to say goodbye: when it has gone, so would the others have
    await until(async () => !(await other.members()).includes(goes), 'the closed one to be gone', 20_000);
    expect(await other.members()).toEqual(expect.arrayContaining(stay));
    expect(await Promise.all([reloading, going, following].map(idOf))).toEqual(stay);
    expect(link.seen.filter((path) => /leave/.test(path))).toHaveLength(4);
    await other.say('who is left?');
    for (const page of [reloading, going, following])
      await until(async () => (await textsIn(page)).length === 1, 'the message');
  });
});

describe('a machine that slept', () => {
  it.each(WAYS)('asks anew by %s when it notices, though the old request never ends', async (transport) => {
    // the clock jumps while timers stand still, and the connection is dead without a word
    const page = await open({
      prepare: () => {
        const real = window.setInterval.bind(window);
        Object.assign(window, { setInterval: (act: () => void) => real(act, 50) });
      },
    });
    link.troubles = [{ path: WAITING[transport], how: 'delay', afterMs: 120_000, times: 1 }];
    await joinIn(page, { room: fresh(), transport });
    const before = await idOf(page);
    await until(
      () => link.seen.some((path) => WAITING[transport].test(path)),
      'the poll or stream that is held for ever',
    );
    await page.evaluate(() => {
      const real = Date.now.bind(Date);
      Date.now = () => real() + 7_200_000;
    });
    await (await somebody()).say('good morning');
    await until(async () => (await textsIn(page)).length === 1, 'the message');
    expect(await idOf(page)).toBe(before);
  });
});

describe('a server that is rolled over', () => {
  it.each(WAYS)('is not noticed by %s', async (transport) => {
    const old = await system.addApi();
    link.retarget(old.url);
    const page = await open();
    await joinIn(page, { room: fresh(), transport });
    const before = await idOf(page);
    const other = await somebody();
    await until(() => link.seen.some((path) => WAITING[transport].test(path)), 'a held poll or stream');
    link.retarget(api);
    const stopped = old.stop();
    await Promise.all(Array.from({ length: 10 }, (_, i) => other.say(`${i}`)));
    await stopped;
    await page.evaluate(() => window.chat.send('mine'));
    await until(async () => (await textsIn(page)).length === 11, 'all messages');
    expect(await idOf(page)).toBe(before);
    expect(await page.evaluate(() => [window.states, window.losses])).toEqual([['online'], []]);
  });
});

describe('a page without', () => {
  it.each([
    ['Web Locks', () => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })],
    [
      'BroadcastChannel',
      () => {
        delete (window as { BroadcastChannel?: unknown }).BroadcastChannel;
      },
    ],
  ])('%s is a user of its own in every tab', async (_, prepare) => {
    const context = await newContext();
    const tabs = [await open({ context, prepare }), await open({ context, prepare })];
    fresh();
    for (const tab of tabs) await joinIn(tab, { room });
    const [first, second] = await Promise.all(tabs.map(idOf));
    expect(second).not.toBe(first);
    await tabs[0]?.evaluate(() => window.chat.send('hello'));
    for (const tab of tabs) await until(async () => (await textsIn(tab)).length === 1, 'the message');
    await tabs[0]?.evaluate(() => window.chat.leave());
    expect(await (await somebody()).members()).toContain(second);
  });
});

describe.each<TransportName>(['fetch', 'jsonp'])('nonsense by %s', (transport) => {
  it('is refused with a code, and holds nothing up', async () => {
    const page = await open();
    await joinIn(page, { room: fresh(), transport });
    const codes = await page.evaluate(async () => {
      const circular: { self?: object } = {};
      circular.self = circular;
      const send = window.chat.send.bind(window.chat) as (...given: unknown[]) => Promise<unknown>;
      const all = [[], [null], [{}], [''], [7], [{ data: circular }], [{ data: 1n }]];
      return Promise.all(
        all.map((given) =>
          send(...given).then(
            () => 'sent',
            ({ code, name }) => `${name} ${code}`,
          ),
        ),
      );
    });
    expect(codes).toEqual(codes.map(() => 'ChatError bad_request'));
    await page.evaluate(() => window.chat.send('half an emoji: \ud83d').catch(() => undefined));
    await page.evaluate(() => window.chat.send('sense'));
    await until(async () => (await textsIn(page)).includes('sense'), 'the message');
  });

  it('for a name, empty or blank or missing, gives a guest', async () => {
    const page = await open();
    const names = await page.evaluate(
      ([at, how]) =>
        Promise.all(
          ['', '  ', null, undefined].map(async (name) => {
            const chat = window.NobackendChat.join({
              room: at,
              transport: how as 'fetch',
              name: name as string,
              tabs: 'own',
            });
            return (await chat.ready).user.name;
          }),
        ),
      [fresh(), transport] as const,
    );
    expect(names.map((name) => name.replace(/\d+$/, ''))).toEqual(Array(4).fill('guest-'));
  });
});

describe('script tags', () => {
  it('and callbacks are gone after a request that failed, too', async () => {
    const page = await open();
    await joinIn(page, { room: fresh(), transport: 'jsonp' });
    link.troubles = [
      { path: /\/members/, how: 'refuse', times: 2 },
      { path: /\/members/, how: 'edit', edit: () => 'not a script', times: 1 },
    ];
    expect(await page.evaluate(() => window.chat.members())).toHaveLength(1);
    const left = (): Promise<number[]> =>
      page.evaluate(() => [
        document.scripts.length,
        Object.keys((window as unknown as { __nobackendChat: { calls: object } }).__nobackendChat.calls).length,
      ]);
    await until(async () => (await left()).join() === '2,1', 'only the library and the held poll to be left');
  });
});

describe.each<TransportName>(['jsonp', 'fetch'])('who owns the room, by %s', (transport) => {
  /** The token of the page's user. */
  const token = (page: Page): Promise<string> =>
    page.evaluate(() => {
      const key = Object.keys(sessionStorage).find((one) => one.startsWith('nobackend-chat')) ?? '';
      return (JSON.parse(sessionStorage.getItem(key) ?? '{}') as { token: string }).token;
    });
  const audit = (page: Page): Promise<{ role?: string; rules: object }> =>
    page.evaluate(() => window.chat.call('audit', { room: window.chat.room }));

  it('calls any operation, is told its role, and is the owner again when the server has forgotten it; another room that refuses it ends nothing', async () => {
    const page = await open();
    await joinIn(page, { room: fresh(), transport });
    const owner = await page.evaluate(async () => [(await window.chat.ready).role, window.chat.owner]);
    expect(owner).toEqual(['owner', expect.stringMatching(/^[\w-]{24}$/)]);
    await page.evaluate(() => window.chat.call('rules', { room: window.chat.room, words: ['rude', 'ab*'], slow: 1 }));
    expect((await audit(page)).rules).toEqual({ slow: 1, words: ['rude', 'ab*'] });
    const failure = await page.evaluate(() =>
      window.chat.call('remove', { room: window.chat.room, id: 'none' }).then(
        () => '',
        ({ code }: { code: string }) => code,
      ),
    );
    expect(failure).toBe('bad_request');
    const other = await ask<{ token: string }>(api, 'join', { room: `${room}-other` });
    await page.evaluate((at) => window.chat.enter(at), `${room}-other`);
    await ask(api, 'rules', { token: other.token, room: `${room}-other`, closed: true });
    await ask(api, 'leave', { token: await token(page) });
    await page.evaluate(() => window.chat.send('back'));
    await until(async () => (await textsIn(page)).includes('back'), 'the message');
    expect((await audit(page)).role).toBe('owner');
    expect(await page.evaluate(() => window.losses)).toEqual([]);
  });
});
