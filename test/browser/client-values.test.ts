/** Values in the library, in a real browser: shown at once, the same for everybody, and right again after whatever happens. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JoinOptions, TransportName } from '../../apps/web/client/api.js';
import { joinIn, launchBrowser, Site, textsIn } from '../support/browser.js';
import { ask } from '../support/client.js';
import { Link } from '../support/link.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';

let system: TestSystem;
let browser: Browser;
let site: Site;
let api: string;
let link: Link;
let contexts: BrowserContext[] = [];
let rooms = 0;

beforeAll(async () => {
  [system, browser, site] = await Promise.all([
    startSystem({ env: { RATE_LIMITS: 'off', INBOX_MAX: 10 } }),
    launchBrowser(),
    Site.start(),
  ]);
  api = system.urls[0] ?? '';
  link = await Link.start(api);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([site?.stop(), link?.close()]);
  await system?.stop();
});
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});

async function open(context?: BrowserContext): Promise<Page> {
  const inside = context ?? (await browser.newContext());
  if (!context) contexts.push(inside);
  const page = await inside.newPage();
  await page.goto(site.library(link.url));
  return page;
}

const fresh = (): string => `values-${(rooms += 1)}`;
const all = (page: Page): Promise<Record<string, unknown>> => page.evaluate(() => window.chat.values.all());
const knows = (page: Page, values: Record<string, unknown>): Promise<boolean> =>
  until(
    async () => JSON.stringify(await all(page)) === JSON.stringify(values),
    `${JSON.stringify(values)} to be known`,
  );
const tokenOf = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const kept =
      Object.values(sessionStorage)
        .map(String)
        .find((text) => text.includes('"token"')) ?? '{}';
    return (JSON.parse(kept) as { token: string }).token;
  });
const set = (page: Page, key: string, value: unknown): Promise<string> =>
  page.evaluate(([name, what]) => window.chat.values.set(name as string, what), [key, value] as const);

describe.each<TransportName>(['jsonp', 'fetch'])('values by %s', (transport) => {
  const two = async (): Promise<[Page, Page, JoinOptions]> => {
    const options: JoinOptions = { room: fresh(), transport };
    const [ann, bob] = await Promise.all([open(), open()]);
    await joinIn(ann, options); // who owns the room
    await joinIn(bob, options);
    return [ann, bob, options];
  };

  it('are known to everybody, also to who comes when all have left', async () => {
    const [ann, bob, options] = await two();
    await set(ann, 'turn', { of: ['x', null] });
    await ann.evaluate(() => Promise.all([1, 2, 3].map(() => window.chat.values.add('count', 2))));
    await set(bob, 'text', '<b> "ü"');
    for (const page of [ann, bob]) await knows(page, { count: 6, text: '<b> "ü"', turn: { of: ['x', null] } });
    await bob.evaluate(() => window.chat.values.delete('turn'));
    await knows(ann, { count: 6, text: '<b> "ü"' });
    for (const page of [ann, bob]) await page.evaluate(() => window.chat.leave());
    const eve = await open();
    await joinIn(eve, options);
    expect(await all(eve)).toEqual({ count: 6, text: '<b> "ü"' });
  });

  it('are shown at once where they are written, and taken back when they are refused', async () => {
    const [ann, , { room }] = await two();
    const shown = await ann.evaluate(async () => {
      const heard: unknown[] = [];
      window.chat.values.on('n', (value) => heard.push(value));
      await window.chat.ready;
      const written = window.chat.values.set('n', 1);
      await Promise.resolve();
      const atOnce = window.chat.values.get('n') as unknown;
      await written;
      const failure = await window.chat.values
        .set('n', 2, { if: '0' })
        .catch(({ code, value, version }) => ({ code, value, version }));
      return {
        heard,
        atOnce,
        failure,
        now: window.chat.values.get('n') as unknown,
        version: window.chat.values.version('n'),
      };
    });
    expect(shown).toMatchObject({
      heard: [undefined, 1, 2, 1],
      atOnce: 1,
      now: 1,
      failure: { code: 'conflict', value: 1, version: shown.version },
    });
    await ann.evaluate(async (at) => {
      await window.chat.call('rules', { room: at, values: 'roles' });
    }, room);
    const eve = await open();
    await joinIn(eve, { room, transport });
    const refused = await eve.evaluate(() =>
      window.chat.values.add('n').catch(({ code, reason }) => ({ code, reason })),
    );
    expect(refused).toEqual({ code: 'not_allowed', reason: 'values' });
    expect(await all(eve)).toEqual({ n: 1 });
    for (const bad of ['a b', '@12/x', '']) {
      expect(
        await ann.evaluate((key) => window.chat.values.set(key, 1).catch(({ field }) => field as string), bad),
      ).toBe('key');
    }
    for (const bad of ['1n', 'undefined']) {
      expect(
        await ann.evaluate(
          (text) => window.chat.values.set('big', eval(text)).catch(({ field }) => field as string),
          bad,
        ),
      ).toBe('value');
    }
  });

  it('can be written over at once by who has written them, though the room has not told of it yet', async () => {
    const [ann, bob] = await two();
    link.troubles = [{ path: /poll/, how: 'delay', afterMs: 500 }];
    const outcomes = await ann.evaluate(async () => {
      const { values } = window.chat;
      const written: unknown[] = [];
      for (const value of [1, 2, null, 3]) {
        written.push(
          await values.set('n', value, { if: values.version('n') }).then(
            () => value,
            ({ code }) => code as string,
          ),
        );
      }
      return written;
    });
    link.troubles = [];
    expect(outcomes).toEqual([1, 2, null, 3]);
    await knows(bob, { n: 3 });
  });

  it("of one's own are written as @me, and go with their user", async () => {
    const [ann, bob] = await two();
    const { id } = await ann.evaluate(() => window.chat.ready.then(({ user }) => user));
    await set(ann, '@me/hand', true);
    expect(await ann.evaluate(() => window.chat.values.get('@me/hand') as unknown)).toBe(true);
    await knows(bob, { [`@${id}/hand`]: true });
    await ann.evaluate(() => window.chat.leave());
    await knows(bob, {});
  });

  it('are right after a reload, a gap and a server that forgot its users', async () => {
    const [ann, bob, options] = await two();
    await set(ann, 'n', 0);
    await knows(bob, { n: 0 });
    await link.close(); // neither of them hears what happens now
    const { token } = await ask<{ token: string }>(api, 'join', { room: options.room });
    for (let n = 1; n <= 30; n += 1) await ask(api, 'set', { token, room: options.room, key: 'n', value: n });
    await ask(api, 'set', { token, room: options.room, key: 'more', value: 1 });
    await link.open();
    for (const page of [ann, bob]) await knows(page, { more: 1, n: 30 });
    expect(await ann.evaluate(() => window.losses)).toEqual([]);
    await ann.reload();
    await joinIn(ann, options);
    expect(await all(ann)).toEqual({ more: 1, n: 30 });
    await ask(api, 'leave', { token: await tokenOf(bob) });
    await set(ann, 'n', 31);
    await knows(bob, { more: 1, n: 31 });
  });

  it('are deleted together by the beginning of their keys, at once for all', async () => {
    const [ann, bob] = await two();
    await ann.evaluate(async () => {
      const { values } = window.chat;
      await Promise.all([1, 2, 3].map((n) => values.set(`ink/${n}`, n)));
      await values.set('other', 1);
    });
    await knows(bob, { 'ink/1': 1, 'ink/2': 2, 'ink/3': 3, other: 1 });
    const shown = await bob.evaluate(async () => {
      const heard: unknown[] = [];
      window.chat.values.on('ink/', (value, { key }) => heard.push([key, value]));
      window.chat.values.on('none/', (value, { key }) => heard.push([key, value]));
      await window.chat.ready;
      const first = heard.splice(0);
      const done = window.chat.values.delete('ink/');
      const again = window.chat.values.set('ink/2', 'again');
      await Promise.resolve();
      const atOnce = window.chat.values.all();
      await Promise.all([done, again]);
      return { first, heard, atOnce };
    });
    expect(shown.first).toEqual([
      ['ink/1', 1],
      ['ink/2', 2],
      ['ink/3', 3],
      ['none/', undefined],
    ]);
    expect(shown.heard).toEqual([
      ['ink/1', undefined],
      ['ink/2', undefined],
      ['ink/3', undefined],
      ['ink/2', 'again'],
    ]);
    expect(shown.atOnce).toEqual({ 'ink/2': 'again', other: 1 });
    for (const page of [ann, bob]) await knows(page, { 'ink/2': 'again', other: 1 });
    await bob.evaluate(() => {
      const { values } = window.chat;
      return Promise.all([values.delete('ink/'), values.set('ink/x', 1), values.delete('ink/')]);
    });
    for (const page of [ann, bob]) await knows(page, { other: 1 });
    await bob.evaluate(async () => {
      const { values } = window.chat;
      await values.set('ink/y', 1);
      await values.delete('ink/');
      await values.set('ink/y', 2, { if: values.version('ink/y') });
    });
    for (const page of [ann, bob]) await knows(page, { 'ink/y': 2, other: 1 });
  });

  it('are written no faster than the network goes: of a key the newest', async () => {
    const [ann, bob] = await two();
    link.seen.length = 0;
    const versions = await ann.evaluate(() =>
      Promise.all(Array.from({ length: 100 }, (_, n) => window.chat.values.set('slider', n))),
    );
    expect(link.seen.filter((path) => /\/set\b/.test(path)).length).toBeLessThan(10);
    expect(new Set(versions).size).toBeLessThan(10);
    await knows(bob, { slider: 99 });
    await ann.evaluate(() =>
      Promise.all([window.chat.values.add('n'), window.chat.values.set('n', 5), window.chat.values.add('n')]),
    );
    await knows(bob, { n: 6, slider: 99 });
  });

  it('of any kind harm no page that adds to them', async () => {
    const [ann, bob] = await two();
    await set(bob, 'n', { toString: 1 });
    await knows(ann, { n: { toString: 1 } });
    const failures = await ann.evaluate(() =>
      Promise.all(
        [1, 'x' as unknown as number].map((by) => window.chat.values.add('n', by).catch(({ code }) => code as string)),
      ),
    );
    expect(failures).toEqual(['bad_request', 'bad_request']);
    await set(bob, 'n', 41);
    await knows(ann, { n: 41 });
    expect(await ann.evaluate(() => window.chat.values.add('n'))).toBe(42);
    for (const page of [ann, bob]) await knows(page, { n: 42 });
  });

  it('stay as they are when a conflict is told later than what has come since', async () => {
    const [ann, bob] = await two();
    await set(ann, 'n', 'old');
    await knows(bob, { n: 'old' });
    link.troubles = [{ path: /\/set/, how: 'slow', bytesPerSecond: 400, times: 1 }];
    const late = ann.evaluate(() =>
      window.chat.values.set('n', 'mine', { if: '0' }).catch(({ code }) => code as string),
    );
    const { token } = await ask<{ token: string }>(api, 'join', { room: await ann.evaluate(() => window.chat.room) });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await ask(api, 'set', { token, key: 'n', value: 'new' });
    expect(await late).toBe('conflict');
    for (const page of [ann, bob]) await knows(page, { n: 'new' });
  });

  it("that wait for a room's slow mode keep no message of another room", async () => {
    const [ann, bob, { room = '' }] = await two();
    await ann.evaluate((at) => window.chat.call('rules', { room: at, slow: 60 }), room);
    const other = `${room}-b`;
    await Promise.all([ann, bob].map((page) => page.evaluate((at) => window.chat.enter(at), other)));
    await bob.evaluate(async (at) => {
      await window.chat.values.set('n', 1);
      void window.chat.values.set('n', 2);
      await window.chat.send({ text: 'not kept', room: at });
    }, other);
    await until(async () => (await textsIn(ann)).includes('not kept'), 'the message in the other room');
  });

  it('leave a room that is open as it is when it cannot be entered again', async () => {
    const [ann, bob, { room = '' }] = await two();
    const edit = (text: string): string =>
      text.replace(/\{"ok":true.*\}/s, '{"ok":false,"error":{"code":"bad_request","message":"no"}}');
    link.troubles = [{ path: /\/enter/, how: 'edit', edit, times: 1 }];
    expect(
      await ann.evaluate(
        (at) =>
          window.chat.enter(at).then(
            () => '',
            ({ code }) => code as string,
          ),
        room,
      ),
    ).toBe('bad_request');
    await bob.evaluate(() => window.chat.send('still heard'));
    await set(bob, 'n', 1);
    await until(async () => (await textsIn(ann)).includes('still heard'), 'the message');
    await knows(ann, { n: 1 });
  });

  it('are added to once each, whatever answers are lost', async () => {
    const [ann, bob] = await two();
    link.troubles = [{ path: /(api|jsonp)\/add/, how: 'swallow', times: 2 }];
    await ann.evaluate(() => window.chat.values.add('n'));
    await ann.evaluate(() => window.chat.values.add('n'));
    await knows(bob, { n: 2 });
    await knows(ann, { n: 2 });
  });
});

it('values are the same in two tabs of one user', async () => {
  const context = await browser.newContext();
  contexts.push(context);
  const [first, second] = [await open(context), await open(context)];
  const options: JoinOptions = { room: fresh(), name: 'Ann' };
  const users = [await joinIn(first, options), await joinIn(second, options)];
  expect(users[0]).toEqual(users[1]);
  for (let n = 0; n < 60; n += 1) await set(n % 2 ? first : second, `k${n % 3}`, n);
  for (const page of [first, second]) await knows(page, { k0: 57, k1: 58, k2: 59 });
  await first.close();
  await set(second, 'k0', 'alone');
  await knows(second, { k0: 'alone', k1: 58, k2: 59 });
});
