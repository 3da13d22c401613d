/** Names that the element offers after `@`: by keys, by a finger, and for screen readers. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import { logOf, openElement, rowOf, somebody } from '../support/element-page.js';
import { browserTest } from '../support/fixtures/browser.js';

const it = browserTest;
const NAMES = ['Ann Lee', 'Anna', 'Bob', '李雷', 'محمد علي'];
let page: Page;

const box = () => page.getByRole('textbox', { name: 'Message' });
const offered = () =>
  page.getByRole('listbox', { name: 'People' }).getByRole('option').locator('bdi').allTextContents();
const active = () => page.getByRole('option', { selected: true }).locator('bdi').textContent();

describe('after @', () => {
  it.beforeEach(async ({ stage }) => {
    page = await openElement(stage, 'name="Zoe"');
    for (const name of NAMES) await somebody(stage, name);
    await page.getByText('6 here').first().waitFor();
    await box().focus();
  });

  it('names are offered as they are typed, with spaces and of any script, and not the own one', async () => {
    await page.keyboard.type('hello @');
    expect((await offered()).sort()).toEqual([...NAMES].sort());
    expect(await violations(page)).toEqual([]);
    for (const [text, names] of [
      ['@an', ['Ann Lee', 'Anna']],
      ['@AnN ', ['Ann Lee']],
      ['@lee', ['Ann Lee']],
      ['@李', ['李雷']],
      ['你好@李', ['李雷']],
      ['@محمد ع', ['محمد علي']],
      ['@z', []],
      ['@ann lee', []],
      ['me@a', []],
      ['https://a.b/@a', []],
      ['@a\n', []],
    ] as const) {
      await box().fill(text);
      expect(await offered(), text).toEqual(names);
    }
  });

  it('arrows, Enter and Tab choose, Escape leaves it, and Enter sends again', async () => {
    await page.keyboard.type('@a');
    expect(await active()).toBe('Ann Lee');
    const pointed = await box().getAttribute('aria-activedescendant');
    expect(await page.locator(`#${pointed}`).textContent()).toBe('Ann Lee');
    await page.keyboard.press('ArrowDown');
    expect(await active()).toBe('Anna');
    await page.keyboard.press('ArrowDown');
    expect(await active()).toBe('Ann Lee');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    expect(await box().inputValue()).toBe('@Anna ');
    expect(await offered()).toEqual([]);
    await page.keyboard.type('and @b');
    await page.keyboard.press('Tab');
    expect(await box().inputValue()).toBe('@Anna and @Bob ');
    await page.keyboard.type('@a');
    await page.keyboard.press('Escape');
    expect(await offered()).toEqual([]);
    await page.keyboard.type('n');
    expect(await offered()).toEqual([]);
    expect(await logOf(page).locator('.message').count()).toBe(0);
    await page.keyboard.press('Enter');
    await rowOf(page, '@Anna and @Bob @an').waitFor();
    await page.keyboard.type('@b');
    expect(await active()).toBe('Bob');
  });

  it('a click or a finger chooses, in the middle of a text too', async () => {
    await box().fill('see  there');
    for (let i = 0; i < 6; i += 1) await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('@bo');
    const option = page.getByRole('option', { name: 'Bob' });
    expect((await option.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    await option.click();
    expect(await box().inputValue()).toBe('see @Bob  there');
    expect(await box().evaluate((input) => (input as HTMLTextAreaElement).selectionStart)).toBe('see @Bob '.length);
    await page.keyboard.type('x');
    expect(await box().inputValue()).toBe('see @Bob x there');
  });

  it('eight names at most are offered, all within the chat', async ({ stage }) => {
    for (let i = 0; i < 12; i += 1) await somebody(stage, `Many ${i}`);
    await page.getByText('18 here').first().waitFor();
    await page.locator('nobackend-chat').evaluate((chat) => {
      chat.style.height = '260px';
    });
    await page.keyboard.type('@many');
    expect((await offered()).length).toBe(8);
    const top = async (name: string) =>
      (await page.locator(`nobackend-chat [part~="${name}"]`).boundingBox())?.y ?? NaN;
    expect(await top('offer')).toBeGreaterThanOrEqual(await top('header'));
    await page.keyboard.press('ArrowUp');
    expect(await active()).toBe('Many 5');
    expect((await page.getByRole('option', { selected: true }).boundingBox())?.y).toBeGreaterThan(await top('offer'));
    await page.keyboard.press('Enter');
    expect(await box().inputValue()).toBe('@Many 5 ');
  });
});
