/** What the browser library lives through: networks, servers and pages that come and go. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Answers } from '../../apps/web/client/answers.js';
import type { TransportName } from '../../apps/web/client/api.js';
import { joinIn, launchBrowser, launchWholeBrowser, Site, textsIn } from '../support/browser.js';
import { ask, Refused } from '../support/client.js';
import { Link } from '../support/link.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { openRedis, wipe } from '../support/redis.js';
import { until } from '../support/until.js';

let system: TestSystem, browser: Browser, site: Site, link: Link, api: string, room: string;
let contexts: BrowserContext[] = [];
let rooms = 0;

beforeAll(async () => {
  // small bounds, so that a short absence is enough to overrun them
  const env = { RATE_LIMITS: 'off', INBOX_MAX: 10, HISTORY: 60 };
  [system, browser, site] = await Promise.all([startSystem({ env }), launchBrowser(), Site.start()]);
  api = system.urls[0] ?? '';
  link = await Link.start(api);
});

afterAll(async () => {
  await browser?.close();
  await link?.close();
  await Promise.all([site?.stop(), system?.stop()]);
});

afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
  link.troubles = [];
  link.seen.length = 0;
});

/** A page whose way to the API is the link. */
async function open(context?: BrowserContext): Promise<Page> {
  const own = context ?? (await browser.newContext());
  contexts.push(own);
  const page = await own.newPage();
  await page.goto(site.library(link.url));
  return page;
}

const fresh = (): string => (room = `survival-${++rooms}`);
const stateOf = (page: Page): Promise<string> => page.evaluate(() => window.chat.state);
const losses = (page: Page): Promise<string[]> => page.evaluate(() => window.losses);

/** Somebody else in the room, straight at the API. */
/** Sends, and waits until all of it has been delivered: until then the log keeps more than its history. */
async function sendFromElsewhere(texts: string[]): Promise<void> {
  const { token } = await ask<{ token: string }>(api, 'join', { room });
  for (const text of texts) await ask(api, 'send', { token, room, text });
  let cursor: string | undefined;
  const heardLast = async (): Promise<boolean> => {
    const answer: Answers['poll'] = await ask(api, 'poll', { token, cursor, timeout: 1 });
    ({ cursor } = answer);
    return answer.events.some((event) => 'text' in event && event.text === texts.at(-1));
  };
  await until(heardLast, 'all is delivered');
}

const numbered = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `${from + i}`);

