/** The browser library goes over from polls to a stream, acknowledges, and shares the browser's connections. */
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { JoinOptions } from '../../apps/web/client/api.js';
import { joinIn, textsIn } from '../support/browser.js';
import { numbered } from '../support/elsewhere.js';
import { browserTest } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import type { TestSystem } from '../support/processes.js';
import { givenUp, hears, StreamPages } from '../support/stream-pages.js';
import { until } from '../support/until.js';

const it = browserTest;
let system: TestSystem, browser: Browser, link: Link, api: string;
let room: string, pages: StreamPages;
it.beforeEach(({ stage }) => {
  ({ system, browser, link, api, room } = stage);
  pages = new StreamPages(stage);
});

describe('the library', () => {
  it('begins with a poll, goes over to a stream, and has everything by it, once and in order', async () => {
    const page = await pages.streaming();
    const before = pages.polls;
    await pages.say(...numbered(60));
    await hears(page, 60);
    expect(await textsIn(page)).toEqual(numbered(60));
    expect([pages.polls - before, pages.streams]).toEqual([0, 1]);
    expect(link.seen.findIndex((path) => /\/poll\b/.test(path))).toBeLessThan(
      link.seen.findIndex((path) => /\/stream\b/.test(path)),
    );
    expect(await page.evaluate(() => window.states)).toEqual(['online']);
  });

  it.each<JoinOptions>([{ transport: 'poll' }, { transport: 'jsonp' }])('opens no stream with %j', async (options) => {
    const page = await pages.open();
    await joinIn(page, { room, ...options });
    await pages.say(...numbered(3));
    await hears(page, 3);
    expect(pages.streams).toBe(0);
    expect(await page.evaluate(() => window.chat.transport)).toBe(options.transport === 'jsonp' ? 'jsonp' : 'fetch');
  });

  it('acknowledges after 50 events, or some time after fewer', async () => {
    const page = await pages.streaming({ clock: true });
    await pages.say(...numbered(55));
    await hears(page, 55);
    await until(() => pages.acks === 1, 'the acknowledgement of 50');
    await pages.say('one more');
    await hears(page, 56);
    await page.clock.fastForward(10_000);
    await until(() => pages.acks === 2, 'another one');
  });

  it('acknowledges when the page goes, and a page that is loaded again loses nothing', async () => {
    const page = await pages.streaming();
    await pages.say('before');
    await hears(page, 1);
    await page.goto('about:blank');
    await until(() => pages.acks === 1, 'the acknowledgement');
    await pages.say('meanwhile');
    await page.goBack();
    await joinIn(page, { room });
    const { history } = await page.evaluate(() => window.chat.ready);
    await pages.say('after');
    await hears(page, 1);
    const shown = history.filter(({ type }) => type === 'message').map(({ text }) => text);
    expect([...shown, ...(await textsIn(page))]).toEqual(['before', 'meanwhile', 'after']);
  });

  it('changes from stream to poll and back while much is said, and has everything once and in order', async () => {
    const page = await pages.streaming();
    const said = Promise.all([pages.say(...numbered(100)), page.evaluate(() => window.chat.send('mine'))]);
    for (let i = 0; i < 10; i += 1) {
      await page.evaluate(() => dispatchEvent(new Event('online'))); // it polls, and opens another stream
      await until(() => pages.streams > i + 1, 'another stream');
    }
    await said;
    await hears(page, 101);
    expect((await textsIn(page)).filter((text) => text !== 'mine')).toEqual(numbered(100));
  });

  it('polls when its stream takes up a connection that others wait for, again and again', async () => {
    const page = await pages.streaming();
    link.troubles = [{ path: /\/members/, how: 'delay', afterMs: 2_500 }];
    await page.evaluate(() => window.chat.members());
    await until(() => pages.streams === 2, 'a second stream');
    await page.evaluate(() => window.chat.members());
    await until(async () => (await givenUp(page)) === 'crowded', 'polls');
    await pages.say(...numbered(3));
    await hears(page, 3);
    expect(pages.streams).toBe(2);
  });

  it('opens its stream anew after a minute, so that other pages get a connection', async () => {
    const page = await pages.streaming({ clock: true });
    const before = pages.polls;
    await pages.liveFor(page, 4);
    await until(() => pages.streams === 2, 'another stream');
    await pages.say('4');
    await hears(page, 5);
    expect(await textsIn(page)).toEqual(numbered(5));
    expect(pages.polls).toBe(before);
    const [first, second] = link.seen.filter((path) => /\/stream\b/.test(path));
    expect(second).not.toBe(first); // it goes on behind what the first one has given
  });

  it('has one stream for all tabs', async () => {
    const context = await browser.newContext();
    const first = await pages.streaming({ context });
    const second = await pages.open({ context });
    await joinIn(second, { room });
    await pages.say(...numbered(5));
    for (const page of [first, second]) await hears(page, 5);
    expect(pages.streams).toBe(1);
    await first.close();
    await until(() => pages.streams === 2, "the second tab's stream");
    await pages.say(...numbered(5, 5));
    await hears(second, 10);
    expect(await textsIn(second)).toEqual(numbered(10));
  });
});

