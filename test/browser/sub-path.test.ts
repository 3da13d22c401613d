/** Our own pages where a proxy has the chat below a path; and the room that other sites may frame. */
import { mkdir } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserWith } from '../support/fixtures/browser.js';
import { SubPath } from '../support/sub-path.js';
import { until } from '../support/until.js';

const PASSWORD = 'a password of the host';
const SHOTS = 'test/shots';
const it = browserWith({ env: { RATE_LIMITS: 'off', ADMIN_PASSWORD: PASSWORD } });
let browser: Browser, site: Site, proxy: SubPath, api: string;
let problems: string[] = [];
it.beforeAll(() => mkdir(SHOTS, { recursive: true }));
it.beforeEach(async ({ stage }) => {
  ({ browser, site, api } = stage);
  proxy = await SubPath.start(api);
  problems = [];
});
it.afterEach(async () => {
  await browser.close();
  await proxy.stop();
  expect(proxy.astray).toEqual([]);
  expect(problems).toEqual([]);
});

async function open(address: string, width = 1_000): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 760 },
    permissions: ['clipboard-read', 'clipboard-write'],
    reducedMotion: 'reduce',
    httpCredentials: { username: 'host', password: PASSWORD },
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(address);
  return page;
}

const named = (page: Page | Locator): Promise<void> => page.getByRole('button', { name: /Change your name/ }).waitFor();

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}

