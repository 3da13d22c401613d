/** The library with a list of servers: it goes over to the next one when the first is silent, and comes back. */
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { JoinOptions } from '../../apps/web/client/api.js';
import { type Site, textsIn, WAYS } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import { Link } from '../support/link.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { joinList, moved, serverOf, waitInVain, withClock } from '../support/server-list.js';
import { until } from '../support/until.js';
import type { Joined } from '../support/user.js';

/** Another server, with a Redis of its own, and a network to it. */
const it = browserTest
  .extend('other', { scope: 'file' }, async ({ sharedOptions }, { onCleanup }) => {
    const started = await startSystem(sharedOptions);
    onCleanup(() => started.stop());
    return started;
  })
  .extend('toOther', async ({ other: { url } }, { onCleanup }) => {
    const made = await Link.start(url);
    onCleanup(() => made.close());
    return made;
  });
let browser: Browser, site: Site, first: Link, second: Link, api: string, other: TestSystem, room: string;
it.beforeEach(({ stage, other: started, toOther }) => {
  ({ browser, site, link: first, api } = stage);
  [other, second, room] = [started, toOther, freshRoom()];
});

async function open(options: JoinOptions = {}, library = other.url): Promise<Page> {
  const page = await withClock(await (await browser.newContext()).newPage());
  await page.goto(site.library(library));
  await joinList(page, { room, server: [first.url, second.url], ...options });
  return page;
}

const send = (page: Page, text: string): Promise<unknown> => page.evaluate((one) => window.chat.send(one), text);
const said = async (server: string): Promise<(string | undefined)[]> => {
  const { token } = await ask<Joined>(server, 'join', { room });
  const { events } = await ask<{ events: { text?: string }[] }>(server, 'history', { token, room, types: 'message' });
  return events.map(({ text }) => text);
};

describe.each(WAYS)('by %s, a chat with a list of servers', (transport) => {
  it('goes over to the next server when the first is silent, and back when that answers again', async () => {
    const { token } = await ask<Joined>(other.url, 'join', { room });
    await ask(other.url, 'send', { token, room, text: 'said there' });
    const page = await open({ transport, name: `Ann ${room}` });
    await send(page, 'one');
    await first.close();
    const written = send(page, 'two');
    await waitInVain(page);
    await moved(page, second.url);
    await written;
    expect(await page.evaluate(() => window.moves)).toEqual([
      { server: second.url, was: first.url, texts: ['said there'] },
    ]);
    await until(async () => (await textsIn(page)).includes('two'), 'the message on the other server');
    expect(await page.evaluate(() => [window.chat.state, window.chat.user?.name])).toEqual(['online', `Ann ${room}`]);
    expect(await said(other.url)).toEqual(['said there', 'two']);
    await first.open();
    await page.evaluate(() => {
      window.longestPauseMs = 15_000;
      window.chat.retry(); // so that its pause begins anew, a short one
    });
    await moved(page, first.url);
    await send(page, 'three');
    expect(await said(api)).toEqual(['one', 'three']);
    expect(await page.evaluate(() => window.losses)).toEqual([]);
    await until(async () => {
      const { members } = await ask<{ members: { name: string }[] }>(other.url, 'members', { token, room });
      return !members.some(({ name }) => name === `Ann ${room}`);
    }, 'the user to leave the other server');
  });
});

