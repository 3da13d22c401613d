/** The browser library goes over from polls to a stream, and back where streams do not get through. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { JoinOptions } from '../../apps/web/client/api.js';
import { joinIn, type Site, textsIn } from '../support/browser.js';
import { ask } from '../support/client.js';
import { numbered, sendElsewhere } from '../support/elsewhere.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import type { TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';

const it = browserTest;
let system: TestSystem, browser: Browser, site: Site, link: Link, api: string;
let room: string;
it.beforeEach(({ stage }) => {
  ({ system, browser, site, link, api } = stage);
  room = freshRoom();
});

/** A page whose way to the API is the link. `clock`: the test moves its time. */
async function open({ context, clock = false }: { context?: BrowserContext; clock?: boolean } = {}): Promise<Page> {
  const page = await (context ?? (await browser.newContext())).newPage();
  if (clock) await page.clock.install();
  await page.goto(site.library(link.url));
  return page;
}

/** A page that has joined the room and has gone over to a stream. */
async function streaming(options: { context?: BrowserContext; clock?: boolean } = {}): Promise<Page> {
  const before = streams();
  const page = await open(options);
  await joinIn(page, { room });
  await until(() => streams() > before, 'a stream');
  return page;
}

const seen = (pattern: RegExp): number => link.seen.filter((path) => pattern.test(path)).length;
const streams = (): number => seen(/\/stream\b/);
const polls = (): number => seen(/\/poll\b/);
const acks = (): number => seen(/\/ack\b/);
const say = (texts: string[]): Promise<void> => sendElsewhere(api, room, texts);
const hears = (page: Page, count: number): Promise<unknown> =>
  until(async () => (await textsIn(page)).length >= count, `${count} messages`, 30_000);
/** What is stored of why the page polls. */
const givenUp = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => {
    const key = Object.keys(sessionStorage).find((one) => one.startsWith('nobackend-chat')) ?? '';
    return (JSON.parse(sessionStorage.getItem(key) ?? '{}') as { polls?: string }).polls;
  });

describe('the library', () => {
  it('begins with a poll, goes over to a stream, and has everything by it, once and in order', async () => {
    const page = await streaming();
    const before = polls();
    await say(numbered(60));
    await hears(page, 60);
    expect(await textsIn(page)).toEqual(numbered(60));
    expect([polls() - before, streams()]).toEqual([0, 1]);
    expect(link.seen.findIndex((path) => /\/poll\b/.test(path))).toBeLessThan(
      link.seen.findIndex((path) => /\/stream\b/.test(path)),
    );
    expect(await page.evaluate(() => window.states)).toEqual(['online']);
  });

  it.each<JoinOptions>([{ transport: 'poll' }, { transport: 'jsonp' }])('opens no stream with %j', async (options) => {
    const page = await open();
    await joinIn(page, { room, ...options });
    await say(numbered(3));
    await hears(page, 3);
    expect(streams()).toBe(0);
    expect(await page.evaluate(() => window.chat.transport)).toBe(options.transport === 'jsonp' ? 'jsonp' : 'fetch');
  });

  it('acknowledges after 50 events, or some time after fewer', async () => {
    const page = await streaming({ clock: true });
    await say(numbered(55));
    await hears(page, 55);
    await until(() => acks() === 1, 'the acknowledgement of 50');
    await say(['one more']);
    await hears(page, 56);
    await page.clock.fastForward(10_000);
    await until(() => acks() === 2, 'another one');
  });

  it('acknowledges when the page goes, and a page that is loaded again loses nothing', async () => {
    const page = await streaming();
    await say(['before']);
    await hears(page, 1);
    await page.goto('about:blank');
    await until(() => acks() === 1, 'the acknowledgement');
    await say(['meanwhile']);
    await page.goBack();
    await joinIn(page, { room });
    const { history } = await page.evaluate(() => window.chat.ready);
    await say(['after']);
    await hears(page, 1);
    const shown = history.filter(({ type }) => type === 'message').map(({ text }) => text);
    expect([...shown, ...(await textsIn(page))]).toEqual(['before', 'meanwhile', 'after']);
  });

  it('changes from stream to poll and back while much is said, and has everything once and in order', async () => {
    const page = await streaming();
    const said = Promise.all([say(numbered(100)), page.evaluate(() => window.chat.send('mine'))]);
    for (let i = 0; i < 10; i += 1) {
      await page.evaluate(() => dispatchEvent(new Event('online'))); // it polls, and opens another stream
      await until(() => streams() > i + 1, 'another stream');
    }
    await said;
    await hears(page, 101);
    expect((await textsIn(page)).filter((text) => text !== 'mine')).toEqual(numbered(100));
  });

  it('polls when its stream takes up a connection that others wait for, again and again', async () => {
    const page = await streaming();
    link.troubles = [{ path: /\/members/, how: 'delay', afterMs: 2_500 }];
    await page.evaluate(() => window.chat.members());
    await until(() => streams() === 2, 'a second stream');
    await page.evaluate(() => window.chat.members());
    await until(async () => (await givenUp(page)) === 'crowded', 'polls');
    await say(numbered(3));
    await hears(page, 3);
    expect(streams()).toBe(2);
  });

  it('opens its stream anew from time to time, so that other pages get a connection', async () => {
    const page = await streaming({ clock: true });
    await say(numbered(3));
    await hears(page, 3);
    await page.clock.fastForward(60_000); // as long as a stream lives; so the machine may have slept, too
    await until(() => streams() >= 2, 'another stream');
    await say(numbered(3, 3));
    await hears(page, 6);
    expect(await textsIn(page)).toEqual(numbered(6));
    expect(await givenUp(page)).toBe('');
  });

  it('has one stream for all tabs', async () => {
    const context = await browser.newContext();
    const first = await streaming({ context });
    const second = await open({ context });
    await joinIn(second, { room });
    await say(numbered(5));
    for (const page of [first, second]) await hears(page, 5);
    expect(streams()).toBe(1);
    await first.close();
    await until(() => streams() === 2, "the second tab's stream");
    await say(numbered(5, 5));
    await hears(second, 10);
    expect(await textsIn(second)).toEqual(numbered(10));
  });
});

