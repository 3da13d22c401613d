/** The pages as people use them: two browsers talking in a room, and the front page that makes one. */
import { mkdir } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { browserWith } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

const SHOTS = 'test/shots';
const STRANGE = [
  'Grüße aus Zürich',
  '日本語 한국어 العربية',
  '😀👩‍👩‍👧🏽',
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'a\u2028b\u2029c',
  '\' " ` \\ &amp; %00',
];
const it = browserWith({});
let browser: Browser, api: string;
let problems: string[] = [];
it.beforeAll(() => mkdir(SHOTS, { recursive: true }));
it.beforeEach(({ stage }) => {
  ({ browser, api } = stage);
  problems = [];
});

/** A page in a browser of its own, whose console is listened to. */
async function open(path: string, viewport = { width: 1_000, height: 700 }, origin = api): Promise<Page> {
  const context = await browser.newContext({ viewport, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('dialog', (dialog) => {
    problems.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(origin + path);
  return page;
}

const log = (page: Page): Locator => page.getByRole('log', { name: 'Messages' });

async function call(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /Change your name/ }).click();
  await page.getByRole('textbox', { name: 'Your name' }).fill(name);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: `You are ${name}.` }).waitFor();
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

describe('a room', () => {
  it('lets two browsers talk, whatever they write', async () => {
    const ann = await open('/r/page-talk');
    const bob = await open('/r/page-talk', { width: 400, height: 700 }, api.replace('127.0.0.1', 'localhost'));
    await call(ann, 'Ann Ö');
    await call(bob, 'Bob');
    for (const [i, text] of STRANGE.entries()) await say(i % 2 ? ann : bob, text);
    for (const page of [ann, bob]) {
      await log(page)
        .getByText(STRANGE.at(-1) ?? '', { exact: true })
        .waitFor();
      const texts = await log(page).locator('.text').allTextContents();
      expect(texts).toEqual(STRANGE);
    }
    await ann.screenshot({ path: `${SHOTS}/room-desk.png` });
    await bob.screenshot({ path: `${SHOTS}/room-phone.png` });
    expect(problems).toEqual([]);
  });

  it('has private messages, for the two only', async () => {
    const [ann, bob, eve] = [
      await open('/r/page-private'),
      await open('/r/page-private'),
      await open('/r/page-private'),
    ];
    await call(ann, 'Anja');
    await call(bob, 'Boris');
    await call(eve, 'Ewa');
    await ann.getByRole('button', { name: 'Boris', exact: true }).click();
    await say(ann, 'just between us');
    await bob.getByRole('button', { name: /Anja.*1/ }).click();
    await log(bob).getByText('just between us').waitFor();
    await say(bob, 'not a word');
    await log(ann).getByText('not a word').waitFor();
    await ann.reload();
    await ann.getByRole('button', { name: 'Boris', exact: true }).click();
    await log(ann).getByText('just between us').waitFor(); // read back from the history
    expect(await eve.locator('nobackend-chat').evaluate((chat) => chat.shadowRoot?.textContent)).not.toContain(
      'between us',
    );
    expect(problems).toEqual([]);
  });

  it('says in plain words when the connection is gone, and sends later what is written then', async () => {
    const [ann, bob] = [await open('/r/page-offline'), await open('/r/page-offline')];
    await call(ann, 'Aino');
    await ann.context().setOffline(true);
    await ann.getByText('The connection is lost.').waitFor();
    await say(ann, 'from the tunnel');
    await log(ann).getByText('Sending…').waitFor();
    await ann.context().setOffline(false);
    await log(bob).getByText('from the tunnel').waitFor();
    await ann.getByText('The connection is lost.').waitFor({ state: 'hidden' });
    await log(ann).getByText('Sending…').waitFor({ state: 'detached' });
    expect(await log(ann).getByText('from the tunnel').count()).toBe(1);
  });

  it('offers a name that is free when the wanted one is not', async () => {
    const [ann, bob] = [await open('/r/page-names'), await open('/r/page-names')];
    await call(ann, 'Alma');
    await bob.getByRole('button', { name: /Change your name/ }).click();
    await bob.getByRole('textbox', { name: 'Your name' }).fill('alma');
    await bob.getByRole('button', { name: 'Save' }).click();
    const offer = bob.getByRole('button', { name: /^Use / });
    const free = (await offer.textContent())?.replace('Use ', '') ?? '';
    await offer.click();
    await bob.getByRole('button', { name: `You are ${free}.` }).waitFor();
  });

  it('invites by address and picture', async () => {
    const page = await open('/r/page-invite');
    await page.getByRole('button', { name: 'Invite' }).click();
    const address = `${api}/r/page-invite`;
    await page.getByRole('img', { name: `QR code of ${address}` }).waitFor();
    await page.getByRole('link', { name: address }).waitFor();
    await page.getByRole('button', { name: 'Copy the address' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
    expect(problems).toEqual([]);
  });
});

describe('the front page', () => {
  it('has a live chat in a room of its own, which is the room of its code', async () => {
    const page = await open('/', { width: 1_280, height: 800 });
    const code = await until(async () => (await page.locator('#code').textContent()) || null, 'the code');
    const room = await page.locator('nobackend-chat').getAttribute('room');
    expect(code).toBe(`<script src="${api}/element.js"></script>\n<nobackend-chat room="${room}"></nobackend-chat>`);
    await page.getByRole('button', { name: 'Copy the code' }).click();
    await until(
      async () => (await page.evaluate(() => navigator.clipboard.readText())).includes(String(room)),
      'the code in the clipboard',
    );
    await page.reload();
    expect(await page.locator('nobackend-chat').getAttribute('room')).toBe(room);
    expect(await (await open('/')).locator('nobackend-chat').getAttribute('room')).not.toBe(room);
    await page.getByRole('link', { name: 'Open it full screen' }).click();
    await page.waitForURL(`${api}/r/${room}`);
    expect(problems).toEqual([]);
  });

  it('copies where a page may not use the clipboard itself', async () => {
    const page = await open('/');
    await page.evaluate(() =>
      Object.defineProperty(navigator.clipboard, 'writeText', { value: () => Promise.reject(new Error('not here')) }),
    );
    await page.getByRole('button', { name: 'No library' }).click();
    await page.getByRole('button', { name: 'Copy the code' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(`${await page.evaluate(() => navigator.clipboard.readText())}`).toBe(
      await page.locator('#code').textContent(),
    );
  });

  it('leads to the room of an address with ?room=', async () => {
    const page = await open('/?room=old-address');
    await page.waitForURL(`${api}/r/old-address`);
  });

  it.each([
    ['JSFiddle', 'jsfiddle.net/api/post/library/pure/', (fields: URLSearchParams) => fields.get('html')],
    [
      'CodePen',
      'codepen.io/cpe/pen/define/',
      (fields: URLSearchParams) => (JSON.parse(fields.get('data') ?? '') as { html: string }).html,
    ],
    ['StackBlitz', 'stackblitz.com/run', (fields: URLSearchParams) => fields.get('project[files][index.html]')],
  ])('opens its code in %s', async (name, address, htmlOf) => {
    const page = await open('/');
    const posted: { url: string; body: string }[] = [];
    await page.context().route(/jsfiddle|codepen|stackblitz/, async (route) => {
      posted.push({ url: route.request().url(), body: route.request().postData() ?? '' });
      await route.fulfill({ body: 'opened' });
    });
    for (const [kind, sign] of [
      ['Two lines', 'element.js'],
      ['Own look', 'chat.js'],
      ['No library', '/jsonp/'],
    ] as const) {
      await page.getByRole('button', { name: kind }).click();
      await page.locator('#code').getByText(sign).first().waitFor();
      const before = posted.length;
      await page.getByRole('button', { name }).click();
      await until(() => posted.length > before, 'a fiddle');
    }
    const room = await page.locator('nobackend-chat').getAttribute('room');
    for (const { url, body } of posted) {
      expect(url).toBe(`https://${address}`);
      expect(htmlOf(new URLSearchParams(body))).toBeTruthy();
      expect(body).toContain(encodeURIComponent(api));
      expect(body).toContain(String(room));
    }
  });

  it('and all other pages are filled in and compressed, without texts that the host has not', async () => {
    for (const path of ['/', '/docs', '/examples', '/doctor', '/r/lobby', '/embed/lobby', '/nothing/here']) {
      const answer = await fetch(api + path, { headers: { 'accept-encoding': 'gzip', accept: 'text/html' } });
      const html = await answer.text();
      expect(html, path).toMatch(/<title>[^<]*nobackend-chat/);
      expect(html, path).not.toMatch(/\{\{(?:name|logo|root|links|styles|title|text|version)\}|<!-- \/?if/);
      if (answer.ok) expect(answer.headers.get('content-encoding'), path).toBe('gzip');
    }
    for (const path of ['/text', '/text.html', '/terms', '/imprint'])
      expect((await fetch(api + path)).status, path).toBe(404);
  });
});

describe('an address that leads nowhere', () => {
  const asked = async (path: string, accept: string): Promise<[number, string, string]> => {
    const response = await fetch(api + path, { headers: { accept } });
    return [response.status, response.headers.get('content-type')?.split(';')[0] ?? '', await response.text()];
  };

  it('is a page of its own for who goes there, from which one gets on', async () => {
    const page = await open('/no/such/page');
    await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
    await page.getByRole('link', { name: 'Go to the lobby' }).click();
    await page.waitForURL(`${api}/r/lobby`);
    expect((await asked('/r/not%20a%20room', 'text/html,*/*;q=0.8')).slice(0, 2)).toEqual([404, 'text/html']);
  });

  it('is a short text for scripts, and JSON where there are operations', async () => {
    expect(await asked('/no-such.js', '*/*')).toEqual([404, 'text/plain', 'Not Found']);
    for (const path of ['/api/none', '/jsonp/none'])
      expect((await asked(path, 'text/html')).slice(1, 2)).toEqual(['application/json']);
  });
});

describe('without scripts', () => {
  it.each(['/', '/r/lobby', '/docs', '/examples', '/doctor'])('%s says so', async (path) => {
    expect(await (await fetch(api + path)).text()).toMatch(
      /<noscript><p class="warning">[^<]+JavaScript[^<]+<\/p><\/noscript>/,
    );
  });
});
