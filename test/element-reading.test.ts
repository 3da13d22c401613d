/** What is typed and read in the element: by input methods, in both directions, at any hour, with any clock, in any crowd. */
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from './support/browser.js';
import { startSystem, type TestSystem } from './support/processes.js';

let system: TestSystem, browser: Browser, api: string, room: string;
let contexts: BrowserContext[] = [];
let rooms = 0;

beforeAll(async () => {
  [system, browser] = await Promise.all([startSystem({ env: { RATE_LIMITS: 'off' } }), launchBrowser()]);
  api = system.urls[0] ?? '';
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});
beforeEach(() => { room = `reading-${++rooms}`; });
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});

/** Somebody's browser, in the room. */
async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(`${api}/r/${room}`);
  await page.getByRole('button', { name: /Change your name/ }).waitFor();
  return page;
}

const log = (page: Page): Locator => page.getByRole('log');
const input = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });

describe('an input method', () => {
  /** A key that the input method takes, as Safari tells it: the composition is over by then, says `isComposing`. */
  const takenKey = (where: Locator, key: string): Promise<void> => where.dispatchEvent('keydown', { key, keyCode: 229, bubbles: true, composed: true, cancelable: true });

  it('ends a word by Enter, which sends nothing', async () => {
    const page = await open();
    await input(page).fill('にほん');
    await takenKey(input(page), 'Enter');
    expect(await input(page).inputValue()).toBe('にほん');
    await page.keyboard.press('Enter');
    await log(page).getByText('にほん').waitFor();
  });

  it('gives a word up by Escape, which closes nothing', async () => {
    const page = await open();
    await page.getByRole('button', { name: /Change your name/ }).click();
    const name = page.getByRole('textbox', { name: 'Your name' });
    await name.fill('にほん');
    await takenKey(name, 'Escape');
    expect(await name.inputValue()).toBe('にほん');
    expect(await name.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await name.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: /^Room/ }).click();
    const words = page.getByRole('textbox', { name: 'Unwanted words' });
    await takenKey(words, 'Escape');
    expect(await words.isVisible()).toBe(true);
    await words.press('Escape');
    await words.waitFor({ state: 'hidden' });
  });
});

describe('what is typed', () => {
  it('runs in its own direction, in every box', async () => {
    const page = await open();
    const direction = (box: Locator): Promise<string> => box.evaluate((one) => getComputedStyle(one).direction);
    await page.getByRole('button', { name: /Change your name/ }).click();
    for (const box of [input(page), page.getByRole('textbox', { name: 'Your name' })]) {
      for (const [text, expected] of [['שלום', 'rtl'], ['hello', 'ltr']] as const) {
        await box.fill(text);
        expect(await direction(box)).toBe(expected);
      }
    }
    await page.goto(`${api}/docs#op-send`);
    const box = page.locator('#send-text');
    await box.fill('مرحبا');
    expect(await direction(box)).toBe('rtl');
  });
});
