/** The fiddles exactly as they are served and exported, run on another origin; the examples among them; the docs' forms. */
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, Site } from '../support/browser.js';
import { ask, fetchText } from '../support/client.js';
import { readSource, sourcesOf } from '../support/imports.js';
import { Link } from '../support/link.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';

let system: TestSystem, browser: Browser, site: Site, api: string;
let contexts: BrowserContext[] = [];

beforeAll(async () => {
  [system, browser, site] = await Promise.all([
    startSystem({ env: { RATE_LIMITS: 'off' } }),
    launchBrowser(),
    Site.start(),
  ]);
  api = system.urls[0] ?? '';
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([site?.stop(), system?.stop()]);
});

afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});

async function open(address: string): Promise<Page> {
  const context = await browser.newContext();
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

async function pane(name: string, kind: string): Promise<string> {
  const { status, text } = await fetchText('GET', `${api}/fiddle/${name}/fiddle.${kind}`);
  return status === 200 ? text : '';
}

/** A fiddle as an editor runs it: its three panes in one document of the editor's origin. */
async function run(name: string, room = ''): Promise<string> {
  const [html, css, js] = (await Promise.all(['html', 'css', 'js'].map((kind) => pane(name, kind)))).map((text) =>
    text.replaceAll('{{server}}', api).replaceAll('{{room}}', room),
  );
  return site.serve(
    `/${name}`,
    `<!doctype html><html><head><style>${css}</style></head><body>${html}<script>${js}</script></body></html>`,
  );
}

describe('the exported code', () => {
  it.each(['library', 'plain'])('%s talks with the room it was taken from', async (name) => {
    const room = `exported-${name}`;
    const [page, fiddle] = [await open(`${api}/r/${room}`), await open(await run(name, room))];
    await page.getByText('2 here').filter({ visible: true }).waitFor();
    await fiddle.locator('input').fill('from the fiddle');
    await fiddle.locator('input').press('Enter');
    await page.getByRole('log').getByText('from the fiddle').waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('from the page: <b>ü</b>');
    await page.getByRole('button', { name: 'Send' }).click();
    await fiddle.getByText('from the page: <b>ü</b>').waitFor();
  });

  it('element talks with the room it was taken from', async () => {
    const [page, fiddle] = [
      await open(`${api}/r/exported-element`),
      await open(await run('element', 'exported-element')),
    ];
    await fiddle.getByRole('textbox', { name: 'Message' }).fill('two lines');
    await fiddle.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('log').getByText('two lines').waitFor();
  });

  it('plain is the one in the README', async () => {
    const readme = readFileSync('README.md', 'utf8');
    const text = (await pane('plain', 'html'))
      .replace('{{server}}', 'http://localhost:8080')
      .replace('{{room}}', 'fiddle');
    expect(readme).toContain(text);
  });
});

describe('the examples', () => {
  it.each(['cursors', 'votes', 'game', 'todo', 'slides', 'scores', 'visitors'])(
    '%s has at most 30 lines',
    async (name) => {
      const lines = (await Promise.all(['html', 'css', 'js'].map((kind) => pane(name, kind))))
        .join('')
        .trimEnd()
        .split('\n');
      expect(lines.length + 4, 'with the tags around script and style').toBeLessThanOrEqual(30);
    },
  );

  it('cursors show where the other is', async () => {
    const address = await run('cursors');
    const [ann, bob] = [await open(address), await open(address)];
    await until(async () => {
      await ann.mouse.move(100 + Math.random() * 100, 100);
      return (await bob.locator('b').count()) === 1;
    }, 'the cursor');
    await ann.mouse.move(640, 360);
    await until(async () => (await bob.locator('b').getAttribute('style'))?.includes('left: 50%'), 'its place');
    await ann.close();
  });

  it('votes count once each, for those who come later too', async () => {
    const address = await run('votes');
    const [ann, bob] = [await open(address), await open(address)];
    await ann.getByRole('button', { name: /^Tea/ }).click();
    await ann.getByRole('button', { name: /^Coffee/ }).click();
    await bob.getByRole('button', { name: /^Coffee/ }).click();
    for (const page of [ann, bob, await open(address)]) {
      await page.getByRole('button', { name: 'Coffee · 2' }).waitFor();
      await page.getByRole('button', { name: 'Tea · 0' }).waitFor();
    }
    await Promise.all(contexts.map((context) => context.close()));
    for (let i = 0; i < 200; i += 1) {
      // who come and go
      const { token } = await ask<{ token: string }>(api, 'join', { room: 'votes' });
      await ask(api, 'leave', { token });
    }
    await (await open(address)).getByRole('button', { name: 'Coffee · 2' }).waitFor();
  });

  it('the to-do list is shared, line by line', async () => {
    const address = await run('todo');
    const [ann, bob] = [await open(address), await open(address)];
    for (const [page, what] of [
      [ann, 'Bread'],
      [bob, '<b>Milk</b>'],
    ] as const) {
      await page.getByRole('textbox').fill(what);
      await page.getByRole('textbox').press('Enter');
    }
    for (const page of [ann, bob])
      for (const what of ['Bread', '<b>Milk</b>']) await page.getByRole('checkbox', { name: what }).waitFor();
    await bob.getByRole('checkbox', { name: 'Bread' }).check();
    await until(() => ann.getByRole('checkbox', { name: 'Bread' }).isChecked(), 'it is done for the other too');
    await ann.getByRole('listitem').filter({ hasText: 'Milk' }).getByRole('button').click();
    await until(async () => (await bob.getByRole('listitem').count()) === 1, 'it is deleted for the other too');
  });

  it('slides turn for all, and who comes late sees the one that is shown', async () => {
    const address = await run('slides');
    const speaker = await open(address);
    const early = await open(address);
    await speaker.getByRole('button', { name: 'Next' }).click();
    await early.getByText('No server').waitFor();
    await early.getByText('2 of 4').waitFor();
    await (await open(address)).getByText('No server').waitFor();
  });

  it('high scores lose no score when two finish at the same time', async () => {
    const address = await run('scores');
    const pages = [await open(address), await open(address), await open(address)];
    await Promise.all(
      pages.map(async (page, i) => {
        const button = page.getByRole('button');
        for (let clicks = 0; clicks <= i; clicks += 1) await button.click();
      }),
    );
    for (const page of pages) for (const score of [1, 2, 3]) await page.getByText(`${score} by guest`).waitFor();
    expect(await pages[0]?.getByRole('listitem').allTextContents()).toEqual(
      [3, 2, 1].map((score) => expect.stringContaining(`${score} by`) as string),
    );
  });

  it('visitors are counted', async () => {
    const address = await run('visitors');
    for (const count of [1, 2]) await (await open(address)).locator('#visitors', { hasText: String(count) }).waitFor();
  });

  it('the game takes turns, and no third player', async () => {
    const address = await run('game');
    const [ann, bob, eve] = [await open(address), await open(address), await open(address)];
    const play = (page: Page, field: number): Promise<void> =>
      page.getByRole('button', { name: `Field ${field}`, exact: true }).click();
    const sees = (page: Page, field: number, sign: string): Promise<void> =>
      page
        .getByRole('button', { name: `Field ${field}`, exact: true })
        .filter({ hasText: sign })
        .waitFor();
    await play(ann, 1);
    await sees(bob, 1, '×');
    await play(ann, 2); // not her turn
    await play(bob, 4);
    await sees(ann, 4, '○');
    await play(eve, 9); // a third player
    await play(ann, 2);
    await sees(bob, 2, '×');
    await play(bob, 5);
    await sees(ann, 5, '○');
    await play(ann, 3);
    for (const page of [ann, bob, eve]) await page.getByText('has won').waitFor();
    expect(await eve.getByRole('button', { name: 'Field 9', exact: true }).textContent()).toBe('');
    await bob.getByRole('button', { name: 'New game' }).click();
    await eve.getByText('against').waitFor();
  });

  it('run on their own page', async () => {
    const page = await open(`${api}/examples`);
    for (const title of [
      'Shared cursors',
      'A poll with live bars',
      'Noughts and crosses',
      'A shared to-do list',
      'Slides for a talk',
      'High scores',
      'A visitor counter',
    ]) {
      await page.getByTitle(`${title}, running`).scrollIntoViewIfNeeded();
    }
    await page.frameLocator('[title^="A visitor"]').locator('#visitors', { hasText: /^\d+$/ }).waitFor();
    await page.getByTitle('A poll with live bars, running').scrollIntoViewIfNeeded();
    await page
      .frameLocator('[title^="A poll"]')
      .getByRole('button', { name: /^Water/ })
      .click();
    await page.frameLocator('[title^="A poll"]').getByRole('button', { name: 'Water · 1' }).waitFor();
    expect(await page.getByRole('button', { name: 'JSFiddle' }).count()).toBe(7);
  });

  it('are dark where the page is, and show their code whole', async () => {
    const page = await open(`${api}/examples`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 740 });
    for (const title of [
      'A poll with live bars',
      'Noughts and crosses',
      'A shared to-do list',
      'Slides for a talk',
      'High scores',
    ]) {
      await page.getByTitle(`${title}, running`).scrollIntoViewIfNeeded();
      const html = page.frameLocator(`[title^="${title}"]`).locator('html');
      await until(
        async () => (await html.evaluate((element) => getComputedStyle(element).backgroundColor)) === 'rgb(18, 21, 23)',
        `${title} in the dark`,
      );
    }
    expect(await page.locator('pre').evaluateAll((all) => all.map((pre) => pre.scrollWidth - pre.clientWidth))).toEqual(
      [0, 0, 0, 0, 0, 0, 0],
    );
  });
});

