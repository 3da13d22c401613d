/** Networks and browsers that fail the library: offline, cut short, no connections left, slow timers, no storage. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describe, expect, onTestFinished } from 'vitest';
import { joinIn, launchWholeBrowser, type Site, textsIn, WAYS, type Way } from '../support/browser.js';
import { numbered, sendElsewhere } from '../support/elsewhere.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import { until } from '../support/until.js';

const it = browserTest;
let browser: Browser, site: Site, link: Link, api: string;
let room: string;
it.beforeEach(({ stage }) => {
  ({ browser, site, link, api } = stage);
});

/** A page whose way to the API is the link. */
async function open(context?: BrowserContext): Promise<Page> {
  const own = context ?? (await browser.newContext());
  const page = await own.newPage();
  await page.goto(site.library(link.url));
  return page;
}

const fresh = (): string => (room = freshRoom());
const stateOf = (page: Page): Promise<string> => page.evaluate(() => window.chat.state);
const sendFromElsewhere = (texts: string[]): Promise<void> => sendElsewhere(api, room, texts);

describe.each(WAYS)('by %s, the library survives', (transport) => {
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
    await until(() => link.held(/\/poll/) >= 5, 'polls in all places but one');
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
    const transports: Way[] = ['jsonp', 'poll'];
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
