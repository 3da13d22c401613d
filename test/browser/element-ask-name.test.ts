/** `ask="name"`: a guest reads, and is asked for a name before the first message. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import { logOf, openElement, somebody } from '../support/element-page.js';
import { browserTest } from '../support/fixtures/browser.js';

const it = browserTest;
const input = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });
const nameField = (page: Page): Locator => page.getByRole('textbox', { name: 'Your name' });
const form = (page: Page): Locator => page.locator('.name-form');
const sent = (page: Page): Locator => logOf(page).locator('.rows .mine');

async function say(page: Page, text: string): Promise<void> {
  await input(page).fill(text);
  await input(page).press('Enter');
}

describe('the name at the first message', () => {
  it('is asked for once; what was typed is sent under it', async ({ stage }) => {
    const page = await openElement(stage, 'ask="name"');
    expect(await nameField(page).isVisible()).toBe(false);
    await say(page, 'hello all');
    await nameField(page).waitFor();
    expect(await nameField(page).evaluate((node) => node.matches(':focus'))).toBe(true);
    expect(await input(page).inputValue()).toBe('hello all');
    expect(await sent(page).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type('guest-7');
    await page.keyboard.press('Enter');
    await form(page).getByText('Choose a name that does not begin with guest-').waitFor();
    await nameField(page).fill('Ann');
    await page.keyboard.press('Enter');
    await sent(page).getByText('hello all').waitFor();
    expect(await input(page).inputValue()).toBe('');
    expect(await input(page).evaluate((node) => node.matches(':focus'))).toBe(true);
    await page.getByRole('button', { name: 'You are Ann. Change your name' }).waitFor();
    await say(page, 'and more');
    await sent(page).getByText('and more').waitFor();
  });

  it('may be another one if that is taken', async ({ stage }) => {
    const page = await openElement(stage, 'ask="name"');
    await somebody(stage, 'Ann');
    await say(page, 'hello all');
    await nameField(page).fill('Ann');
    await page.keyboard.press('Enter');
    await form(page).getByText('This name is taken.').waitFor();
    await form(page).getByRole('button', { name: /^Use / }).click();
    await sent(page).getByText('hello all').waitFor();
    await page.getByRole('button', { name: /^You are Ann.+Change your name/ }).waitFor();
  });

  it('can be skipped, and is remembered for the next visit', async ({ stage }) => {
    const page = await openElement(stage, 'ask="name"');
    await say(page, 'as nobody');
    await nameField(page).waitFor();
    await page.keyboard.press('Escape');
    expect(await nameField(page).isVisible()).toBe(false);
    expect(await input(page).inputValue()).toBe('as nobody');
    expect(await sent(page).count()).toBe(0);
    await input(page).press('Enter');
    await form(page)
      .getByRole('button', { name: /^Send as guest-\d+$/ })
      .click();
    await sent(page).getByText('as nobody').waitFor();
    await say(page, 'again');
    await sent(page).getByText('again').waitFor();
    await page.reload();
    await logOf(page).getByText('as nobody').waitFor();
    await say(page, 'after a reload');
    await sent(page).getByText('after a reload').waitFor();
  });

  it('typed by an earlier visitor of this browser stands in the field', async ({ stage }) => {
    const page = await openElement(stage, 'ask="name" tabs="own"');
    await say(page, 'one');
    await nameField(page).fill('Ann');
    await page.keyboard.press('Enter');
    await sent(page).getByText('one').waitFor();
    const next = await page.context().newPage();
    await page.close();
    await next.goto(page.url());
    await next.getByRole('button', { name: /Change your name/ }).waitFor();
    await say(next, 'two');
    expect(await nameField(next).inputValue()).toBe('Ann');
  });

  it('is not asked of somebody who has one, and not by a page that does not want it', async ({ stage }) => {
    const named = await openElement(stage, 'ask="name" name="Ann"');
    await say(named, 'I am Ann');
    await sent(named).getByText('I am Ann').waitFor();
    const plain = await openElement(stage);
    await say(plain, 'I am nobody');
    await sent(plain).getByText('I am nobody').waitFor();
  });
});
