/** The element in pages with styles, sizes, documents and key handlers of their own. */
import type { BrowserContextOptions, Frame, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { ask } from '../support/client.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

const it = browserTest;
let stage: Stage, api: string, room: string;
it.beforeEach(({ stage: own }) => {
  stage = own;
  ({ api, room } = own);
});

const chat = (): string => `<nobackend-chat room="${room}"></nobackend-chat>`;

/** A page with `head` and `body`, and our script before both. */
async function open(body: string, head = '', options: BrowserContextOptions = {}, on = stage): Promise<Page> {
  const context = await on.browser.newContext({ viewport: { width: 1_000, height: 900 }, ...options });
  const page = await context.newPage();
  await page.goto(
    on.site.serve(
      `/${on.room}`,
      `<!doctype html><html lang="en"><head><title>Page</title>
<script src="${on.api}/element.js"></script>${head}</head><body>${body}</body></html>`,
    ),
  );
  return page;
}

/** Puts something else into a page. */
async function fill(page: Page, body: string, head = ''): Promise<void> {
  await page.evaluate(
    (texts) => {
      [document.head.innerHTML = '', document.body.innerHTML = ''] = texts;
    },
    [head, body],
  );
}

const ready = (page: Page | Frame): Promise<void> => page.getByRole('button', { name: /Change your name/ }).waitFor();
const log = (page: Page | Frame): Locator => page.getByRole('log');
const box = (page: Page | Frame): Locator => page.getByRole('textbox', { name: 'Message' });
const isDark = async (page: Page): Promise<boolean> => (await page.locator('nobackend-chat .chat.dark').count()) === 1;

async function say(...texts: string[]): Promise<void> {
  const { token } = await ask<{ token: string }>(api, 'join', { room });
  for (const text of texts) await ask(api, 'send', { token, room, text });
}

describe('without a width of its own the element has a good one', () => {
  let page: Page;
  it.beforeAll(async ({ fileStage }) => {
    page = await open('', '', {}, fileStage);
  });

  const width = async (body: string): Promise<number> => {
    await fill(page, body);
    return page.locator('nobackend-chat').evaluate((element) => element.getBoundingClientRect().width);
  };

  it.each([
    ['a row of a flex box', '<div style="display:flex">', '</div>'],
    ['a flex box that centres', '<div style="display:flex; flex-direction:column; align-items:center">', '</div>'],
    ['a dialog', '<dialog open>', '</dialog>'],
    ['a float', '<div style="float:left">', '</div>'],
    ['an inline block', '<div style="display:inline-block">', '</div>'],
    ['an absolute box', '<div style="position:absolute; top:0">', '</div>'],
    ['a table cell', '<table><tr><td>', '</td></tr></table>'],
    ['a grid with narrow columns', '<div style="display:inline-grid; grid-template-columns:auto auto">', '</div>'],
  ])('in %s', async (_, before, after) => {
    await page.setViewportSize({ width: 1_000, height: 600 });
    expect(await width(before + chat() + after)).toBe(384);
    await page.setViewportSize({ width: 320, height: 600 });
    expect(await width(before + chat() + after)).toBeGreaterThan(100);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320); // nothing to scroll sideways on a phone
  });

  it('and elsewhere takes what there is', async () => {
    await page.setViewportSize({ width: 1_000, height: 600 });
    expect(await width(`<main style="width:700px">${chat()}</main>`)).toBe(700);
  });
});

describe('what the page says of its own text', () => {
  const STYLE = `<style>html { font-size: 62.5%; }
    body { text-align: center; text-transform: uppercase; letter-spacing: 9px; word-break: break-all; user-select: none;
      text-indent: 50px; word-spacing: 20px; white-space: nowrap; cursor: crosshair; text-shadow: 0 0 9px red;
      font: italic small-caps 700 30px/3 serif; }</style>`;
  const PROPERTIES = [
    'textAlign',
    'textTransform',
    'letterSpacing',
    'wordBreak',
    'lineHeight',
    'userSelect',
    'textIndent',
    'wordSpacing',
    'cursor',
    'fontStyle',
    'fontVariantCaps',
    'fontWeight',
    'fontSize',
    'fontFamily',
    'textShadow',
    'height',
  ];

  /** How a message, its time and the people's title look. */
  const looks = async (page: Page): Promise<Record<string, string>[]> => {
    const parts = ['.text', 'time', '.caption', '.own-name'].map((part) => page.locator(part).first());
    return Promise.all(
      parts.map((part) =>
        part.evaluate((found, names) => {
          const style = getComputedStyle(found) as unknown as Record<string, string>;
          return Object.fromEntries(names.map((name) => [name, style[name] ?? '']));
        }, PROPERTIES),
      ),
    );
  };

  it('does not come into the element', async () => {
    const [plain, styled] = [await open(chat()), await open(chat(), STYLE)];
    await say('hello');
    await Promise.all([plain, styled].map((page) => log(page).getByText('hello', { exact: true }).waitFor()));
    const [expected, found] = [await looks(plain), await looks(styled)];
    expect(found).toEqual(expected);
    expect(Number.parseFloat(expected[1]?.fontSize ?? '')).toBeGreaterThan(11); // px: the time
  });

  it('can hide it, and set the size of its text', async () => {
    const style = '<style>div { visibility: hidden; } nobackend-chat { font-size: 20px; }</style>';
    const page = await open(`<div>${chat()}</div>`, style);
    const look = (): Promise<string[]> =>
      page.locator('nobackend-chat .input').evaluate((input) => {
        const { visibility, fontSize } = getComputedStyle(input);
        return [visibility, fontSize];
      });
    await page.locator('nobackend-chat .input').waitFor({ state: 'attached' });
    expect(await look()).toEqual(['hidden', '20px']);
  });
});