describe('the docs', () => {
  it('call operations in both ways', async () => {
    const page = await open(`${api}/docs`);
    await page.getByRole('button', { name: 'Join as a guest' }).click();
    await page.locator('#op-join output').getByText('"ok": true').waitFor();
    const send = page.locator('#op-send');
    await send.locator('summary').click();
    await send.getByRole('textbox', { name: 'text' }).fill('from the docs');
    await send.getByRole('textbox', { name: 'data' }).fill('{"a":1}');
    await send.getByRole('button', { name: 'With a script tag' }).click();
    await send.locator('output').getByText('"ok": true').waitFor();
    const poll = page.locator('#op-poll');
    await poll.locator('summary').click();
    await poll.getByRole('button', { name: 'Call with fetch' }).click();
    await poll.locator('output').getByText('from the docs').waitFor();
    const rename = page.locator('#op-rename');
    await rename.locator('summary').click();
    await rename.getByRole('textbox', { name: 'name' }).fill('x'.repeat(60));
    await rename.getByRole('button', { name: 'Call with fetch' }).click();
    await rename.locator('output').getByText('"bad_request"').waitFor();
    expect(await rename.locator('output').textContent()).toContain('"status": 400');
  });

  it('open the operation of an address, and send no data that is not JSON', async () => {
    const page = await open(`${api}/docs#op-signal`);
    const signal = page.locator('#op-signal');
    const data = signal.getByRole('textbox', { name: 'data' });
    await signal.getByRole('textbox', { name: 'token' }).fill('1.none');
    await data.fill('{a:1}');
    await signal.getByRole('button', { name: 'Call with fetch' }).click();
    expect(await data.evaluate((input) => (input as HTMLInputElement).validationMessage)).toContain('not JSON');
    expect(await signal.locator('output').textContent()).toBe('');
    await data.fill('"a text"');
    await signal.getByRole('button', { name: 'With a script tag' }).click();
    await signal.locator('output').getByText('"unauthorized"').waitFor();
    await page.goto(`${api}/docs#op-history`);
    await page.getByRole('textbox', { name: 'before' }).waitFor();
  });

  it('name every attribute, property and part of the element, and every call and event of the library', async () => {
    const page = await open(`${api}/docs`);
    const named = (list: string): Promise<string[]> =>
      page
        .locator(`#${list} dt code`)
        .evaluateAll((all) => [...new Set(all.map((code) => (code.textContent ?? '').replace(/\(.*/, '')))].sort());
    const sources = sourcesOf('apps/web/element', 'apps/web/moderation-tools').map(readSource).join('\n');
    const found = (text: string, pattern: RegExp): string[] =>
      [...new Set([...text.matchAll(pattern)].flatMap(([, one = '']) => one.split(' ')))].sort();
    const membersOf = (name: string): string =>
      new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(readSource('apps/web/client/api.ts'))?.[1] ?? '';
    const observed = found(/observedAttributes = (.*)/.exec(sources)?.[1] ?? '', /'(\w+)'/g);
    expect(await named('attributes')).toEqual([...observed, 'texts', 'theme'].sort());
    expect(await named('properties')).toEqual(
      found(readFileSync('apps/web/element/element.css', 'utf8'), /var\((--nbc-[\w-]+)/g),
    );
    expect(await named('parts')).toEqual(found(sources.replace(/part: mine \? /g, 'part: '), /part: '([\w ]+)'/g));
    expect(await named('options')).toEqual(found(membersOf('JoinOptions'), /^ {2}(\w+)\??:/gm));
    expect(await named('calls')).toEqual(found(membersOf('Chat'), /^ {2}(\w+)[<(]/gm));
    expect(await named('properties-of-chat')).toEqual(found(membersOf('Chat'), /^ {2}readonly (\w+):/gm));
    expect(await named('values')).toEqual(found(membersOf('ChatValues'), /^ {2}(\w+)[<(]/gm));
    expect(await named('names')).toEqual(found(membersOf('ChatEvents'), /^ {2}(\w+):/gm));
  });
});

describe('the doctor', () => {
  it('finds a good way here good', async () => {
    const page = await open(`${api}/doctor`);
    // the last look takes 45 s; the others are enough
    await until(async () => (await page.locator('.findings li').count()) >= 7, 'the findings', 20_000);
    expect(await page.locator('.sign.bad').count()).toBe(0);
    for (const about of ['mixed content', 'storage', 'tabs', 'script tags', 'fetch', 'clock', 'long addresses']) {
      await page.locator('.findings').getByText(about, { exact: true }).waitFor();
    }
  });

  it('says which checks have not begun after 10 s, and ends when none has', async () => {
    const link = await Link.start(api);
    link.troubles = [{ path: /doctor-frame/, how: 'refuse' }];
    const page = await open('about:blank');
    await page.clock.install();
    await page.goto(`${link.url}/doctor`);
    await page.clock.fastForward(11_000);
    await page.getByText('Done. See the problems above.').waitFor();
    expect(
      await page.locator('.findings li', { hasText: 'has not begun after 10 s' }).locator('b').allTextContents(),
    ).toEqual(['script tags', 'fetch', 'clock', 'long addresses', 'long holds']);
    link.troubles = [];
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.locator('.findings').getByText('long addresses', { exact: true }).waitFor();
    await page.clock.fastForward(1_000);
    expect(await page.locator('.sign.bad').count()).toBe(0);
    await link.close();
  });

  it('names the checks that wait for another one', async () => {
    const link = await Link.start(api);
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
    await page.getByText('Not begun yet: fetch, clock, long addresses, long holds.').waitFor();
    await link.close();
  });

  it('says why it does not look at something', async () => {
    const link = await Link.start(api);
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
      'long holds',
    ]);
    expect(
      findings
        .filter(({ sentence }) => sentence.startsWith('Not checked, because no guest could join'))
        .map(({ about }) => about),
    ).toEqual(['clock', 'long holds']);
    await link.close();
  });

  it('says what is wrong with a bad one, from the page that has it', async () => {
    const link = await Link.start(api);
    link.troubles = [
      { path: /\/poll/, how: 'cut', afterMs: 3_000 },
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
    expect(said['long holds']).toMatch(/^note: .*after [3-7] s/); // the browser may ask once more by itself
    await link.close();
  });
});