describe('many streams', () => {
  it('of one site take turns: over HTTP/1.1 a seventh page comes in, too', async () => {
    const context = await browser.newContext();
    await context.clock.install();
    const pages = await Promise.all(Array.from({ length: 6 }, () => open({ context })));
    for (const page of pages) await joinIn(page, { room, tabs: 'own' });
    await until(() => streams() === 6, 'six streams');
    const seventh = await context.newPage();
    await seventh.goto(site.library(link.url, { path: '/seventh' }), { waitUntil: 'commit' });
    const isThere = (): Promise<boolean> => seventh.evaluate(() => 'NobackendChat' in window);
    expect(await isThere()).toBe(false); // all connections are taken
    await context.clock.fastForward(60_000);
    await until(isThere, 'the library');
    await joinIn(seventh, { room, tabs: 'own' });
    await say(numbered(3));
    for (const page of [...pages, seventh]) await hears(page, 3);
  });

  it('end with their process, and are opened again at the next one: each of 50 chats hears everything once', async () => {
    const old = await system.addApi();
    link.retarget(old.url);
    const pages = await Promise.all(Array.from({ length: 10 }, () => open()));
    await Promise.all(
      pages.map((page) =>
        page.evaluate(async (at) => {
          // as many chats as leave one of the browser's connections free
          const chats = Array.from({ length: 5 }, () => window.NobackendChat.join({ room: at, tabs: 'own' }));
          const heard = chats.map((): string[] => []);
          const states = chats.map((): string[] => []);
          Object.assign(window, { heard, states });
          for (const [i, chat] of chats.entries()) {
            chat.on('message', ({ text = '' }) => heard[i]?.push(text));
            chat.on('state', ({ state }) => states[i]?.push(state));
          }
          await Promise.all(chats.map(({ ready }) => ready));
        }, room),
      ),
    );
    await until(() => streams() === 50, '50 streams', 30_000);
    await say(numbered(5));
    const before = polls();
    link.retarget(api);
    const stopped = old.stop();
    await say(numbered(5, 5));
    expect(await stopped).toBe(0);
    await until(() => streams() === 100, '50 streams more', 30_000);
    await say(numbered(5, 10));
    const heardBy = (page: Page): Promise<string[][]> =>
      page.evaluate(() => (window as unknown as { heard: string[][] }).heard);
    for (const page of pages) {
      await until(async () => (await heardBy(page)).every(({ length }) => length >= 15), 'all messages', 30_000);
      expect(await heardBy(page)).toEqual(Array(5).fill(numbered(15)));
      expect(await page.evaluate(() => window.states)).toEqual(Array(5).fill(['online']));
    }
    expect([streams(), polls()]).toEqual([100, before]);
  });
});