describe('below a path', () => {
  it('the front page has a chat, its code, and the way to its room', async () => {
    const page = await open(`${proxy.url}/`);
    await named(page);
    await page.locator('#code').getByText(`${proxy.url}/element.js`).waitFor();
    await say(page, 'from the front page');
    await page.getByRole('link', { name: 'Open it full screen' }).click();
    await page.waitForURL(`${proxy.url}/r/*`);
    await page.getByRole('log').getByText('from the front page').waitFor();
    await page.getByRole('link', { name: 'nobackend-chat' }).click();
    await page.waitForURL(`${proxy.url}/`);
    await page.goto(`${proxy.url}/?room=old-address`);
    await page.waitForURL(`${proxy.url}/r/old-address`);
  });

  it('a room invites, and belongs to the holder of its owner link', async () => {
    const page = await open(`${proxy.url}/r/below`);
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByRole('img', { name: `QR code of ${proxy.url}/r/below` }).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: /^Room/ }).click();
    await page.getByRole('button', { name: 'Copy owner link', exact: true }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(new RegExp(`^${proxy.url}/r/below#owner=[\\w-]+$`));
    const other = await open(link);
    await other.getByText('Your room').waitFor();
    expect(other.url()).toBe(`${proxy.url}/r/below`);
  });

  it('the docs call operations in both ways', async () => {
    const page = await open(`${proxy.url}/docs#op-rooms`);
    await page.getByText(`${proxy.url}/chat.js`).first().waitFor();
    const operation = page.locator('#op-rooms');
    for (const way of ['Call with fetch', 'With a script tag']) {
      await operation.getByRole('button', { name: way }).click();
      await operation.locator('output').getByText('"ok": true').waitFor();
    }
  });

  it('the examples run', async () => {
    const page = await open(`${proxy.url}/examples`);
    await page.locator('pre').getByText(`${proxy.url}/chat.js`).first().waitFor();
    await page.locator('#votes iframe').scrollIntoViewIfNeeded(); // only what is in view runs
    await page
      .frameLocator('#votes iframe')
      .getByRole('button', { name: /Tea · \d/ })
      .waitFor();
  });

  it('a page that names a version and its hash loads that, with all that this loads, and it never changes', async () => {
    const docs = await open(`${proxy.url}/docs`);
    const code = await docs.locator('code').getByText('integrity=').first().textContent();
    const [tag = ''] = code?.split('\n') ?? [];
    const { version } = (await (await fetch(`${proxy.url}/health`)).json()) as { version: string };
    const folder = `${proxy.url}/v/${version}`;
    expect(tag).toContain(`src="${folder}/element.js"`);
    await docs.getByRole('contentinfo').getByText(`Version ${version}.`).waitFor();

    const element = '<nobackend-chat room="pinned" lang="de"></nobackend-chat>';
    const scripts: string[] = [];
    docs.on('request', (request) => request.resourceType() === 'script' && scripts.push(request.url()));
    await docs.goto(site.serve('/pinned', `<!doctype html><link rel="icon" href="data:,">${tag}${element}`));
    await docs.getByRole('textbox', { name: 'Nachricht' }).waitFor();
    const loaded = (): string[] => scripts.filter((src) => !src.includes('/jsonp/'));
    await until(() => loaded().includes(`${folder}/languages/de.tools.js`), 'the texts of the tools');
    expect(loaded()).toContain(`${folder}/owner.js`);
    expect(loaded().filter((src) => !src.startsWith(`${folder}/`))).toEqual([]);
    const { headers } = await fetch(`${folder}/element.js`);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');

    const refused = site.serve(
      '/spoilt',
      `<link rel="icon" href="data:,">${tag.replace('sha384-', 'sha384-A')}${element}`,
    );
    await docs.goto(refused);
    expect(await docs.evaluate(() => customElements.get('nobackend-chat'))).toBeUndefined();
    expect(problems.splice(0).join()).toMatch(/integrity/);
  });

  it('the doctor gets through', async () => {
    const page = await open(`${proxy.url}/doctor`);
    await page.getByText(/Script tags reach the server/).waitFor();
    await page.getByText(/fetch reaches the server/).waitFor();
  });

  it('the host has its page, its acts and the queues', async () => {
    const page = await open(`${proxy.url}/admin`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'Its name' }).fill('below-host');
    await page.locator('form#any').getByRole('button', { name: 'Act' }).click();
    await page.getByText('Make an owner link').click();
    await page.getByRole('button', { name: 'Make an owner link' }).click();
    await page.getByText(`${proxy.url}/r/below-host#owner=`).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('link', { name: 'Queues' }).click();
    await page
      .getByRole('link', { name: /upkeep/ })
      .first()
      .click();
    await page.waitForURL(`${proxy.url}/admin/queues/queue/**`);
    await page.reload();
    await page
      .getByRole('link', { name: /upkeep/ })
      .first()
      .waitFor();
    await page.getByRole('link', { name: '← Host' }).click();
    await page.waitForURL(`${proxy.url}/admin`);
  });

  it.each(['/docs/', '/r/slash/', '/embed/slash/', '/admin/'])(
    '%s leads to the page without the slash',
    async (path) => {
      const page = await open(`${proxy.url}${path}?a=b#c`);
      expect(page.url()).toMatch(new RegExp(`^${proxy.url}${path.slice(0, -1)}(\\?a=b)?#c$`));
      await page.waitForLoadState();
    },
  );

  it('an address that leads nowhere has its looks, and ways on', async () => {
    const page = await (await open(`${proxy.url}/`)).context().newPage();
    for (const path of ['/nothing', '/no/such/page', '/r/not%20one/']) {
      expect((await page.goto(proxy.url + path))?.status()).toBe(404);
      expect(await page.evaluate(() => document.styleSheets.length)).toBe(1);
    }
    await page.getByRole('link', { name: 'Go to the lobby' }).click();
    await page.waitForURL(`${proxy.url}/r/lobby`);
  });
});

/** A page of another site that has a room in a frame. */
function framing(src: string, attributes = ''): string {
  return site.serve(
    '/framing',
    `<!doctype html><html lang="en"><head><title>Wiki</title><link rel="icon" href="data:,"></head><body><iframe src="${src}" title="Chat" width="100%" height="480" ${attributes}></iframe></body></html>`,
  );
}