describe('many streams', () => {
  it('of one site take turns: over HTTP/1.1 a seventh page comes in, too', async () => {
    const context = await browser.newContext();
    await context.clock.install();
    const all = await Promise.all(Array.from({ length: 6 }, () => pages.open({ context })));
    for (const page of all) await joinIn(page, { room, tabs: 'own' });
    await until(() => link.held(/\/stream\b/) === 6, 'six streams');
    const seventh = await pages.open({ context });
    const joined = joinIn(seventh, { room, tabs: 'own', transport: 'fetch' }); // scripts are not held up
    // scripts have connections of their own: this one overtakes what waits for a stream's
    await seventh.evaluate(
      (src) =>
        new Promise((done) => {
          const script = Object.assign(document.createElement('script'), { src, onerror: done });
          document.head.append(script);
        }),
      `${link.url}/nothing.js`,
    );
    expect(pages.seen(/\/join\b/)).toBe(6); // all connections are taken
    let said = 0;
    while (!(await textsIn(seventh)).length) {
      await context.clock.fastForward(7_000);
      await pages.say(String(said++)); // no stream falls silent
      for (const page of all) await hears(page, said);
    }
    await joined;
    const everything = Array.from({ length: said }, (_, i) => String(i));
    for (const page of all) expect(await textsIn(page)).toEqual(everything);
    const heard = await textsIn(seventh);
    expect(heard).toEqual(everything.slice(-heard.length));
  });

  it('end with their process, and are opened again at the next one: each of 50 chats hears everything once', async () => {
    const old = await system.addApi();
    link.retarget(old.url);
    const all = await Promise.all(Array.from({ length: 10 }, () => pages.open()));
    await Promise.all(
      all.map((page) =>
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
    await until(() => pages.streams === 50, '50 streams', 30_000);
    await pages.say(...numbered(5));
    link.retarget(api);
    const stopped = old.stop();
    await pages.say(...numbered(5, 5));
    expect(await stopped).toBe(0);
    await until(() => pages.streams === 100, '50 streams more', 30_000);
    await pages.say(...numbered(5, 10));
    const heardBy = (page: Page): Promise<string[][]> =>
      page.evaluate(() => (window as unknown as { heard: string[][] }).heard);
    for (const page of all) {
      await until(async () => (await heardBy(page)).every(({ length }) => length >= 15), 'all messages', 30_000);
      expect(await heardBy(page)).toEqual(Array(5).fill(numbered(15)));
      expect(await page.evaluate(() => window.states)).toEqual(Array(5).fill(['online']));
    }
    expect(pages.streams).toBe(100);
  });
});
