/** Single messages in the element: answering, reacting, editing, taking back, by mouse, keyboard and finger. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import { browserTest } from '../support/fixtures/browser.js';
import { choose, messageRow, openMenu } from '../support/message-menu.js';

const it = browserTest;
let browser: Browser, api: string, room: string;
it.beforeEach(({ stage }) => {
  ({ browser, api, room } = stage);
});

/** Somebody's browser, in the room. */
async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(`${api}/r/${room}`);
  await page.getByRole('button', { name: /Change your name/ }).waitFor();
  return page;
}

const log = (page: Page): Locator => page.getByRole('log');
const input = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });
const row = messageRow;
const press = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('button', { name }).last().click();

async function say(page: Page, text: string): Promise<void> {
  await input(page).fill(text);
  await input(page).press('Enter');
  await row(page, text).locator('.dots').waitFor({ state: 'attached' });
}

describe('an answer', () => {
  it('quotes the message, and goes to it', async () => {
    const [anna, bert] = [await open(), await open()];
    await say(anna, 'shall we meet?');
    for (let i = 0; i < 40; i += 1) await say(anna, `line ${i}`);
    await choose(bert, 'shall we meet?', 'Reply');
    await say(bert, 'yes, at six');
    const quote = row(anna, 'yes, at six').locator('.quote');
    await quote.getByText('shall we meet?').waitFor();
    await quote.click();
    await row(anna, 'shall we meet?').first().and(anna.locator('.found')).waitFor();
    expect(await row(anna, 'shall we meet?').first().isVisible()).toBe(true);
  });

  it('says that the message is gone after it was taken back', async () => {
    const [anna, bert] = [await open(), await open()];
    await say(anna, 'a secret');
    await choose(bert, 'a secret', 'Reply');
    await say(bert, 'oh');
    await choose(anna, 'a secret', 'Take back');
    await press(anna, 'Take back');
    await row(bert, 'oh').getByText('This message is gone.').waitFor();
    expect(await log(bert).getByText('a secret').count()).toBe(0);
  });
});

describe('a reaction', () => {
  it('is seen by all, says whose it is, and is taken back by the same button', async () => {
    const [anna, bert] = [await open(), await open()];
    await say(anna, 'done!');
    const menu = await openMenu(bert, 'done!');
    await menu.getByRole('button', { name: '🎉' }).click();
    for (const page of [anna, bert])
      await row(page, 'done!')
        .getByRole('button', { name: /^🎉/ })
        .and(page.getByTitle(/^🎉 by /))
        .waitFor();
    await row(anna, 'done!').getByRole('button', { name: /^🎉/ }).click();
    await bert.locator('.chip', { hasText: '2' }).waitFor();
    await bert.locator('.chip[aria-pressed="true"]').click();
    await anna.locator('.chip', { hasText: '1' }).waitFor();
    expect(await anna.locator('.chip').getAttribute('aria-pressed')).toBe('true');
    await anna.reload();
    await anna.locator('.chip[aria-pressed="true"]', { hasText: '1' }).waitFor();
  });

  it('can be any emoji', async () => {
    const page = await open();
    await say(page, 'tea?');
    const menu = await openMenu(page, 'tea?');
    await menu.getByRole('textbox').fill('🫖');
    await row(page, 'tea?').getByRole('button', { name: /^🫖/ }).waitFor();
  });
});

describe('an edit', () => {
  it('by arrow up changes the last own message for all', async () => {
    const [anna, bert] = [await open(), await open()];
    await say(anna, 'see you at fife');
    await input(anna).press('ArrowUp');
    expect(await input(anna).inputValue()).toBe('see you at fife');
    await input(anna).fill('see you at five');
    await input(anna).press('Enter');
    for (const page of [anna, bert]) await row(page, 'see you at five').getByText('edited').waitFor();
    expect(await log(bert).getByText('fife').count()).toBe(0);
    await bert.reload();
    await row(bert, 'see you at five').getByText('edited').waitFor();
  });

  it('is given up by Escape, and gives the draft back', async () => {
    const page = await open();
    await say(page, 'hello');
    await input(page).fill('a draft');
    await choose(page, 'hello', 'Edit');
    await input(page).press('Escape');
    expect(await input(page).inputValue()).toBe('a draft');
    expect(await page.getByText('Edit your message').count()).toBe(0);
  });

  it('that the room refuses says why, and keeps the text', async () => {
    const [anna, bert] = [await open(), await open()];
    await say(bert, 'hello');
    await press(anna, /^Room/);
    await anna.getByRole('switch', { name: /^No links/ }).click();
    await log(bert).getByText('Links are not allowed any more').waitFor();
    await choose(bert, 'hello', 'Edit');
    await input(bert).fill('see https://example.com');
    await input(bert).press('Enter');
    await bert.getByText('Links are not allowed in this room.').waitFor();
    expect(await input(bert).inputValue()).toBe('see https://example.com');
  });
});

describe('the menu of a message', () => {
  it('works by keyboard alone', async () => {
    const page = await open();
    await say(page, 'one');
    await say(page, 'two');
    await log(page).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: /More about/ }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await row(page, 'one').getByRole('button', { name: /^❤️/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('opens when a finger rests on a message', async () => {
    const page = await open({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 700 } });
    await say(page, 'touch me');
    await row(page, 'touch me').locator('.bubble').dispatchEvent('pointerdown', { pointerType: 'touch' });
    const menu = page.getByRole('dialog', { name: /More about/ });
    await menu.waitFor();
    await menu.getByRole('button', { name: 'Reply' }).tap(); // at once
    await page.getByText('Reply to').waitFor();
    await row(page, 'touch me').locator('.dots').tap();
    expect(await violations(page)).toEqual([]);
  });

  it('offers no change of the message of another user', async () => {
    const [, bert, carl] = [await open(), await open(), await open()];
    await say(bert, 'mine');
    const menu = await openMenu(carl, 'mine');
    expect(await menu.getByRole('button', { name: /^(Edit|Take back)$/ }).count()).toBe(0);
    expect(await menu.getByRole('button', { name: 'Report' }).count()).toBe(1);
    expect(await violations(carl)).toEqual([]);
  });
});
