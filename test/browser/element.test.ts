/** The element: for everybody (axe), in every page (strict policies, other languages), with very long logs. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import { bring } from '../support/bring.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserWith, freshRoom } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

const it = browserWith({ env: { RATE_LIMITS: 'off', HISTORY: 30_000 } });
let browser: Browser, site: Site, api: string;
let room: string;
it.beforeEach(({ stage }) => {
  ({ browser, site, api } = stage);
});

async function open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** A page of another origin with the element in a room of this test. */
function embedded(attributes = '', headers?: Record<string, string>): string {
  room = freshRoom();
  return site.serve(
    `/${room}`,
    `<!doctype html><html lang="en"><head><title>Embedded</title></head><body><h1>Page</h1><script src="${api}/element.js"></script>
<nobackend-chat room="${room}" ${attributes}></nobackend-chat></body></html>`,
    headers,
  );
}

const log = (page: Page): Locator => page.getByRole('log');
const ready = (page: Page): Promise<void> => page.getByRole('button', { name: /Change your name/ }).waitFor();

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}

async function somebody(name?: string): Promise<(text: string) => Promise<unknown>> {
  const { token } = await ask<{ token: string }>(api, 'join', { room, name });
  return (text) => ask(api, 'send', { token, room, text });
}

describe.each([1_280, 360])('at %i px, in light and in dark, axe finds nothing wrong with', (width) => {
  const options = { viewport: { width, height: 760 }, reducedMotion: 'reduce' as const };

  // with what is drawn last; the docs in full, and with an operation opened
  it.each([
    ['/', 'nobackend-chat .own-name'],
    ['/docs#op-send', '#op-send[open] output'],
    ['/examples', 'pre >> nth=2'],
    ['/doctor', '.findings li >> nth=3'],
    ['/nothing/here', 'h1'],
  ])('%s', async (path, last) => {
    const page = await open(api + path, options);
    await page.locator(last).waitFor({ state: 'attached' });
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });

  it('a room, in every state', async () => {
    room = freshRoom();
    const page = await open(`${api}/r/${room}`, options);
    await ready(page);
    expect(await violations(page)).toEqual([]);
    const names = Array.from({ length: 12 }, (_, i) => `at ${width} ${i}`);
    for (const name of names) await (await somebody(name))(`hello from ${name}, see https://example.com`);
    await say(page, 'mine');
    await log(page).getByText('mine').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: /Change your name/ }).click();
    await page.getByRole('textbox', { name: 'Your name' }).fill(names[0] ?? '');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: /^Use / }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Your name' }).fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Use 1 to 32 visible characters').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).first().click();
    if (width === 360) await page.getByRole('button', { name: /here/ }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: names[3], exact: true }).click();
    await page.getByText('Only you two see this').waitFor();
    await page.context().setOffline(true);
    await page.getByText('The connection is lost.').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Invite' }).click();
    expect(await violations(page)).toEqual([]);
  });

  it('a room that does not open', async () => {
    const page = await open(`${api}/docs`, options);
    await page.route(/\/(api|jsonp)\//, (route) => route.abort());
    await page.goto(`${api}/r/axe-none`);
    await page.getByText('The room cannot be opened yet.').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
});

describe('the element', () => {
  it("takes two lines on a page that forbids everything but the server's scripts", async () => {
    const page = await open(embedded('', { 'content-security-policy': `default-src 'none'; script-src ${api}` }));
    await ready(page);
    await say(page, 'one line');
    await log(page).getByText('one line').waitFor();
    expect(await page.locator('nobackend-chat').evaluate((chat) => getComputedStyle(chat).display)).toBe('block');
  });

  it('shows text as text, and only web addresses as links', async () => {
    const page = await open(embedded());
    await ready(page);
    const send = await somebody();
    await send(
      '<img src=x onerror=alert(1)> javascript:alert(1) https://a.example/x_(y)?q=1. (https://b.example) ftp://c.example',
    );
    await log(page).getByText('<img src=x').waitFor();
    const links = await log(page)
      .getByRole('link')
      .evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.getAttribute('rel')]));
    expect(links).toEqual([
      ['https://a.example/x_(y)?q=1', 'noopener noreferrer nofollow ugc'],
      ['https://b.example/', 'noopener noreferrer nofollow ugc'],
    ]);
    expect(await log(page).locator('img').count()).toBe(0);
  });

  it('groups by author, and tells who is typing', async () => {
    const [ann, bob] = [await open(embedded('name="ann of groups"')), await open(`${site.origin}/${room}`)];
    await Promise.all([ready(ann), ready(bob)]);
    for (const text of ['one', 'two', 'three']) await say(bob, text);
    await log(ann).getByText('three').waitFor();
    expect(await log(ann).locator('.author').count()).toBe(1);
    await bob.getByRole('textbox', { name: 'Message' }).pressSequentially('hmm', { delay: 50 });
    await ann.getByText(/ is typing…/).waitFor();
    await bob.keyboard.press('Enter');
    await ann.getByText(/ is typing…/).waitFor({ state: 'hidden' });
  });

  it('follows the end, and elsewhere keeps its place and counts what is new', async () => {
    const page = await open(embedded());
    await ready(page);
    const send = await somebody();
    for (let i = 0; i < 40; i++) await send(`line ${i}`);
    await log(page).getByText('line 39').waitFor();
    await until(() => log(page).evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight < 5), 'the end');
    await log(page).evaluate((box) => {
      box.scrollTop -= 400;
    });
    await page.waitForTimeout(100);
    const at = await log(page).evaluate((box) => box.scrollTop);
    await send('fresh');
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await log(page).evaluate((box) => box.scrollTop)).toBe(at);
    await page.getByRole('button', { name: '1 new' }).click();
    await log(page).getByText('fresh').waitFor();
    expect(await log(page).locator('.fresh').count()).toBe(1);
    await page.getByRole('button', { name: '1 new' }).waitFor({ state: 'hidden' });
  });

  it('scrolls through 20,000 messages with few of them in the document', async () => {
    const page = await open(embedded());
    await ready(page);
    const many = Array.from({ length: 20_000 }, (_, i) => ({
      type: 'message',
      room,
      id: `9${String(i + 1).padStart(13, '0')}-0`,
      at: 1.8e12 + (i + 1) * 20_000,
      from: { id: 999, name: 'many' },
      text: `message ${i + 1} ${'word '.repeat((i + 1) % 30)}`,
    }));
    await bring(page, many); // sending them would take long and test the server
    await log(page).getByText('message 20000').waitFor();
    await log(page).evaluate(async (box) => {
      for (let step = 0; step < 80; step++) {
        box.scrollTop -= 900;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        await new Promise((resolve) => setTimeout(resolve));
      }
    });
    expect(await log(page).locator('.row').count()).toBeLessThanOrEqual(150);
    const first = await log(page).locator('.row .text').first().textContent();
    expect(Number(/\d+/.exec(first ?? '')?.[0])).toBeLessThan(19_500);
    await page.getByRole('button', { name: 'Latest' }).click();
    await log(page).getByText('message 20000').waitFor();
  });

  it('reads older messages back on scrolling up', async () => {
    embedded();
    const send = await somebody();
    for (let i = 0; i < 130; i++) await send(`older ${i}`);
    const page = await open(`${site.origin}/${room}`);
    await log(page).getByText('older 129').waitFor();
    await until(async () => {
      await log(page).evaluate((box) => {
        box.scrollTop = 0;
      });
      return (await log(page).getByText('older 0', { exact: true }).count()) === 1;
    }, 'the first message');
    await log(page).getByText('This is the beginning.').waitFor();
  });

  it('speaks other languages and wears other clothes', async () => {
    const page = await open(
      embedded(
        `theme="dark" texts='{"send":"Senden","message":"Nachricht","locale":"de"}' style="--nbc-accent: rgb(1, 2, 3)"`,
      ),
    );
    await page.getByRole('button', { name: 'Senden' }).waitFor();
    await page.getByRole('textbox', { name: 'Nachricht' }).waitFor();
    expect(
      await page.getByRole('button', { name: 'Senden' }).evaluate((button) => getComputedStyle(button).backgroundColor),
    ).toBe('rgb(1, 2, 3)');
    await page.locator('nobackend-chat').evaluate((chat) => {
      (chat as HTMLElementTagNameMap['nobackend-chat']).texts = { send: 'Envoyer' };
    });
    await page.getByRole('button', { name: 'Envoyer' }).waitFor();
  });

  it('joins when it is put into a page, moves without leaving, changes rooms, and leaves when it is taken out', async () => {
    const page = await open(embedded('name="mover"'));
    await ready(page);
    const chat = page.locator('nobackend-chat');
    const id = (): Promise<number | undefined> =>
      chat.evaluate((element) => (element as HTMLElementTagNameMap['nobackend-chat']).chat?.user?.id);
    const before = await id();
    await chat.evaluate((element) => document.body.prepend(element));
    await page.waitForTimeout(100);
    expect(await id()).toBe(before);
    await chat.evaluate((element, other) => element.setAttribute('room', other), `${room}-b`);
    await page.getByText(`${room}-b`).first().waitFor();
    await page.getByRole('button', { name: 'You are mover.' }).waitFor();
    await chat.evaluate((element) => element.remove());
    await until(async () => {
      const { token } = await ask<{ token: string }>(api, 'join', { room: `${room}-b` });
      const { members } = await ask<{ members: { name: string }[] }>(api, 'members', { token });
      return !members.some(({ name }) => name === 'mover');
    }, 'it has left');
  });

  it('can be used by keyboard alone', async () => {
    const page = await open(embedded('name="keys"'), { viewport: { width: 400, height: 700 } });
    await ready(page);
    const name = 'other keys';
    await somebody(name);
    await page.getByRole('button', { name: '2 here' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab'); // past the way out, to everyone
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Only you two see this').waitFor();
    await page.keyboard.type('by keys');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('in two lines');
    await page.keyboard.press('Enter');
    await log(page).getByText('by keys\nin two lines').waitFor();
  });
});