describe('a chat with a list of servers', () => {
  it('opens on the next server if the first never answers, as where a network blocks it', async () => {
    await first.close();
    const page = await withClock(await (await browser.newContext()).newPage());
    await page.goto(site.library(other.url));
    const opened = joinList(page, { room, server: `${first.url}, ${second.url}` });
    await page.waitForFunction(() => window.moves);
    await page.evaluate(() => {
      window.aheadMs += 31_000;
    });
    await opened;
    expect(await serverOf(page)).toBe(second.url);
    await moved(page, second.url);
  });

  it('goes back by itself, after a pause, and looks again and again', async () => {
    const page = await open();
    await first.close();
    await waitInVain(page);
    await page.evaluate(() => {
      window.longestPauseMs = 15_000;
    });
    await moved(page, second.url);
    await send(page, 'meanwhile');
    await first.open();
    await moved(page, first.url);
  });

  it('tells no server what belongs to the other: neither tokens nor private messages', async () => {
    const bert = await ask<Joined>(api, 'join', { room });
    const page = await open({ transport: 'jsonp', owner: 'owner-token-of-the-first' });
    const token = await page.evaluate(() => {
      const key = Object.keys(sessionStorage).find((one) => one.startsWith('nobackend-chat')) ?? '';
      return (JSON.parse(sessionStorage.getItem(key) ?? '{}') as { token: string }).token;
    });
    await first.close();
    const privately = page.evaluate(
      (to) => window.chat.send({ to, text: 'for Bert alone' }).catch(({ code }) => code),
      bert.user.id,
    );
    await waitInVain(page);
    await moved(page, second.url);
    expect(await privately).toBe('left');
    await send(page, 'hello');
    const addresses = second.seen.join('\n');
    expect(addresses).toContain('hello');
    for (const secret of [token, 'owner-token-of-the-first', 'Bert']) expect(addresses).not.toContain(secret);
  });

  it('goes over with all its tabs, which are one user there too', async () => {
    const context = await browser.newContext();
    const pages: Page[] = [];
    for (let i = 0; i < 2; i++) {
      const page = await withClock(await context.newPage());
      await page.goto(site.library(other.url));
      await joinList(page, { room, server: [first.url, second.url] });
      pages.push(page);
    }
    await first.close();
    await Promise.all(pages.map(waitInVain));
    for (const page of pages) await moved(page, second.url);
    const ids = (): Promise<(number | undefined)[]> =>
      Promise.all(pages.map((page) => page.evaluate(() => window.chat.user?.id)));
    const [one, two] = await ids();
    expect(one).toBe(two);
    await send(pages[0] as Page, 'hello');
    for (const page of pages) await until(async () => (await textsIn(page)).includes('hello'), 'the message');
  });

  it('keeps its values and its other rooms: they are those of the server in use', async () => {
    const there = await ask<Joined>(other.url, 'join', { room });
    await ask(other.url, 'set', { token: there.token, room, key: 'likes', value: 7 });
    const page = await open();
    await page.evaluate(async (more) => {
      const { values } = window.chat;
      Object.assign(window, { values, seen: [] });
      values.on('likes', (n) => (window as unknown as { seen: unknown[] }).seen.push(n));
      await values.set('likes', 1);
      await window.chat.enter(more);
    }, `${room}-more`);
    await first.close();
    await waitInVain(page);
    await moved(page, second.url);
    await page.evaluate(() => (window as unknown as { values: typeof window.chat.values }).values.add('likes'));
    const seen = await page.evaluate(() => (window as unknown as { seen: unknown[] }).seen);
    expect([seen.slice(0, 4), seen.at(-1)]).toEqual([[undefined, 1, 7, 8], 8]);
    await until(async () => {
      const { rooms } = await ask<{ rooms: { name: string }[] }>(other.url, 'rooms', {});
      return rooms.some(({ name }) => name === `${room}-more`);
    }, 'the other room to be entered');
  });

  it.each([
    ['asks it to wait', 'rate_limited', false],
    ['cannot work', 'unavailable', true],
  ])('when the first server %s: goes over %s', async (_, code, goes) => {
    const page = await open({ transport: 'poll' });
    const text = JSON.stringify({ ok: false, error: { code, status: 503, message: 'Wait.', retryAfter: 0.1 } });
    const before = first.seen.length;
    first.troubles = [{ path: /\/api\//, how: 'answer', text }];
    await page.evaluate(() => window.chat.retry());
    await waitInVain(page);
    await until(async () => {
      await page.evaluate(() => window.chat.retry());
      return first.seen.length > before + 9 || (await serverOf(page)) !== first.url;
    }, 'some attempts');
    if (goes) await moved(page, second.url);
    expect(await serverOf(page)).toBe(goes ? second.url : first.url);
  });

  it('stays where it is while no server answers, and goes on there', async () => {
    const page = await open();
    await Promise.all([first.close(), second.close()]);
    await waitInVain(page);
    const written = send(page, 'hello');
    await first.open();
    await written;
    expect(await serverOf(page)).toBe(first.url);
    expect(await page.evaluate(() => window.moves)).toEqual([]);
  });

  it('ends on whatever server it is', async () => {
    const page = await open();
    await first.close();
    await waitInVain(page);
    await moved(page, second.url);
    await page.evaluate(() => window.chat.leave());
    const asked = second.seen.length;
    await first.open();
    await page.evaluate(() => window.chat.retry());
    expect(await page.evaluate(() => [window.chat.state, window.chat.server])).toEqual(['left', second.url]);
    expect(second.seen.length).toBe(asked);
  });
});