describe('a stream that does not get through', () => {
  it('because a proxy buffers it: the library polls, says nothing, and does not try again, nor after a reload', async () => {
    link.troubles = [{ path: /\/stream/, how: 'edit', edit: (text) => text }];
    const page = await streaming();
    await say(numbered(3));
    await hears(page, 3);
    await until(async () => (await givenUp(page)) === 'late', 'polls');
    await say(numbered(3, 3));
    await hears(page, 6);
    expect(await textsIn(page)).toEqual(numbered(6));
    expect(await page.evaluate(() => window.states)).toEqual(['online']);
    await page.reload();
    await joinIn(page, { room });
    const before = polls();
    await say(['again']);
    await hears(page, 1);
    expect(polls()).toBeGreaterThan(before);
    expect(streams()).toBe(1);
  });

  it('any more, as it stalls: the library polls after 20 s', async () => {
    link.troubles = [{ path: /\/stream/, how: 'stall', afterMs: 1_000 }];
    const page = await streaming({ clock: true });
    const before = polls();
    await page.waitForTimeout(1_500);
    await say(numbered(3));
    await page.clock.fastForward(21_000);
    await until(async () => (await givenUp(page)) === 'silent', 'polls');
    await hears(page, 3);
    expect(await textsIn(page)).toEqual(numbered(3));
    expect(await page.evaluate(() => window.states)).toEqual(['online']);
    expect([polls() > before, streams()]).toEqual([true, 1]);
  });

  it('for longer than 10 s: the library polls after the second one', async () => {
    link.troubles = [{ path: /\/stream/, how: 'cut', afterMs: 10_000 }];
    const page = await streaming();
    for (let i = 0; i < 5; i += 1) await say([`${i}`]);
    await until(async () => (await givenUp(page)) === 'cut', 'polls', 40_000);
    await say(['5']);
    await hears(page, 6);
    expect(await textsIn(page)).toEqual(numbered(6));
    expect(await page.evaluate(() => window.states)).toEqual(['online']);
    expect(streams()).toBe(2);
  });

  it('because the server refuses it: the library polls after the second one', async () => {
    const refusal = '{"ok":false,"error":{"code":"unavailable","status":503,"message":"full","retryAfter":1}}';
    link.troubles = [{ path: /\/stream/, how: 'answer', text: `event: error\nretry: 1000\ndata: ${refusal}\n\n` }];
    const page = await streaming();
    await page.evaluate(() => window.chat.send('hello'));
    await hears(page, 1);
    await until(async () => (await givenUp(page)) === 'refused', 'polls');
    expect(await page.evaluate(() => window.states)).toEqual(['online']);
    expect(streams()).toBe(2);
  });
});

describe('a stream that ends with the network', () => {
  it('is opened again when the network is back, whatever was lost on the way', async () => {
    const page = await streaming();
    await link.close();
    await say(numbered(3));
    await until(async () => (await page.evaluate(() => window.chat.state)) === 'reconnecting', 'reconnecting');
    await link.open();
    await hears(page, 3);
    const before = streams();
    await until(() => streams() > before || before > 1, 'another stream');
    expect(await textsIn(page)).toEqual(numbered(3));
    expect(await givenUp(page)).toBe('');
  });

  it('and with a machine that slept, says nothing about streams', async () => {
    link.troubles = [{ path: /\/stream/, how: 'stall', afterMs: 500, times: 1 }];
    const page = await streaming({ clock: true });
    await page.waitForTimeout(1_000);
    await page.clock.fastForward(3_600_000);
    await say(['good morning']);
    await hears(page, 1);
    await until(() => streams() === 2, 'another stream');
    expect(await givenUp(page)).toBe('');
  });
});

describe('a stream that says', () => {
  const answerOnce = (message: object): void => {
    const data = JSON.stringify({ ok: true, cursor: 'none', events: [], ...message });
    link.troubles = [{ path: /\/stream/, how: 'answer', text: `id: none\ndata: ${data}\n\n`, times: 1 }];
  };

  it.each([{ reset: true }, { missed: 1 }])('%j: the library compares with the history, and goes on', async (said) => {
    answerOnce(said);
    const page = await streaming();
    await until(() => seen(/\/history\b/) > 0, 'the history');
    await until(() => streams() === 2, 'another stream');
    await say(numbered(3));
    await hears(page, 3);
    expect(await textsIn(page)).toEqual(numbered(3));
    expect(await page.evaluate(() => window.losses)).toEqual([]);
  });
});

describe('a page whose token another one uses', () => {
  it('gives way in the end, by streams too', async () => {
    const page = await streaming();
    const token = await page.evaluate(() => {
      const key = Object.keys(sessionStorage).find((one) => one.startsWith('nobackend-chat')) ?? '';
      return (JSON.parse(sessionStorage.getItem(key) ?? '{}') as { token: string }).token;
    });
    const givesWay = async (): Promise<boolean> => {
      await ask(api, 'poll', { token, timeout: 1 }).catch(() => undefined);
      return (await page.evaluate(() => window.chat.state)) === 'left';
    };
    await until(givesWay, 'to give way', 20_000);
    expect(await page.evaluate(() => window.losses)).toEqual([]);
  });
});
