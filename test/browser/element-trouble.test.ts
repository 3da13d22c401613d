/**
 * The element when something is wrong: no server, no name, nothing to focus; and its colours, whatever the page's are.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import { refusal } from '../support/refusal.js';
import { until } from '../support/until.js';

const it = browserTest;
let browser: Browser, site: Site, link: Link, api: string;
let room: string;
it.beforeEach(({ stage }) => {
  ({ browser, site, link, api } = stage);
});

async function open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** A page of another origin with the element in a room of this test. */
function embedded(attributes = '', style = ''): string {
  room = freshRoom();
  return site.serve(
    `/${room}`,
    `<!doctype html><html lang="en"><head><title>Embedded</title><style>${style}</style></head><body>
<script src="${api}/element.js"></script><nobackend-chat room="${room}" ${attributes}></nobackend-chat></body></html>`,
  );
}

const ready = (page: Page): Promise<void> => page.getByRole('button', { name: /Change your name/ }).waitFor();

describe('a server that is not there', () => {
  it('is called that, with a way to look and a way to try; the room opens by itself when it is there', async () => {
    await link.close();
    const page = await open(embedded(`server="${link.url}"`));
    await page
      .getByText('The room cannot be opened yet. The server could not be reached. The chat keeps trying.')
      .waitFor();
    const doctor = page.getByRole('link', { name: `${link.url}/doctor` });
    expect(await doctor.getAttribute('target')).toBe('_blank');
    await page.getByRole('button', { name: 'Try now' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Trying…').waitFor();
    await page.getByText('The room cannot be opened yet.').waitFor(); // it is still not there
    expect(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.textContent)).toBe('Try now');
    await link.open();
    await ready(page);
    await page.getByRole('button', { name: 'Try now' }).waitFor({ state: 'detached' });
  });

  it('is not called that while it answers that the chat is not available', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const error = { code: 'unavailable', status: 503, message: 'Not available. Try again soon.', retryAfter: 1 };
    await page.route(/\/api\/join/, (route) => route.fulfill({ status: 503, json: { ok: false, error } }));
    await page.goto(`${api}/r/unwell`);
    await page
      .getByText('The room cannot be opened yet. Not available. Try again soon. The chat keeps trying.')
      .waitFor();
    expect(await page.getByText('If this page opens').count()).toBe(0);
    await page.unroute(/\/api\/join/);
    await ready(page);
  });

  it('is none where only the name is too long: what fits of it is taken', async () => {
    const page = await open(embedded(`name="${'x'.repeat(50)}"`));
    await ready(page);
    await until(
      async () =>
        (await page.evaluate(
          () =>
            (document.querySelector('nobackend-chat') as unknown as { chat: { user: { name: string } | null } }).chat
              .user?.name,
        )) === 'x'.repeat(32),
      'the name',
    );
  });

  it('whose address is none is called that', async () => {
    const page = await open(embedded('server="localhost:8761"'));
    await page.getByText('"localhost:8761" is not a web address.').waitFor();
  });

  it('is tried at once when that is asked for', async () => {
    const page = await open(embedded(`server="${link.url}"`));
    await ready(page);
    link.troubles = [{ path: /\/api\/|\/jsonp\//, how: 'refuse' }];
    const other = await open(embedded(`server="${link.url}" tabs="own"`));
    await other.getByText('The room cannot be opened yet.').waitFor();
    // from now on no pause ends by itself
    await other.evaluate(() => {
      Object.assign(window, { setTimeout: () => 0 });
    });
    const before = link.seen.length;
    await until(() => link.seen.length > before + 1, 'an attempt whose pause was not yet held up');
    link.troubles = [];
    // an attempt that was under way may have opened the room meanwhile, and taken the button away
    const clicked = other
      .getByRole('button', { name: 'Try now' })
      .click()
      .catch(() => undefined);
    await Promise.race([clicked, ready(other)]);
    await ready(other);
  });

  it('is told to the other tabs too, which wait for the one that asks', async () => {
    await link.close();
    const page = await open(embedded(`server="${link.url}"`));
    const second = await page.context().newPage();
    await second.goto(`${site.origin}/${room}`);
    for (const tab of [page, second])
      await tab.getByText('The room cannot be opened yet. The server could not be reached.').waitFor();
    await second.getByRole('button', { name: 'Try now' }).click(); // before: once the server is there, a page may try by itself
    await link.open();
    await Promise.all([ready(page), ready(second)]);
    await second.getByText('1 here').filter({ visible: true }).waitFor();
  });

  it('that never answers is noticed, though nothing fails', async () => {
    link.troubles = [{ path: /join/, how: 'delay', afterMs: 60_000 }];
    const page = await open('about:blank');
    await page.clock.install();
    await page.goto(embedded(`server="${link.url}"`));
    await until(() => link.seen.some((path) => /join/.test(path)), 'the first attempt');
    expect(await page.getByText('The room cannot be opened yet.').count()).toBe(0);
    await page.clock.fastForward(5_000);
    await page.getByText('The room cannot be opened yet. The server does not answer.').waitFor();
  });

  it('may be none at all: an address without a meaning breaks nothing', async () => {
    const page = await open(embedded('server="http://%"'));
    await page.getByText('The room cannot be opened yet.').waitFor();
    expect(await page.getByRole('link').count()).toBe(0);
  });
});

describe('names', () => {
  it('that are none are not taken without a word', async () => {
    const page = await open(embedded(), { viewport: { width: 1_280, height: 700 } });
    await ready(page);
    await page.getByRole('button', { name: /Change your name/ }).click();
    const input = page.getByRole('textbox', { name: 'Your name' });
    for (const wrong of ['', '   ', 'x'.repeat(40), '\u202eabc']) {
      await input.fill(wrong);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('Use 1 to 32 visible characters.').waitFor();
      expect(await input.getAttribute('aria-invalid')).toBe('true');
      expect(await input.evaluate((element) => (element.getRootNode() as ShadowRoot).activeElement === element)).toBe(
        true,
      );
    }
    const [label, field] = [await page.getByText('Your name').boundingBox(), await input.boundingBox()];
    expect(field?.x).toBe(label?.x);
    await input.fill('Good');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'You are Good.' }).waitFor();
  });

  it('that are empty or blank in the attribute give a guest; one that is taken gives the one suggested, also later', async () => {
    const page = await open(embedded('name="  "'));
    await page.getByRole('button', { name: /You are guest-/ }).waitFor();
    await ask(api, 'join', { room, name: 'Taken' });
    await page.locator('nobackend-chat').evaluate((chat) => chat.setAttribute('name', 'Taken'));
    await page.getByRole('button', { name: /You are Taken.+\./ }).waitFor();
  });
});

