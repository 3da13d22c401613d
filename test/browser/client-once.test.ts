/** The browser library sends each message once and makes each user once, even if answers are lost or late. */
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { TransportName } from '../../apps/web/client/api.js';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { hurry, joinIn, type Site, textsIn } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = browserTest;
let browser: Browser, site: Site, link: Link, api: string;
let room: string;
it.beforeEach(({ stage }) => {
  ({ browser, site, link, api } = stage);
});

/** A page whose way to the API is the link. */
async function open(times = 1): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  if (times > 1) await hurry(page, times);
  await page.goto(site.library(link.url));
  return page;
}

const fresh = (): string => (room = freshRoom());

/** The token of the page's user. */
const tokenOf = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const key = Object.keys(sessionStorage).find((one) => one.startsWith('nobackend-chat')) ?? '';
    return (JSON.parse(sessionStorage.getItem(key) ?? '{}') as { token: string }).token;
  });

const sends = (): number => link.seen.filter((path) => /\/send\b/.test(path)).length;

describe.each<TransportName>(['jsonp', 'fetch'])('a user that ends while an answer is lost: by %s', (transport) => {
  /**
   * Sends while the first answer is lost, or the first request, and no further one gets through until the user has
   * ended.
   */
  async function sendMeanwhile(page: Page, how: 'swallow' | 'refuse', to?: number): Promise<{ duplicate?: true }> {
    const token = await tokenOf(page);
    link.troubles = [
      { path: /\/send\b/, how, times: 1 },
      { path: /\/send\b/, how: 'refuse' },
    ];
    const before = sends();
    const sent = page.evaluate(([text, whom]) => window.chat.send(whom ? { text, to: whom } : text), [
      how,
      to,
    ] as const);
    await until(() => sends() >= before + 2, 'a second attempt');
    await ask(api, 'leave', { token });
    link.troubles = [];
    return sent;
  }

  it('what was accepted is not sent again, and what was not is sent', async () => {
    const page = await open();
    const before = await joinIn(page, { room: fresh(), transport });
    const other = await TestUser.join(api, { room });
    expect(await sendMeanwhile(page, 'swallow')).toMatchObject({ duplicate: true });
    expect(await sendMeanwhile(page, 'refuse')).not.toHaveProperty('duplicate');
    const { events } = await other.ask<{ events: ChatEvent[] }>('history', { room });
    expect(
      events.filter(({ type }) => type === 'message').map(({ text, from }) => [text, from.id === before.id]),
    ).toEqual([
      ['swallow', true],
      ['refuse', false],
    ]);
    await until(async () => (await textsIn(page)).length === 2, 'both in the page');
    expect(await textsIn(page)).toEqual(['swallow', 'refuse']);
  });

  it('so it is with private messages', async () => {
    const page = await open();
    await joinIn(page, { room: fresh(), transport });
    const other = await TestUser.join(api, { room });
    const follower = other.follow();
    expect(await sendMeanwhile(page, 'swallow', other.id)).toMatchObject({ duplicate: true });
    expect(await sendMeanwhile(page, 'refuse', other.id)).not.toHaveProperty('duplicate');
    await until(() => follower.texts().includes('refuse'), 'the second');
    await follower.stop();
    expect(follower.texts()).toEqual(['swallow', 'refuse']);
  });

  it('what was refused is sent as new, without the question whether it was accepted', async () => {
    const owner = await TestUser.join(api, { room: fresh() });
    await owner.ask('rules', { room, slow: 2 });
    const page = await open();
    await joinIn(page, { room, transport });
    await page.evaluate(() => window.chat.send('first'));
    const answers: string[] = [];
    const noted = (text: string): string => {
      answers.push(text);
      return text;
    };
    link.troubles = [{ path: /\/send\b/, how: 'edit', edit: noted }];
    const sent = page.evaluate(() => window.chat.send('second'));
    await until(() => answers.length > 0, 'the refusal');
    expect(answers[0]).toContain('"rate_limited"');
    await ask(api, 'leave', { token: await tokenOf(page) });
    expect(await sent).not.toHaveProperty('duplicate');
    expect(link.seen.filter((path) => /\/sent\b/.test(path))).toEqual([]);
    const { events } = await owner.ask<{ events: ChatEvent[] }>('history', { room, types: 'message' });
    expect(events.map(({ text }) => text)).toEqual(['first', 'second']);
  });
});

/** So many times as fast a page lives on a slow line, and so many times as fast is the line. */
const FAST = 4;

describe('a slow line', () => {
  /** Fills the room's history with some 60 KB. */
  async function fill(): Promise<void> {
    const user = await TestUser.join(api, { room });
    for (let i = 0; i < 50; i += 1) await user.send(`${i} ${'x'.repeat(1_100)}`);
  }

  it('opens the room with one user, by fetch at the first try, by script tags with less history', async () => {
    fresh();
    await fill();
    const transports: TransportName[] = ['fetch', 'jsonp'];
    const pages = await Promise.all(transports.map(() => open(FAST)));
    link.troubles = [{ path: /\/(join|enter|history)\b/, how: 'slow', bytesPerSecond: 5_000 * FAST }];
    await Promise.all(
      pages.map((page, i) => joinIn(page, { room, transport: transports[i], name: `anna by ${transports[i]}` })),
    );
    const shown = await Promise.all(
      pages.map((page) => page.evaluate(async () => (await window.chat.ready).history.length)),
    );
    expect(shown[0]).toBeGreaterThan(40);
    expect(shown[1]).toBeGreaterThan(5);
    const { members } = await ask<{ members: { name: string }[] }>(api, 'members', {
      room,
      token: await tokenOf(pages[0] ?? expect.fail()),
    });
    expect(
      members
        .map(({ name }) => name)
        .filter((name) => name.startsWith('anna'))
        .sort(),
    ).toEqual(['anna by fetch', 'anna by jsonp']);
    expect(link.seen.filter((path) => path === '/api/join')).toHaveLength(1);
    link.troubles = [];
    await pages[1]?.evaluate(() => window.chat.send('at last'));
    for (const page of pages) await until(async () => (await textsIn(page)).at(-1) === 'at last', 'the message');
  }, 60_000);

  it.each<TransportName>(['jsonp', 'fetch'])(
    'whose answer to join is lost leaves no second user behind, and the room is still its: by %s',
    async (transport) => {
      const page = await open();
      link.troubles = [{ path: /\/join\b/, how: 'swallow', times: 2 }];
      const user = await joinIn(page, { room: fresh(), transport, name: `berta by ${transport}` });
      expect(user.name).toBe(`berta by ${transport}`);
      expect(await page.evaluate(() => window.chat.members())).toEqual([user]);
      expect(await page.evaluate(() => window.chat.owner)).toMatch(/^[\w-]{24}$/);
    },
  );
});
