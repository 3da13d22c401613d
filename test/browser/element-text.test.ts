/** Hostile texts and names in the element: they deceive no reader, and stay in their own place. */
import type { Browser, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

const FAMILY = '👨‍👩‍👧';
const LINES = 1_990;
/** px that 20 lines have at most, with what is around them in a bubble. */
const FOLDED_MAX = 520;

const it = browserTest;
let browser: Browser, site: Site, api: string;
let room: string;
it.beforeEach(({ stage }) => {
  ({ browser, site, api } = stage);
});

/** The element on a page of another origin, in a room of this test. */
async function open(attributes = ''): Promise<Page> {
  room = freshRoom();
  const address = site.serve(
    `/${room}`,
    `<!doctype html><html lang="en"><head><title>Embedded</title></head><body><main><h1>Page</h1><script src="${api}/element.js"></script>
<nobackend-chat room="${room}" ${attributes}></nobackend-chat></main></body></html>`,
  );
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1_280, height: 800 } });
  const page = await context.newPage();
  await page.goto(address);
  await page
    .getByRole('button', { name: /Change your name/ })
    .first()
    .waitFor();
  return page;
}

const log = (page: Page): Locator => page.getByRole('log');
const rowOf = (page: Page, text: string): Locator => log(page).locator('.message', { hasText: text });

async function somebody(
  name?: string,
): Promise<{ token: string; send(text: string): Promise<unknown>; rename(name: string): Promise<unknown> }> {
  const { token } = await ask<{ token: string }>(api, 'join', { room, name });
  return {
    token,
    send: (text) => ask(api, 'send', { token, room, text }),
    rename: (to) => ask(api, 'rename', { token, name: to }),
  };
}

describe('a link', () => {
  it('shows where it leads, whatever turns the text around it or looks like another host', async () => {
    const page = await open();
    const { send } = await somebody();
    await send('\u202e http://evil.example/moc.elgoog//:sptth');
    await send('https://аррӏе.com/ https://ｇoogle.com http://2130706433/ https://münchen.example:8/ä');
    await send('https://example.com/a，谢谢 1https://EXAMPLE.com:443/x');
    await log(page).getByText('谢谢').waitFor();
    const links = await log(page)
      .getByRole('link')
      .evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.textContent]));
    expect(links).toEqual([
      ['http://evil.example/moc.elgoog//:sptth', 'http://evil.example/moc.elgoog//:sptth'],
      ['https://xn--80ak6aa92e.com/', 'https://аррӏе.com/ (xn--80ak6aa92e.com)'],
      ['https://google.com/', 'https://ｇoogle.com (google.com)'],
      ['http://127.0.0.1/', 'http://2130706433/ (127.0.0.1)'],
      ['https://xn--mnchen-3ya.example:8/%C3%A4', 'https://münchen.example:8/ä (xn--mnchen-3ya.example)'],
      ['https://example.com/a', 'https://example.com/a'],
      ['https://example.com/x', 'https://EXAMPLE.com:443/x'],
    ]);
    const [first, last] = await log(page)
      .getByRole('link')
      .first()
      .evaluate(({ firstChild }) =>
        [0, 37].map((at) => {
          const range = document.createRange();
          if (firstChild) range.setStart(firstChild, at);
          if (firstChild) range.setEnd(firstChild, at + 1);
          return range.getBoundingClientRect().x;
        }),
      );
    expect(first).toBeLessThan(Number(last));
    expect(await violations(page)).toEqual([]);
  });
});

