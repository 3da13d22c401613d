/** Values that pages write: shown at once, taken back when refused, and in the end the same for everybody. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { JoinOptions } from '../../apps/web/client/api.js';
import { joinIn, WAYS } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserWith, type Stage } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import { until } from '../support/until.js';
import { all, knows, openOn, SETTINGS, set, twoOn } from '../support/value-pages.js';

const it = browserWith(SETTINGS);
let stage: Stage, api: string, link: Link;
it.beforeEach(({ stage: own }) => {
  stage = own;
  ({ api, link } = own);
});

describe.each(WAYS)('values by %s', (transport) => {
  const two = (): Promise<[Page, Page, JoinOptions]> => twoOn(stage, transport);

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
    const eve = await openOn(stage);
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
    expect(
      await ann.evaluate(() =>
        Promise.all(
          [1n, undefined].map((bad) => window.chat.values.set('big', bad).catch(({ field }) => field as string)),
        ),
      ),
    ).toEqual(['value', 'value']);
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
    link.answered.length = 0;
    const late = ann.evaluate(() =>
      window.chat.values.set('n', 'mine', { if: '0' }).catch(({ code }) => code as string),
    );
    const { token } = await ask<{ token: string }>(api, 'join', { room: await ann.evaluate(() => window.chat.room) });
    await until(() => link.answered.some((path) => /\/set/.test(path)), 'the answer to be under way');
    await ask(api, 'set', { token, key: 'n', value: 'new' });
    expect(await late).toBe('conflict');
    for (const page of [ann, bob]) await knows(page, { n: 'new' });
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
