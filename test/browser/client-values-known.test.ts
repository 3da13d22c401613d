/** Values that pages know: the same for everybody, and right again after whatever happens. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { JoinOptions } from '../../apps/web/client/api.js';
import { joinIn, textsIn, WAYS } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserWith, freshRoom, type Stage } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import { until } from '../support/until.js';
import { all, knows, openOn, SETTINGS, set, twoOn } from '../support/value-pages.js';

const it = browserWith(SETTINGS);
let stage: Stage, api: string, link: Link;
it.beforeEach(({ stage: own }) => {
  stage = own;
  ({ api, link } = own);
});

const tokenOf = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const kept =
      Object.values(sessionStorage)
        .map(String)
        .find((text) => text.includes('"token"')) ?? '{}';
    return (JSON.parse(kept) as { token: string }).token;
  });
describe.each(WAYS)('values by %s', (transport) => {
  const two = (): Promise<[Page, Page, JoinOptions]> => twoOn(stage, transport);

  it('are known to everybody, also to who comes when all have left', async () => {
    const [ann, bob, options] = await two();
    await set(ann, 'turn', { of: ['x', null] });
    await ann.evaluate(() => Promise.all([1, 2, 3].map(() => window.chat.values.add('count', 2))));
    await set(bob, 'text', '<b> "ü"');
    for (const page of [ann, bob]) await knows(page, { count: 6, text: '<b> "ü"', turn: { of: ['x', null] } });
    await bob.evaluate(() => window.chat.values.delete('turn'));
    await knows(ann, { count: 6, text: '<b> "ü"' });
    for (const page of [ann, bob]) await page.evaluate(() => window.chat.leave());
    const eve = await openOn(stage);
    await joinIn(eve, options);
    expect(await all(eve)).toEqual({ count: 6, text: '<b> "ü"' });
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
});

it('values are the same in two tabs of one user', async () => {
  const context = await stage.browser.newContext();
  const [first, second] = [await openOn(stage, context), await openOn(stage, context)];
  const options: JoinOptions = { room: freshRoom(), name: 'Ann' };
  const users = [await joinIn(first, options), await joinIn(second, options)];
  expect(users[0]).toEqual(users[1]);
  for (let n = 0; n < 60; n += 1) await set(n % 2 ? first : second, `k${n % 3}`, n);
  for (const page of [first, second]) await knows(page, { k0: 57, k1: 58, k2: 59 });
  await first.close();
  await set(second, 'k0', 'alone');
  await knows(second, { k0: 'alone', k1: 58, k2: 59 });
});