describe('a name', () => {
  it('in a notice is set apart from its words, in every other sentence too', async () => {
    const page = await open();
    const eve = await somebody('Eve');
    await eve.rename('This room belongs to Eve now · x');
    const notice = log(page).locator('.notice', { hasText: 'is now' });
    await notice.waitFor();
    expect(await notice.locator('bdi').allTextContents()).toEqual(
      expect.arrayContaining(['Eve', 'This room belongs to Eve now · x']),
    );
    expect(
      await notice.evaluate((line) =>
        [...line.childNodes]
          .filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
          .map((text) => text.textContent)
          .join(''),
      ),
    ).not.toContain('belongs');
    await ask(api, 'signal', { token: eve.token, room, data: { typing: true } });
    await page.locator('.typing bdi', { hasText: 'This room belongs' }).waitFor();
    const id = await page
      .locator('nobackend-chat')
      .evaluate((chat) => (chat as HTMLElement & { chat: { user: { id: number } } }).chat.user.id);
    await ask(api, 'send', { token: eve.token, to: id, text: 'psst' });
    await page.locator('[aria-live] bdi', { hasText: 'This room belongs' }).waitFor({ state: 'attached' });
  });

  it('has no role beside it but a mark', async () => {
    const page = await open('name="The one who made it"');
    const mark = page.getByRole('complementary').getByRole('img', { name: 'owner of this room' });
    await mark.waitFor();
    expect(await mark.textContent()).toBe('');
    expect(await mark.locator('svg').count()).toBe(1);
  });

  it('begins with the whole of what a reader takes for its first letter', async () => {
    const page = await open();
    for (const name of [`${FAMILY} family`, '🇩🇪 flag', 'e\u0301\u0323tude'])
      await (await somebody(name)).send(`of ${name}`);
    await log(page).getByText('of 🇩🇪 flag').waitFor();
    await until(async () => (await log(page).locator('.avatar').count()) === 3, 'three avatars');
    expect(
      await log(page)
        .locator('.avatar')
        .evaluateAll((all) => all.map((sign) => sign.getAttribute('data-letter'))),
    ).toEqual([FAMILY, '🇩🇪', 'ẹ\u0301']);
  });

  it('that a page fills in is made fit, and the chat goes on', async () => {
    const page = await open();
    const label = async () => (await page.locator('nobackend-chat .me').getAttribute('aria-label')) ?? '';
    for (const [name, fit] of [
      ['လျှော့', /^You are လျှော့\./],
      [FAMILY.repeat(9), new RegExp(`^You are ${FAMILY.repeat(6)}\\.`)],
      [`Zoe${'\u0335\u0346'.repeat(20)}!`, /^You are Zoe\p{M}{2}!\./u],
      ['\u202eevil\n2', /^You are evil 2\./],
      ['\u200b\u2800', /^You are guest-/],
      ['Admin', /^You are guest-/],
    ] as const) {
      await page.evaluate((given) => {
        const chat = document.createElement('nobackend-chat');
        for (const [key, value] of [
          ['name', given],
          ['tabs', 'own'],
          ['room', 'text-fit'],
        ] as const)
          chat.setAttribute(key, value);
        document.querySelector('nobackend-chat')?.replaceWith(chat);
      }, name);
      await until(async () => fit.test(await label()), `a fit name of ${name}`);
    }
    await page.locator('nobackend-chat').evaluate((chat) => {
      for (const name of ['\u200b', `Zo\u202e\u00eb${'\u0346'.repeat(9)}`]) chat.setAttribute('name', name);
    });
    await until(async () => /^You are Zo \u00eb\u0346\u0346\./.test(await label()), 'the name that was set later');
  });

  it('that the server refuses for a reason of its own leaves a guest, not nothing', async () => {
    const refusing = `{"ok":false,"error":{"code":"bad_request","status":400,"message":"name is not to my taste","field":"name"}}`;
    const page = await open();
    await page.route(/\/api\/join/, (route) =>
      route.request().postData()?.includes('"name"')
        ? route.fulfill({
            status: 400,
            contentType: 'application/json',
            headers: { 'access-control-allow-origin': '*' },
            body: refusing,
          })
        : route.fallback(),
    );
    await page.evaluate(() => {
      document.body.innerHTML = document.body.innerHTML.replace('room="', 'name="Odd" room="other-');
    });
    await page.getByRole('button', { name: /^You are guest-/ }).waitFor();
  });
});

describe('a message', () => {
  it('stays within its bubble, whatever marks it has', async () => {
    const page = await open();
    const { send } = await somebody();
    await send('a message above');
    await rowOf(page, 'a message above').waitFor();
    await send(`x${'\u0300\u0346'.repeat(300)}`);
    await send('a message below');
    await rowOf(page, 'a message below').waitFor();
    const neighbours = () =>
      Promise.all(['above', 'below'].map((where) => rowOf(page, `a message ${where}`).locator('.bubble').screenshot()));
    const seen = await neighbours();
    await rowOf(page, 'x\u0300').evaluate((message) => {
      message.style.visibility = 'hidden';
    });
    for (const [i, picture] of (await neighbours()).entries()) expect(picture.equals(seen[i] ?? picture)).toBe(true);
  });

  it.each([
    ['newlines', `first${'\n'.repeat(LINES)}last`],
    ['letters', `first ${'W'.repeat(LINES)}`],
  ])('of very many %s is folded until all of it is asked for', async (_, text) => {
    const page = await open();
    const { send } = await somebody();
    await send('short');
    await send(text);
    const bubble = rowOf(page, 'first').locator('.bubble');
    const height = () => bubble.evaluate((box) => box.getBoundingClientRect().height);
    await bubble.getByRole('button', { name: 'Show all' }).waitFor();
    expect(await height()).toBeLessThan(FOLDED_MAX);
    expect(await rowOf(page, 'short').locator('.bubble').getByRole('button').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await bubble.getByRole('button', { name: 'Show all' }).click();
    await until(async () => (await height()) > 1.5 * FOLDED_MAX, 'all of it');
    await bubble.getByRole('button', { name: 'Show less' }).click();
    expect(await height()).toBeLessThan(FOLDED_MAX);
  });

  it('of nothing that is seen is not sent', async () => {
    const page = await open();
    const box = page.getByRole('textbox', { name: 'Message' });
    await box.fill('\u200b\u2060');
    await page.keyboard.press('Enter');
    expect(await box.inputValue()).toBe('\u200b\u2060');
    expect(await log(page).locator('.message').count()).toBe(0);
  });
});
