/** The doctor of the pages, on its own page and in the library: what it finds, and what it says when it cannot look. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { JoinOptions } from '../../apps/web/client/api.js';
import { joinIn, type Site } from '../support/browser.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import { until } from '../support/until.js';

const it = browserTest;
let stage: Stage, api: string, link: Link, site: Site;
it.beforeEach(({ stage: own }) => {
  stage = own;
  ({ api, link, site } = own);
});

/** A page in a browser of its own. */
async function open(address: string): Promise<Page> {
  const page = await stage.browser.newPage();
  await page.goto(address);
  return page;
}

describe('the doctor', () => {
  it('finds a good way here good', async () => {
    const page = await open(`${api}/doctor`);
    // the last look takes 45 s; the others are enough
    await until(async () => (await page.locator('.findings li').count()) >= 8, 'the findings', 20_000);
    expect(await page.locator('.sign.bad').count()).toBe(0);
    for (const about of [
      'mixed content',
      'storage',
      'tabs',
      'script tags',
      'fetch',
      'clock',
      'long addresses',
      'streams',
    ]) {
      await page.locator('.findings').getByText(about, { exact: true }).waitFor();
    }
  });

  it('says which checks have not begun after 10 s, and ends when none has', async () => {
    link.troubles = [{ path: /doctor-frame/, how: 'refuse' }];
    const page = await open('about:blank');
    await page.clock.install();
    await page.goto(`${link.url}/doctor`);
    await page.clock.fastForward(11_000);
    await page.getByText('Done. See the problems above.').waitFor();
    expect(
      await page.locator('.findings li', { hasText: 'has not begun after 10 s' }).locator('b').allTextContents(),
    ).toEqual(['script tags', 'fetch', 'clock', 'long addresses', 'streams', 'long holds']);
    link.troubles = [];
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.locator('.findings').getByText('long addresses', { exact: true }).waitFor();
    await page.clock.fastForward(1_000);
    expect(await page.locator('.sign.bad').count()).toBe(0);
  });

  it('names the checks that wait for another one', async () => {
    link.troubles = [{ path: /rooms/, how: 'delay', afterMs: 60_000 }];
    const page = await open('about:blank');
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1_000); // no check gives up meanwhile
    await page.goto(`${link.url}/doctor`);
    await until(async () => {
      await page.clock.runFor(1);
      return link.seen.some((path) => /rooms/.test(path));
    }, 'the first check');
    await page.evaluate(() => {
      Date.now = () => 12_000;
    });
    await page.clock.runFor(1_000);
    await page.getByText('Not begun yet: fetch, clock, long addresses, streams, long holds.').waitFor();
  });

  it('says why it does not look at something', async () => {
    link.troubles = [{ path: /join/, how: 'refuse' }];
    const page = await open(site.library(link.url, { path: '/doctor' }));
    const findings = await page.evaluate(() => window.NobackendChat.join({ room: 'doctor' }).doctor());
    expect(findings.map(({ about }) => about)).toEqual([
      'mixed content',
      'storage',
      'tabs',
      'script tags',
      'fetch',
      'clock',
      'long addresses',
      'streams',
      'long holds',
    ]);
    expect(
      findings
        .filter(({ sentence }) => sentence.startsWith('Not checked, because no guest could join'))
        .map(({ about }) => about),
    ).toEqual(['clock', 'streams', 'long holds']);
  });

  it('says what is wrong with a bad one, from the page that has it', async () => {
    link.troubles = [
      { path: /\/poll/, how: 'cut', afterMs: 1_000 },
      { path: /pad=x{3000}/, how: 'refuse' },
      { path: /\/api\/rooms/, how: 'refuse' },
      { path: /\/jsonp\/join/, how: 'edit', edit: (text) => text.replace(/"at":\d+/g, `"at":${Date.now() + 600_000}`) },
    ];
    const page = await open(site.library(link.url, { path: '/doctor' }));
    const findings = await page.evaluate(() => window.NobackendChat.join({ room: 'doctor' }).doctor());
    const said = Object.fromEntries(findings.map(({ about, verdict, sentence }) => [about, `${verdict}: ${sentence}`]));
    expect(said['script tags']).toMatch(/^good/);
    expect(said.fetch).toMatch(/^note: .*connect-src/);
    expect(said.clock).toMatch(/^note: .*10 min behind/);
    expect(said['long addresses']).toMatch(/^bad: .*2,000 characters/);
    expect(said.streams).toMatch(/^note: Not checked, .* Script tags have no streams\./);
    expect(said['long holds']).toMatch(/^note: .*after [1-5] s/); // the browser may ask once more by itself
  });

  describe('says whether streams get through, and how the events of the chat come:', () => {
    /** A page that has joined. Its clock can be moved. */
    async function joined(options: JoinOptions = {}): Promise<Page> {
      const page = await open('about:blank');
      await page.clock.install();
      await page.goto(site.library(link.url, { path: '/doctor' }));
      await joinIn(page, { room: stage.room, ...options });
      return page;
    }
    /** The doctor about streams. */
    function asked(page: Page): Promise<string> {
      return page.evaluate(
        () =>
          new Promise<string>((resolve) => {
            void window.chat.doctor(({ about, verdict, sentence }) => {
              if (about === 'streams') resolve(`${verdict}: ${sentence}`);
            });
          }),
      );
    }
    const streams = (): number => link.seen.filter((path) => /\/stream\?/.test(path)).length;
    /** Whether the chat polls again after it has tried a stream. */
    const pollsAgain = (): boolean => {
      const first = link.seen.findIndex((path) => /\/stream\?/.test(path));
      return first >= 0 && link.seen.slice(first).some((path) => /\/poll/.test(path));
    };

    it('by a stream', async () => {
      const page = await joined();
      await until(() => streams() > 0, 'a stream');
      expect(await asked(page)).toMatch(
        /^good: Streams get through\. A message took \d+ ms\. The events of this chat come by a stream\.$/,
      );
    });

    it.each<[JoinOptions, RegExp]>([
      [{ transport: 'poll' }, /^note: Streams get through\. .*This chat polls, because the page asked for it\.$/],
      [{ transport: 'jsonp' }, /^note: Streams get through\. .*This chat polls, because it uses script tags\.$/],
    ])('by polls, with %j', async (options, expected) => {
      expect(await asked(await joined(options))).toMatch(expected);
    });

    it('by polls, as a proxy buffers streams', async () => {
      link.troubles = [{ path: /\/stream\?/, how: 'edit', edit: (text) => text }];
      const page = await joined();
      await until(() => streams() === 1, 'a stream of the chat');
      await page.clock.fastForward(5_100);
      await until(pollsAgain, 'the chat to have settled', 30_000);
      const said = asked(page);
      await until(() => streams() === 2, 'a stream of the doctor', 30_000);
      await page.clock.fastForward(5_100);
      expect(await said).toMatch(
        /^note: Something between you and the server keeps streams back.* first bytes .* within 5 s/,
      );
    });
  });
});
