/** Servers that fail the library: away, moved, wiped, forgetful, with inboxes and histories that are too short. */
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { joinIn, type Site, textsIn, WAITING, WAYS } from '../support/browser.js';
import { ask, Refused } from '../support/client.js';
import { numbered, sendElsewhere } from '../support/elsewhere.js';
import { browserWith, freshRoom } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import type { TestSystem } from '../support/processes.js';
import { openRedis, wipe } from '../support/redis.js';
import { until } from '../support/until.js';

// small bounds, so that a short absence is enough to overrun them
const it = browserWith({ env: { RATE_LIMITS: 'off', INBOX_MAX: 10, HISTORY: 60 } });
let system: TestSystem, browser: Browser, site: Site, link: Link, api: string;
let room: string;
it.beforeEach(({ stage }) => {
  ({ system, browser, site, link, api } = stage);
});

/** A page whose way to the API is the link. */
async function open(): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(site.library(link.url));
  return page;
}

const fresh = (): string => (room = freshRoom());
const stateOf = (page: Page): Promise<string> => page.evaluate(() => window.chat.state);
const losses = (page: Page): Promise<string[]> => page.evaluate(() => window.losses);
const sendFromElsewhere = (texts: string[]): Promise<void> => sendElsewhere(api, room, texts);

describe.each(WAYS)('by %s, the library survives', (transport) => {
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
    await until(() => link.seen.some((path) => WAITING[transport].test(path)), 'a held poll or stream');
    const redis = openRedis(system.redis.url);
    await wipe(redis);
    redis.disconnect();
    await page.evaluate(() => Promise.all(['a', 'b', 'c'].map((text) => window.chat.send(text))));
    await until(async () => (await textsIn(page)).length === 3, 'the messages, long before 25 s', 15_000);
    // the API process finds out about its held poll within a second, and has held it long enough after 25 s
    await until(() => link.held(WAITING[transport]) === 1, 'the end of the former poll', 30_000);
    await page.evaluate(() => window.chat.send('d'));
    await until(async () => (await textsIn(page)).length === 4, 'another message');
    expect(link.seen.filter((path) => /\/join/.test(path))).toHaveLength(2);
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
});

it('the library survives a server that lost its last moments: compares with the history, says nothing when nothing is missing', async () => {
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