describe.each<TransportName>(['jsonp', 'fetch'])('by %s, the library survives', (transport) => {
  it('a server that is away for a while', async () => {
    const page = await open();
    const before = await joinIn(page, { room: fresh(), transport });
    await link.close();
    await until(async () => (await stateOf(page)) === 'reconnecting', 'reconnecting');
    const sent = page.evaluate(() => window.chat.send('written meanwhile'));
    await link.open();
    await sent;
    await until(async () => (await stateOf(page)) === 'online', 'online', 20_000);
    await until(async () => (await textsIn(page)).includes('written meanwhile'), 'the message');
    expect(await page.evaluate(() => window.chat.user)).toEqual(before);
    expect(await losses(page)).toEqual([]);
  });

  it('a move to another API process', async () => {
    const page = await open();
    const before = await joinIn(page, { room: fresh(), transport });
    const other = await system.addApi();
    link.retarget(other.url);
    await link.close();
    await link.open();
    await page.evaluate(() => window.chat.send('moved'));
    await until(async () => (await textsIn(page)).length === 1, 'the message', 20_000);
    expect(await page.evaluate(() => window.chat.user)).toEqual(before);
    link.retarget(api);
  });

  it('a wiped server: joins again under its name and goes on', async () => {
    const page = await open();
    const { name } = await joinIn(page, { room: fresh(), name: `Ann ${transport}`, transport });
    await page.evaluate(() => window.chat.send('before'));
    await until(async () => (await textsIn(page)).length === 1, 'before');
    const redis = openRedis(system.redis.url);
    await wipe(redis);
    redis.disconnect();
    await page.evaluate(() => window.chat.send('after'));
    await until(async () => (await textsIn(page)).length === 2, 'after', 30_000);
    expect(await textsIn(page)).toEqual(['before', 'after']);
    expect(await page.evaluate(() => window.chat.user?.name)).toBe(name);
    expect(await losses(page)).toEqual([`reset ${room}`]);
    expect(await stateOf(page)).toBe('online');
  });

  it('a server that has forgotten its user: whom it had blocked is blocked again', async () => {
    const page = await open();
    const { id } = await joinIn(page, { room: fresh(), transport });
    const bert = await ask<{ user: { id: number }; token: string }>(api, 'join', { room });
    expect(await page.evaluate((user) => window.chat.block(user), bert.user.id)).toEqual([bert.user.id]);
    await page.evaluate(() => window.chat.call('leave'));
    await until(() => page.evaluate((former) => window.chat.user?.id !== former, id), 'another user');
    const anew = await page.evaluate(() => window.chat.user?.id ?? 0);
    const send = () => ask(api, 'send', { token: bert.token, to: anew, text: 'x' });
    const isBlocked = (error: unknown): boolean => error instanceof Refused && error.failure.reason === 'blocked';
    await until(() => send().then(() => false, isBlocked), 'the block');
    expect(await page.evaluate((user) => window.chat.unblock(user), bert.user.id)).toEqual([]);
    await send();
  });

  it('a wiped server that a send notices before the held poll does: once, and at once', async () => {
    const page = await open();
    const { name } = await joinIn(page, { room: fresh(), name: `Late ${transport}`, transport });
    await until(() => link.seen.some((path) => /\/poll/.test(path)), 'a held poll');
    const redis = openRedis(system.redis.url);
    await wipe(redis);
    redis.disconnect();
    await page.evaluate(() => Promise.all(['a', 'b', 'c'].map((text) => window.chat.send(text))));
    await until(async () => (await textsIn(page)).length === 3, 'the messages', 5_000);
    await page.waitForTimeout(1_500); // the API process finds out about its held poll within a second
    expect(await page.evaluate(() => window.chat.user?.name)).toBe(name);
    expect(await page.evaluate(() => window.chat.members())).toHaveLength(1);
  });

  it('an inbox that overflowed, silently: what it lost is read back', async () => {
    const page = await open();
    await joinIn(page, { room: fresh(), transport });
    await sendFromElsewhere(['first']);
    await until(async () => (await textsIn(page)).length === 1, 'the first');
    await link.close();
    await sendFromElsewhere(numbered(40));
    await link.open();
    await until(async () => (await textsIn(page)).length >= 41, 'all of them', 30_000);
    expect(await textsIn(page)).toEqual(['first', ...numbered(40)]);
    expect(await losses(page)).toEqual([]);
  });

  it('a gap that is longer than the history, and says how long it was', async () => {
    const page = await open();
    await joinIn(page, { room: fresh(), transport });
    await sendFromElsewhere(['first']);
    await until(async () => (await textsIn(page)).length === 1, 'the first');
    await link.close();
    await sendFromElsewhere(numbered(150));
    await link.open();
    await until(async () => (await textsIn(page)).at(-1) === '149', 'the last', 30_000);
    const [, ...seen] = await textsIn(page);
    expect(seen).toEqual(numbered(seen.length, 150 - seen.length));
    const [loss] = await losses(page);
    expect(loss).toMatch(/^missed \d+$/);
    // the other's coming is an event too
    expect(Number(loss?.split(' ')[1]) + seen.length).toBeGreaterThanOrEqual(150);
  });

  it('timers that run once a minute, as in hidden tabs', async () => {
    const page = await open();
    await page.evaluate(() => {
      const real = window.setTimeout.bind(window);
      Object.assign(window, {
        setTimeout: (act: () => void, ms = 0) =>
          real(act, (window as unknown as { hiddenTab: boolean }).hiddenTab ? Math.max(ms, 60_000) : ms),
      });
    });
    await joinIn(page, { room: fresh(), transport });
    await page.evaluate(() => {
      Object.assign(window, { hiddenTab: true });
    });
    await sendFromElsewhere(numbered(5));
    await until(async () => (await textsIn(page)).length === 5, 'the messages');
  });

  it('more chats on one page than the browser has connections', async () => {
    const page = await open();
    await page.evaluate(
      async ([at, how]) => {
        const chats = Array.from({ length: 8 }, () =>
          window.NobackendChat.join({ room: at, transport: how as 'fetch', tabs: 'own' }),
        );
        await Promise.all(chats.map((chat) => chat.ready));
        const heard = chats.map(() => 0);
        Object.assign(window, { chats, heard });
        for (const [i, chat] of chats.entries()) {
          chat.on('message', () => {
            heard[i] = (heard[i] ?? 0) + 1;
          });
        }
      },
      [fresh(), transport] as const,
    );
    await page.waitForTimeout(500); // now all places are taken by held polls
    await page.evaluate(() => {
      (window as unknown as { chats: (typeof window.chat)[] }).chats.forEach((chat) => void chat.send('hello'));
    });
    await until(
      () => page.evaluate(() => (window as unknown as { heard: number[] }).heard.every((count) => count === 8)),
      'eight messages at each of the eight, well before a full hold is over',
      15_000,
    );
  });
});

