/** A text that a user has written and not sent is there again after a reload, where it was written. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { ask } from '../support/client.js';
import { logOf, openElement } from '../support/element-page.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';

const it = browserTest;
const input = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });
const reload = async (page: Page): Promise<void> => {
  await page.reload();
  await page.getByRole('button', { name: /Change your name/ }).waitFor();
};
const enter = ({ api, room }: Stage, name: string): Promise<unknown> => ask(api, 'join', { room, name });
const talkTo = (page: Page, name: string): Promise<void> => page.getByTitle(`Write to ${name} privately`).click();
const talkToAll = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'Everyone', exact: true }).first().click();

describe('a draft', () => {
  it('is kept over a reload until it is sent', async ({ stage }) => {
    const page = await openElement(stage);
    await input(page).fill('half a\nthought');
    await reload(page);
    expect(await input(page).inputValue()).toBe('half a\nthought');
    await input(page).press('Enter');
    await logOf(page).locator('.rows').getByText('thought').waitFor();
    expect(await input(page).inputValue()).toBe('');
    await reload(page);
    expect(await input(page).inputValue()).toBe('');
  });

  it('belongs to one conversation', async ({ stage }) => {
    const page = await openElement(stage, '', { width: 1_280 });
    await enter(stage, 'Ann');
    await input(page).fill('for all');
    await talkTo(page, 'Ann');
    expect(await input(page).inputValue()).toBe('');
    await input(page).fill('for Ann');
    await talkToAll(page);
    expect(await input(page).inputValue()).toBe('for all');
    await reload(page);
    expect(await input(page).inputValue()).toBe('for all');
    await talkTo(page, 'Ann');
    expect(await input(page).inputValue()).toBe('for Ann');
    await input(page).fill('');
    await reload(page);
    await talkTo(page, 'Ann');
    expect(await input(page).inputValue()).toBe('');
  });

  it('is kept where the chat is drawn again, also without storage', async ({ stage }) => {
    const page = await openElement(stage);
    await page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new Error('full');
      };
    });
    await input(page).fill('half a thought');
    await input(page).evaluate((box) => box.setAttribute('data-before', ''));
    await page.locator('nobackend-chat').evaluate((element) => element.setAttribute('images', 'off'));
    await page.locator('textarea.input:not([data-before])').waitFor();
    await page.getByRole('button', { name: /Change your name/ }).waitFor();
    expect(await input(page).inputValue()).toBe('half a thought');
  });
});
