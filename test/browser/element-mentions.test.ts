/** Mentions in the element: lines that name the user are marked, and count apart. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import { ask } from '../support/client.js';
import { logOf, openElement, rowOf, somebody } from '../support/element-page.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

const it = browserTest;

declare global {
  interface Window {
    /** The `unread` events of the page, each as `[unread, mentions]`. */
    unread: [number, number][];
  }
}

/** Opens the element for a user of this name, and keeps its `unread` events. */
async function open(stage: Stage, name: string): Promise<Page> {
  const page = await openElement(stage, `name="${name}"`);
  await page.getByRole('button', { name: `You are ${name}. Change your name` }).waitFor();
  await page.evaluate(() => {
    window.unread = [];
    document.querySelector('nobackend-chat')?.addEventListener('unread', (event) => {
      const { detail, mentions } = event as CustomEvent<number> & { mentions: number };
      window.unread.push([detail, mentions]);
    });
  });
  return page;
}

describe('a line that names the user', () => {
  it('is marked, for screen readers too; lines that name others are not', async ({ stage }) => {
    const page = await open(stage, 'Ann');
    const send = await somebody(stage, 'Ann Lee');
    for (const text of ['hello @ann', 'hello @Ann Lee', 'hello @Anna', 'the last']) await send(text);
    await rowOf(page, 'the last').waitFor();
    expect(await logOf(page).locator('.mention .text').allTextContents()).toEqual(['hello @ann']);
    const marked = rowOf(page, 'hello @ann').first();
    expect(await marked.getAttribute('part')).toBe('message mention');
    expect(await marked.locator('.bubble').textContent()).toMatch(/^Mentions you:hello/);
    expect(await violations(page)).toEqual([]);
  });

  it('is marked by an earlier name of the user too, after a reload as well', async ({ stage }) => {
    const page = await open(stage, 'Ann');
    await page.evaluate(() => {
      const element = document.querySelector('nobackend-chat') as HTMLElement & { chat: Window['chat'] };
      return element.chat.rename('Zoe');
    });
    await page.getByRole('button', { name: 'You are Zoe. Change your name' }).waitFor();
    const send = await somebody(stage, 'Bob');
    for (const text of ['to @Ann', 'to @Zoe', 'to @Bob']) await send(text);
    await rowOf(page, 'to @Bob').waitFor();
    expect(await logOf(page).locator('.mention .text').allTextContents()).toEqual(['to @Ann', 'to @Zoe']);
    await page.reload();
    await rowOf(page, 'to @Bob').waitFor();
    expect(await logOf(page).locator('.mention .text').allTextContents()).toEqual(['to @Ann', 'to @Zoe']);
  });

  it('counts apart while nobody looks, and no longer after it is read or removed', async ({ stage }) => {
    const { api, room } = stage;
    const page = await open(stage, 'Ann');
    const last = () => page.evaluate(() => window.unread.at(-1));
    const send = await somebody(stage, 'Bob');
    for (let i = 0; i < 40; i += 1) await send(`line ${i}`);
    await rowOf(page, 'line 39').waitFor();
    await logOf(page).evaluate((element) => {
      element.scrollTop = 0;
    });
    await page.getByRole('button', { name: 'Latest' }).waitFor();
    await send('nothing');
    const { id } = await send('one @Ann');
    await send('two @Ann');
    await page.getByRole('button', { name: '3 new, 2 to you' }).waitFor();
    expect(await last()).toEqual([3, 2]);
    const owner = await page.evaluate(() => {
      const element = document.querySelector('nobackend-chat') as HTMLElement & { chat: Window['chat'] };
      return element.chat.owner;
    });
    const { token } = await ask<{ token: string }>(api, 'join', { room, owner });
    await ask(api, 'remove', { token, room, id });
    await page.getByRole('button', { name: '2 new, 1 to you' }).click();
    await until(async () => (await last())?.join() === '0,0', 'nothing unread');
  });
});