describe('the focus', () => {
  it('stops nowhere in vain: beside the list of people, their number is no button', async () => {
    const page = await open(embedded(), { viewport: { width: 1_280, height: 700 } });
    await ready(page);
    await page.getByText('1 here').filter({ visible: true }).waitFor();
    expect(await page.getByRole('button', { name: '1 here' }).count()).toBe(0);
    await page.setViewportSize({ width: 400, height: 700 });
    await page.getByRole('button', { name: '1 here' }).click();
    await page.getByRole('button', { name: 'Close' }).waitFor();
    await page.getByRole('button', { name: '1 here' }).press('Escape');
    await page.getByRole('button', { name: 'Close' }).waitFor({ state: 'hidden' });
  });
});

describe('the colours', () => {
  const LIGHT = 'rgb(255, 253, 249)';
  const DARK = 'rgb(21, 24, 26)';
  const colours = (page: Page): Promise<string[]> =>
    page.locator('nobackend-chat').evaluate((chat) => {
      const root = chat.shadowRoot?.querySelector('.chat');
      const { backgroundColor, colorScheme } = getComputedStyle(root ?? chat);
      return [backgroundColor, colorScheme];
    });

  it.each([
    ['auto', 'normal', 'light', 'light'],
    ['auto', 'normal', 'dark', 'light'],
    ['auto', 'dark', 'light', 'dark'],
    ['auto', 'only light', 'dark', 'light'],
    ['auto', 'light dark', 'dark', 'dark'],
    ['light', 'dark', 'dark', 'light'],
    ['dark', 'light', 'light', 'dark'],
  ] as const)(
    'of theme %s in a page of color-scheme %s on a %s device are %s',
    async (theme, scheme, colorScheme, expected) => {
      const page = await open(embedded(`theme="${theme}"`, `:root { color-scheme: ${scheme} }`), { colorScheme });
      await ready(page);
      expect(await colours(page)).toEqual([expected === 'dark' ? DARK : LIGHT, expected]);
    },
  );

  it('follow the page and the device while they change, in a frame too', async () => {
    const address = embedded();
    const page = await open(
      site.serve(
        '/frame',
        `<!doctype html><style>:root { color-scheme: dark }</style><iframe src="${address}"></iframe>`,
      ),
      { colorScheme: 'light' },
    );
    const frame = await until(() => page.frames().find((one) => one.url() === address), 'the frame');
    const shade = (): Promise<boolean> =>
      frame
        .locator('nobackend-chat')
        .evaluate((chat) => chat.shadowRoot?.querySelector('.chat')?.classList.contains('dark') === true);
    await frame.locator('html').evaluate((html) => {
      html.style.colorScheme = 'dark';
    });
    await until(shade, 'dark, as the page');
    await frame.locator('html').evaluate((html) => {
      html.style.colorScheme = 'light dark';
    });
    await until(async () => !(await shade()), 'light, as the device');
    await page.emulateMedia({ colorScheme: 'dark' });
    await until(shade, 'dark, as the device');
    await frame.locator('nobackend-chat').evaluate((chat) => chat.setAttribute('theme', 'light'));
    await until(async () => !(await shade()), 'light, as it says');
  });
});

describe('a person who writes privately and is not wanted', () => {
  it('is blocked by keyboard, which can be undone, and stays blocked over a reload until it is unblocked', async () => {
    room = freshRoom();
    const page = await open(`${api}/r/${room}`);
    await ready(page);
    const to = await page.evaluate(() => document.querySelector('nobackend-chat')?.chat?.user?.id ?? 0);
    const { token } = await ask<{ token: string }>(api, 'join', { room, name: 'Bert' });
    const write = (text: string) => ask(api, 'send', { token, to, text });
    const press = async (name: string): Promise<void> => {
      await page.getByRole('button', { name, exact: true }).focus();
      await page.keyboard.press('Enter');
    };
    const isRefused = async (): Promise<boolean> => (await refusal(write('not wanted'))).reason === 'blocked';
    await write('psst');
    const person = page.getByTitle('Write to Bert privately');
    await person.click();
    await page.getByRole('log').getByText('psst').waitFor();

    await press('Block');
    await page.getByText('Bert can no longer send you private messages.').waitFor();
    expect(await isRefused()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await press('Undo');
    await page.getByText('Bert can send you private messages again.').waitFor();
    await write('back again');

    await press('Block');
    await page.getByRole('button', { name: 'Unblock' }).waitFor();
    await page.reload();
    await ready(page);
    await person.getByText('blocked').click();
    await page.getByPlaceholder('You have blocked Bert').waitFor();
    expect(await isRefused()).toBe(true);
    await press('Unblock');
    await page.getByRole('button', { name: 'Block', exact: true }).waitFor();
    await write('at last');
    await page.getByRole('log').getByText('at last').waitFor();
  });
});