describe('the library survives', () => {
  it('offline and back', async () => {
    const page = await open();
    await joinIn(page, { room: fresh() });
    await page.context().setOffline(true);
    await until(async () => (await stateOf(page)) === 'reconnecting', 'reconnecting');
    const sent = page.evaluate(() => window.chat.send('written offline'));
    await sendFromElsewhere(numbered(5));
    await page.context().setOffline(false);
    await sent;
    await until(async () => (await textsIn(page)).length === 6, 'all messages');
    expect(await stateOf(page)).toBe('online');
  });

  it('a proxy that cuts silent requests, by either transport: asks more often, and nobody notices', async () => {
    link.troubles = [{ path: /\/poll/, how: 'cut', afterMs: 3_200 }];
    const transports: TransportName[] = ['jsonp', 'fetch'];
    const pages = await Promise.all(transports.map(() => open()));
    fresh();
    for (const [i, page] of pages.entries()) await joinIn(page, { room, transport: transports[i] });
    for (const prefix of ['jsonp', 'api'])
      await until(
        () => link.seen.filter((path) => path.startsWith(`/${prefix}/poll`)).length >= 6,
        `polls by ${prefix} that come back by themselves`,
        30_000,
      );
    await sendFromElsewhere(numbered(3));
    for (const page of pages) {
      await until(async () => (await textsIn(page)).length === 3, 'the messages');
      expect(await page.evaluate(() => window.states)).toEqual(['online']);
    }
  });

  it('the back/forward cache', async () => {
    const whole = await launchWholeBrowser({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
    onTestFinished(() => whole.close());
    const page = await open(await whole.newContext());
    await joinIn(page, { room: fresh() });
    await page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => {
        Object.assign(window, { persisted });
      });
    });
    site.serve('/elsewhere', '<p>elsewhere');
    await page.goto(`${site.origin}/elsewhere`);
    await sendFromElsewhere(numbered(3));
    await page.goBack({ waitUntil: 'commit' }); // no load event comes: the page was never gone
    expect(await page.evaluate(() => (window as unknown as { persisted?: boolean }).persisted)).toBe(true);
    await until(async () => (await textsIn(page)).length === 3, 'what was said meanwhile');
    expect(await textsIn(page)).toEqual(numbered(3));
  });

  it('a server that lost its last moments: compares with the history, says nothing when nothing is missing', async () => {
    const page = await open();
    await joinIn(page, { room: fresh() });
    await sendFromElsewhere(numbered(3));
    await until(async () => (await textsIn(page)).length === 3, 'the messages');
    link.troubles = [
      { path: /\/poll/, how: 'edit', times: 1, edit: (text) => text.replace('"ok":true', '"ok":true,"reset":true') },
    ];
    await page.evaluate(() => dispatchEvent(new Event('online'))); // the next poll, which is the edited one, goes out now
    await sendFromElsewhere(numbered(3, 3));
    await until(async () => (await textsIn(page)).length === 6, 'the rest');
    expect(await textsIn(page)).toEqual(numbered(6));
    expect(await losses(page)).toEqual([]);
    expect(link.troubles[0]?.times).toBe(0);
    expect(link.seen.some((path) => /history/.test(path))).toBe(true);
  });

  it('storage that is forbidden', async () => {
    const page = await open();
    await page.evaluate(() =>
      Object.defineProperty(window, 'sessionStorage', {
        get() {
          throw new DOMException('no', 'SecurityError');
        },
      }),
    );
    await joinIn(page, { room: fresh() });
    await page.evaluate(() => window.chat.send('hello'));
    await until(async () => (await textsIn(page)).length === 1, 'the message');
  });

  it("an error in the page's own listener", async () => {
    const page = await open();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await joinIn(page, { room: fresh() });
    await page.evaluate(() => {
      window.chat.on('message', () => {
        throw new Error('of the page');
      });
    });
    await sendFromElsewhere(numbered(3));
    await until(
      async () => (await textsIn(page)).length === 3 && errors.length >= 3,
      'the messages, and the errors, which come on their own way',
    );
    expect(errors).toEqual(['of the page', 'of the page', 'of the page']);
  });
});
