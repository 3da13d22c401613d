/** All tabs of a page are one user with one poll, whichever of them comes, goes or sleeps. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { joinIn, type Site, textsIn, WAITING, type Way } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserWith, freshRoom } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import type { TestSystem } from '../support/processes.js';
import { openRedis, wipe } from '../support/redis.js';
import { until } from '../support/until.js';

const it = browserWith({ env: { RATE_LIMITS: 'off' } }); // it is wiped
let system: TestSystem, browser: Browser, site: Site, link: Link, api: string;
let context: BrowserContext, room: string;
it.beforeEach(({ stage }) => {
  ({ system, browser, site, link, api } = stage);
});

/** A first tab of a new browser, or one more; joined. */
async function openTab(transport: Way, first = false): Promise<Page> {
  if (first) {
    context = await browser.newContext();
    room = freshRoom();
  }
  const page = await context.newPage();
  await page.goto(site.library(link.url));
  await joinIn(page, { room, transport });
  return page;
}

const userOf = (page: Page): Promise<unknown> => page.evaluate(() => window.chat.user);
const polls = (): number => link.seen.filter((path) => /\/(poll|stream)\b/.test(path)).length;

async function somebody(): Promise<{ say(text: string): Promise<unknown>; members(): Promise<number> }> {
  const { token } = await ask<{ token: string }>(api, 'join', { room });
  return {
    say: (text) => ask(api, 'send', { token, room, text }),
    members: async () => (await ask<{ members: unknown[] }>(api, 'members', { token, room })).members.length,
  };
}

describe.each<Way>(['poll', 'fetch'])('tabs of one page, by %s', (transport) => {
  const tab = (first = false): Promise<Page> => openTab(transport, first);

  it('are one user with one poll or stream, and each hears everything once and in order', async () => {
    const tabs = [await tab(true), await tab(), await tab()];
    const users = await Promise.all(tabs.map(userOf));
    expect(users[1]).toEqual(users[0]);
    expect(users[2]).toEqual(users[0]);
    const other = await somebody();
    expect(await other.members()).toBe(2);
    await until(() => transport === 'poll' || link.seen.some((path) => WAITING.fetch.test(path)), 'a stream');
    const before = polls();
    const texts = Array.from({ length: 9 }, (_, i) => `${i}`);
    for (const [i, text] of texts.entries())
      await (i % 3 === 0 ? other.say(text) : tabs[i % 3]?.evaluate((said) => window.chat.send(said), text));
    for (const page of tabs) await until(async () => (await textsIn(page)).length === texts.length, 'all messages');
    for (const page of tabs) expect(await textsIn(page)).toEqual(texts);
    expect(polls() - before).toBeLessThanOrEqual(transport === 'poll' ? texts.length + 2 : 0);
  });

  it('replace a leader that is closed within a second, and lose nothing', async () => {
    const leader = await tab(true);
    const follower = await tab();
    const other = await somebody();
    await other.say('before');
    await until(async () => (await textsIn(follower)).length === 1, 'the message');
    await leader.close();
    await other.say('after');
    await until(async () => (await textsIn(follower)).length === 2, 'the next');
    expect(await textsIn(follower)).toEqual(['before', 'after']);
  });

  it('stay the same user when the leader is reloaded', async () => {
    const leader = await tab(true);
    const follower = await tab();
    const user = await userOf(leader);
    await leader.reload();
    await joinIn(leader, { room, transport });
    expect(await userOf(leader)).toEqual(user);
    await leader.evaluate(() => window.chat.send('back'));
    for (const page of [leader, follower]) await until(async () => (await textsIn(page)).length === 1, 'the message');
  });

  it('take the lead from one that is frozen', async () => {
    const leader = await tab(true);
    const follower = await tab();
    const session = await context.newCDPSession(leader);
    await session.send('Debugger.enable');
    await session.send('Debugger.pause'); // from its next statement on, it does nothing
    await follower.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    const other = await somebody();
    await other.say('hello');
    await until(async () => (await textsIn(follower)).length === 1, 'the message', 20_000);
    await session.send('Debugger.disable');
    await other.say('again');
    for (const page of [leader, follower]) {
      await until(async () => (await textsIn(page)).length === 2, 'both messages', 20_000);
      expect(await textsIn(page)).toEqual(['hello', 'again']);
    }
  });

  it('leave one by one; the user goes with the last', async () => {
    const [first, second] = [await tab(true), await tab()];
    const other = await somebody();
    await first.evaluate(() => window.chat.leave());
    expect(await other.members()).toBe(2);
    await other.say('still here');
    await until(async () => (await textsIn(second)).length === 1, 'the message');
    await second.evaluate(() => window.chat.leave());
    await until(async () => (await other.members()) === 1, 'the user has gone');
  });

  it('become the same new user when the server has forgotten the old one', async () => {
    const [first, second] = [await tab(true), await tab()];
    const redis = openRedis(system.redis.url);
    await wipe(redis);
    redis.disconnect();
    await second.evaluate(() => window.chat.send('after'));
    for (const page of [first, second])
      await until(async () => (await textsIn(page)).includes('after'), 'the message', 30_000);
    expect(await userOf(second)).toEqual(await userOf(first));
    expect(await second.evaluate(() => window.chat.members())).toHaveLength(1);
  });

  it('follow a new name', async () => {
    const [first, second] = [await tab(true), await tab()];
    await second.evaluate(() => window.chat.rename('Zita'));
    await until(() => first.evaluate(() => window.chat.user?.name === 'Zita'), 'the name');
  });

  it('are users of their own where that is asked for', async () => {
    const first = await tab(true);
    const second = await context.newPage();
    await second.goto(site.library(link.url));
    await joinIn(second, { room, transport, tabs: 'own' });
    expect(await userOf(second)).not.toEqual(await userOf(first));
  });
});
