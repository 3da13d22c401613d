/** The browser library goes back to polls where streams do not get through, and only there. */
import { describe, expect } from 'vitest';
import { joinIn, textsIn } from '../support/browser.js';
import { ask } from '../support/client.js';
import { numbered } from '../support/elsewhere.js';
import { browserTest } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import { givenUp, hears, StreamPages } from '../support/stream-pages.js';
import { until } from '../support/until.js';

const it = browserTest;
let link: Link, api: string;
let room: string, pages: StreamPages;
it.beforeEach(({ stage }) => {
  ({ link, api, room } = stage);
  pages = new StreamPages(stage);
});

describe('a stream that does not get through', () => {
  it('because a proxy buffers it: the library polls, says nothing, and does not try again, nor after a reload', async () => {
    link.troubles = [{ path: /\/stream\?/, how: 'edit', edit: (text) => text }];
    const page = await pages.streaming({ clock: true });
    await pages.say(...numbered(3));
    await page.clock.fastForward(5_000);
    await hears(page, 3);
    await until(async () => (await givenUp(page)) === 'late', 'polls');
    await pages.say(...numbered(3, 3));
    await hears(page, 6);
    expect(await textsIn(page)).toEqual(numbered(6));
    expect(await page.evaluate(() => window.states)).toEqual(['online']);
    await page.reload();
    await joinIn(page, { room });
    const before = pages.polls;
    await pages.say('again');
    await hears(page, 1);
    await until(() => pages.polls > before, 'another poll');
    expect(pages.streams).toBe(1);
  });

  it('any more, as it stalls: the library polls after 20 s', async () => {
    link.troubles = [{ path: /\/stream\?/, how: 'stall', afterMs: 1_000 }];
    const page = await pages.streaming({ clock: true });
    const before = pages.polls;
    await page.waitForTimeout(1_500);
    await pages.say(...numbered(3));
    await page.clock.fastForward(21_000);
    await until(async () => (await givenUp(page)) === 'silent', 'polls');
    await hears(page, 3);
    expect(await textsIn(page)).toEqual(numbered(3));
    expect(await page.evaluate(() => window.states)).toEqual(['online']);
    expect([pages.polls > before, pages.streams]).toEqual([true, 1]);
  });

  it('any more, as it stalls after others that lived for a minute: the library polls after the second one', async () => {
    const page = await pages.streaming({ clock: true });
    link.troubles = [{ path: /\/stream\?/, how: 'stall', afterMs: 300 }];
    await pages.liveFor(page, 4);
    for (const count of [2, 3]) {
      await until(() => pages.streams === count, 'another stream');
      await page.waitForTimeout(600);
      expect(await givenUp(page)).toBe('');
      await page.clock.fastForward(21_000);
    }
    await until(async () => (await givenUp(page)) === 'silent', 'polls');
  });

  it('for longer than 10 s: the library polls after the second one', async () => {
    link.troubles = [{ path: /\/stream\?/, how: 'cut', afterMs: 2_000 }];
    const page = await pages.streaming({ clock: true });
    await page.clock.fastForward(8_000);
    for (let i = 0; i < 5; i += 1) await pages.say(`${i}`);
    await until(() => pages.streams === 2, 'another stream');
    await page.clock.fastForward(8_000);
    await until(async () => (await givenUp(page)) === 'cut', 'polls', 40_000);
    await pages.say('5');
    await hears(page, 6);
    expect(await textsIn(page)).toEqual(numbered(6));
    expect(await page.evaluate(() => window.states)).toEqual(['online']);
    expect(pages.streams).toBe(2);
  });

  it('because the server refuses it: the library polls after the second one', async () => {
    const refusal = '{"ok":false,"error":{"code":"unavailable","status":503,"message":"full","retryAfter":1}}';
    link.troubles = [{ path: /\/stream\?/, how: 'answer', text: `event: error\nretry: 1000\ndata: ${refusal}\n\n` }];
    const page = await pages.streaming();
    await page.evaluate(() => window.chat.send('hello'));
    await hears(page, 1);
    await until(async () => (await givenUp(page)) === 'refused', 'polls');
    expect(await page.evaluate(() => window.states)).toEqual(['online']);
    expect(pages.streams).toBe(2);
  });
});

describe('a stream that ends with the network', () => {
  it('is opened again when the network is back, whatever was lost on the way', async () => {
    const page = await pages.streaming();
    await link.close();
    await pages.say(...numbered(3));
    await until(async () => (await page.evaluate(() => window.chat.state)) === 'reconnecting', 'reconnecting');
    await link.open();
    await hears(page, 3);
    const before = pages.streams;
    await until(() => pages.streams > before || before > 1, 'another stream');
    expect(await textsIn(page)).toEqual(numbered(3));
    expect(await givenUp(page)).toBe('');
  });

  it.each([40_000, 3_600_000])('and with a machine that slept for %i ms, says nothing about streams', async (ms) => {
    link.troubles = [{ path: /\/stream\?/, how: 'stall', afterMs: 500, times: 1 }];
    const page = await pages.streaming({ clock: true });
    await page.waitForTimeout(1_000);
    await page.clock.fastForward(ms);
    await pages.say('good morning');
    await hears(page, 1);
    await until(() => pages.streams === 2, 'another stream');
    expect(await givenUp(page)).toBe('');
  });
});

describe('a stream that says', () => {
  const answerOnce = (message: object): void => {
    const data = JSON.stringify({ ok: true, cursor: 'none', events: [], ...message });
    link.troubles = [{ path: /\/stream\?/, how: 'answer', text: `id: none\ndata: ${data}\n\n`, times: 1 }];
  };

  it.each([{ reset: true }, { missed: 1 }])('%j: the library compares with the history, and goes on', async (said) => {
    answerOnce(said);
    const page = await pages.streaming();
    await until(() => pages.seen(/\/history\b/) > 0, 'the history');
    await until(() => pages.streams === 2, 'another stream');
    await pages.say(...numbered(3));
    await hears(page, 3);
    expect(await textsIn(page)).toEqual(numbered(3));
    expect(await page.evaluate(() => window.losses)).toEqual([]);
  });

  it('that something is missed: no other request waits for events before the history has come', async () => {
    answerOnce({ missed: 1 });
    const page = await pages.open();
    let goOn: (() => void) | undefined;
    await page.route(/\/history/, async (route) => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      await route.continue();
    });
    await joinIn(page, { room });
    const history = await until(() => goOn, 'a request for the history');
    const before = pages.polls;
    await page.evaluate(() => dispatchEvent(new Event('online'))); // it would poll at once
    await page.waitForTimeout(1_000);
    expect(pages.polls).toBe(before);
    history();
    await until(() => pages.streams === 2, 'another stream');
  });
});

describe('a page whose token another one uses', () => {
  it('gives way in the end, by streams too', async () => {
    const page = await pages.streaming();
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