describe('on a dark device', () => {
  let page: Page;
  it.beforeAll(async ({ fileStage }) => {
    page = await open('', '', { colorScheme: 'dark' }, fileStage);
  });

  it.each([
    ['that says nothing is white', '', false],
    ['with a white ground', '<style>body { background: #fff }</style>', false],
    ['with a dark ground, in any notation', '<style>body { background: oklch(.2 .02 250) }</style>', true],
    ['with a ground that is nearly clear is white', '<style>body { background: rgb(0 0 0 / .05) }</style>', false],
    [
      'with light text on a picture',
      '<style>body { background: linear-gradient(#000, #333); color: #eee }</style>',
      true,
    ],
    ['for both', '<style>:root { color-scheme: light dark; }</style>', true],
    ['for both by its head', '<meta name="color-scheme" content="light dark">', true],
    ['that is light by its color-scheme', '<style>:root { color-scheme: light; background: #000 }</style>', false],
  ])('a page %s', async (_, head, dark) => {
    await fill(page, chat(), head);
    await page.locator('nobackend-chat .chat').waitFor({ state: 'attached' });
    expect(await isDark(page)).toBe(dark);
  });

  it('a page that turns takes the chat along, at once or slowly', async () => {
    const style = '<style>main { background: #fff; transition: background .2s; } .night { background: #111; }</style>';
    await fill(page, `<main>${chat()}</main>`, style);
    await page.locator('nobackend-chat .chat').waitFor({ state: 'attached' });
    expect(await isDark(page)).toBe(false);
    await page.locator('main').evaluate((main) => main.classList.add('night'));
    await until(() => isDark(page), 'dark');
  });
});

describe('in another document', () => {
  it('has its styles and its conversation', async () => {
    const page = await open(`${chat()}<iframe srcdoc="<!doctype html><title>Frame</title>" height="600"></iframe>`);
    await ready(page);
    await page.getByRole('button', { name: 'Room' }).waitFor(); // the owner's tools have a sheet of their own
    const element = await page.locator('nobackend-chat').evaluateHandle((found) => found);
    await page.evaluate((moved) => {
      document.querySelector('iframe')?.contentDocument?.body.append(moved);
    }, element);
    const frame = page.frames()[1] as Frame;
    await ready(frame);
    const display = (part: Locator): Promise<string> => part.evaluate((found) => getComputedStyle(found).display);
    expect(await display(frame.locator('.chat'))).toBe('flex');
    expect(await display(frame.locator('.panel-head'))).toBe('flex');
    await say('over there');
    await log(frame).getByText('over there').waitFor();
    await box(frame).pressSequentially('back');
    await page.evaluate((moved) => {
      document.body.append(moved);
    }, element);
    await log(page).getByText('over there').waitFor();
    expect(await box(page).inputValue()).toBe('back');
    expect(await display(page.locator('.chat'))).toBe('flex');
  });
});

describe('keys typed into the element', () => {
  /** Takes some keys, unless they are for a field, as far as it can see; keeps all it hears. */
  const hotkeys = (target: string, capture: boolean): string => `<script>
    window.heard = [];
    ${target}.addEventListener('keydown', (event) => {
      heard.push(event.key);
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      if ('wasd kEnter'.includes(event.key)) event.preventDefault();
    }, ${capture});
    document.addEventListener('paste', (event) => event.preventDefault());
    document.addEventListener('input', (event) => heard.push('input ' + event.target.value));
  </script>`;

  it.each([
    ['document', false],
    ['document', true],
    ['window', false],
    ['window', true],
  ])("are not the page's (%s, %s)", async (target, capture) => {
    const page = await open(chat(), hotkeys(target, capture));
    await ready(page);
    await box(page).click();
    await page.keyboard.type('was passes da');
    expect(await box(page).inputValue()).toBe('was passes da');
    await page.keyboard.press('Enter');
    await log(page).getByText('was passes da').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    expect(await page.evaluate('heard')).toEqual(['Escape', 'Control', 'k']);
  });

  it('are typed all the same when the page has listened first, and the page has its own', async () => {
    const page = await open('');
    await page.goto(
      stage.site.serve(
        `/${room}-first`,
        `<!doctype html><html lang="en"><body>${hotkeys('window', true)}
      <script src="${api}/element.js"></script>${chat()}<input id="own"></body></html>`,
      ),
    );
    await ready(page);
    await box(page).click();
    await page.keyboard.type('was da');
    expect(await box(page).inputValue()).toBe('was da');
    await page.keyboard.down('w');
    await page.locator('#own').focus();
    await page.keyboard.up('w');
    await page.keyboard.type('wd');
    expect(await page.locator('#own').inputValue()).toBe('wd');
  });

  it("close what they close in the element, and not the page's dialog", async () => {
    const page = await open(`<dialog>${chat()}</dialog><script>document.querySelector('dialog').showModal()</script>`);
    await ready(page);
    await page.getByRole('button', { name: /Change your name/ }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('textbox', { name: 'Your name' }).waitFor({ state: 'hidden' });
    expect(await page.locator('dialog[open]').count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
  });
});
