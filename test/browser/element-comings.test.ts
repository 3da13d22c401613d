/** Notices of who came and went: names for a few people, a count and names on demand for many. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import { ask } from '../support/client.js';
import { openElement } from '../support/element-page.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';

const it = browserTest;
const noticesOf = (page: Page): Locator => page.getByRole('log').locator('.notice');
const enter = ({ api, room }: Stage, name: string): Promise<{ token: string }> => ask(api, 'join', { room, name });
const leave = ({ api }: Stage, { token }: { token: string }): Promise<unknown> => ask(api, 'leave', { token });
const NAMES = ['Ann', 'Bob', 'Cyd', 'Dan', 'Eve', 'Flo'];

describe('a notice', () => {
  it('names a few people, and nobody who came and left', async ({ stage }) => {
    const page = await openElement(stage, 'name="Zoe"');
    const [ann] = await Promise.all(['Ann', 'Bob'].map((name) => enter(stage, name)));
    if (ann) await leave(stage, ann);
    await expect.poll(() => noticesOf(page).allTextContents()).toEqual(['Zoe and Bob joined']);
    expect(await noticesOf(page).getByRole('button').count()).toBe(0);
  });

  it('counts many people who came and went, and names them on demand', async ({ stage }) => {
    const page = await openElement(stage, 'name="Zoe"');
    const people = [];
    for (const name of NAMES) people.push(await enter(stage, name));
    for (const one of people.slice(0, 2)) await leave(stage, one);
    const opener = noticesOf(page).getByRole('button', { name: '7 people came and went' });
    await opener.waitFor();
    expect(await noticesOf(page).getByText('Flo').count()).toBe(0);
    await opener.focus();
    await page.keyboard.press('Enter');
    await noticesOf(page).getByText('Zoe, Cyd, Dan, Eve and Flo joined').waitFor();
    await noticesOf(page).getByText('Ann and Bob came and left again').waitFor();
    expect(await opener.getAttribute('aria-expanded')).toBe('true');
    expect(await violations(page)).toEqual([]);
    await enter(stage, 'Gus'); // the names stay open, and one more is there
    await noticesOf(page).getByRole('button', { name: '8 people came and went' }).waitFor();
    await noticesOf(page).getByText('Gus').waitFor();
    await noticesOf(page).getByRole('button').click();
    await noticesOf(page).getByText('Gus').waitFor({ state: 'hidden' });
  });

  it('names the first of many people who only came', async ({ stage }) => {
    const page = await openElement(stage, 'name="Zoe"');
    for (const name of NAMES) await enter(stage, name);
    const opener = noticesOf(page).getByRole('button', { name: 'Zoe, Ann, Bob and 4 others joined' });
    await opener.click();
    await noticesOf(page).getByText('Zoe, Ann, Bob, Cyd, Dan, Eve and Flo joined').waitFor();
  });
});