describe('a room in a frame of another site', () => {
  it.each(['', 'sandbox="allow-scripts allow-forms"'])('lets people talk, in a frame with "%s"', async (attributes) => {
    const [ann, bob] = [await open(framing(`${api}/embed/framed`, attributes)), await open(`${api}/r/framed`)];
    const frame = ann.frameLocator('iframe');
    await named(frame.locator('body'));
    await frame.getByRole('textbox', { name: 'Message' }).fill('from the wiki');
    await frame.getByRole('button', { name: 'Send' }).click();
    await bob.getByRole('log').getByText('from the wiki').first().waitFor();
  });

  it('has nothing to own it by, whatever this browser owns and the address says', async () => {
    const page = await open(`${api}/r/led-clicks`);
    const { token, owner } = await ask<{ token: string; owner?: string }>(api, 'join', { room: 'led-clicks-2' });
    await page.getByRole('button', { name: /^Room/ }).waitFor();
    await say(page, 'mine');
    await page.goto(`${api}/embed/led-clicks`);
    await page.getByRole('log').getByText('mine').waitFor();
    const tools = page.getByRole('button', { name: /^Room|^Tools/ });
    expect([await tools.count(), await page.getByText('Your room').count()]).toEqual([0, 0]);
    await page.goto(`${api}/embed/led-clicks-2#owner=${owner}`);
    await named(page);
    expect(page.url()).toBe(`${api}/embed/led-clicks-2`);
    const user = await page.evaluate(() => document.querySelector('nobackend-chat')?.chat?.user?.id);
    await ask(api, 'handover', { token, room: 'led-clicks-2', user });
    await page
      .getByRole('log')
      .getByText(/offered this room to/)
      .waitFor();
    expect(await page.getByRole('button', { name: 'Accept' }).count()).toBe(0);
    expect(await tools.count()).toBe(0);
    expect(
      (await ask<{ moderators: unknown[] }>(api, 'audit', { token, room: 'led-clicks-2' })).moderators,
    ).toHaveLength(1);
  });

  it('is the only page of ours that may be framed, and no room is for indexes', async () => {
    const headersOf = async (path: string): Promise<(string | null)[]> => {
      const { headers } = await fetch(api + path);
      return [
        /frame-ancestors [^;]*/.exec(headers.get('content-security-policy') ?? '')?.[0] ?? null,
        headers.get('x-frame-options'),
        headers.get('x-robots-tag'),
      ];
    };
    expect(await headersOf('/embed/framed')).toEqual([null, null, 'noindex']);
    expect(await headersOf('/r/framed')).toEqual(["frame-ancestors 'self'", 'SAMEORIGIN', 'noindex']);
    for (const path of ['/', '/docs', '/embed/', '/embed/a/b', '/embed/..%2fdocs', '/nothing'])
      expect((await headersOf(path)).slice(0, 2), path).toEqual(["frame-ancestors 'self'", 'SAMEORIGIN']);
  });

  it('is one line on the front page', async () => {
    const page = await open(`${api}/`);
    await page.locator('#code').getByText('element.js').waitFor();
    await page.getByRole('button', { name: 'Frame' }).click();
    await page.getByRole('button', { name: 'Copy the code' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const room = await page.locator('nobackend-chat').getAttribute('room');
    const code = await page.evaluate(() => navigator.clipboard.readText());
    expect(code.trim()).toBe(`<iframe src="${api}/embed/${room}" title="Chat" width="100%" height="480"></iframe>`);
    await say(page, 'seen in the frame');
    const wiki = await open(
      site.serve('/wiki', `<!doctype html><title>Wiki</title><link rel="icon" href="data:,">${code}`),
    );
    await wiki.frameLocator('iframe').getByRole('log').getByText('seen in the frame').waitFor();
  });

  it.each([1_280, 390])('has nothing that axe finds wrong, at %i px', async (width) => {
    const page = await open(`${api}/embed/axe-${width}`, width);
    await named(page);
    await say(page, 'Hello!');
    await page.getByRole('log').locator('.rows').getByText('Hello!').waitFor();
    expect(await violations(page)).toEqual([]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${SHOTS}/embed-${width}-${colorScheme}.png` });
    }
  });
});

it('there is what browsers and indexes ask for unasked', async () => {
  const [icon, robots] = await Promise.all([fetch(`${api}/favicon.ico`), fetch(`${api}/robots.txt`)]);
  expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/vnd.microsoft.icon']);
  expect([...new Uint8Array(await icon.arrayBuffer()).slice(0, 4)]).toEqual([0, 0, 1, 0]);
  expect([robots.status, robots.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(await robots.text()).toMatch(/^User-agent: \*\nDisallow: \/api\/$/m);
});
