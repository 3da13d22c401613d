/** A lively room: reactions, answers, code and links among the messages, by keyboard and for screen readers. */
import { mkdir } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { REGISTRY } from '../../apps/web/client/registry.js';
import { violations } from '../support/axe.js';
import { ask } from '../support/client.js';
import { openElement, rowOf } from '../support/element-page.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import { choose, messageRow, openMenu } from '../support/message-menu.js';
import { TestUser } from '../support/user.js';

const it = browserTest;
let stage: Stage, bert: TestUser;
it.beforeEach(async ({ stage: own }) => {
  stage = own;
  bert = await TestUser.join(stage.api, { name: 'Élodie', room: stage.room });
});

const send = (text: string, re?: string): Promise<{ id: string }> =>
  bert.send({ room: stage.room, text, ...(re !== undefined && { re }) });
const react = (id: string, emoji: string): Promise<unknown> => bert.ask('react', { room: stage.room, id, emoji });
const dots = (page: Page, text: string): Locator => messageRow(page, text).locator('.dots');
const input = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });
const isFocused = (one: Locator): Promise<boolean> =>
  one.evaluate((node) => (node.getRootNode() as ShadowRoot).activeElement === node);

/** Resolves when the page has the code for the menus of messages. */
const hasMenus = (page: Page): Promise<unknown> =>
  page.waitForFunction(
    (name) => Object.keys((window as unknown as Record<string, object>)[name] ?? {}).some((key) => /^talk/.test(key)),
    REGISTRY,
  );

/** Sends some messages of all kinds. Resolves with the last one. */
async function lively(): Promise<{ id: string }> {
  const first = await send('> a quote\nsee *this*: https://example.org/a.png');
  await react(first.id, '👍');
  await react(first.id, '🫖');
  await send('```\nsome code\n```\nand `more`', first.id);
  const changed = await send('wrong');
  await bert.ask('edit', { room: stage.room, id: changed.id, text: 'right' });
  return send('the last one');
}

describe('a lively room', () => {
  it('has no obstacles, and names in full who reacted', async () => {
    await lively();
    const page = await openElement(stage);
    await rowOf(page, 'the last one').waitFor();
    expect(await violations(page)).toEqual([]);
    const chip = page.getByRole('button', { name: '👍 1' });
    expect(await chip.getAttribute('title')).toBe('👍 by Élodie');
    await openMenu(page, 'the last one');
    expect(await violations(page)).toEqual([]);
  });

  it('quotes a message without the marks of its formatting', async () => {
    await lively();
    const page = await openElement(stage);
    expect(await rowOf(page, 'some code').locator('.quote').textContent()).toMatch(
      /^Élodie ?a quote see this: https:\/\/example.org\/a.png$/,
    );
  });

  it('has nothing below its end that could scroll the chat away', async () => {
    for (let i = 0; i < 30; i += 1) await send(`line ${i}`);
    const page = await openElement(stage);
    await rowOf(page, 'line 29').waitFor();
    const hidden = await page.locator('.chat').evaluate((chat) => chat.scrollHeight - chat.clientHeight);
    expect(hidden).toBe(0);
  });
});

it('a question on a phone has the whole width, with its buttons below', async () => {
  await mkdir('test/shots', { recursive: true });
  const anna = await TestUser.join(stage.api, { name: 'Anna', room: stage.room });
  await anna.send({ room: stage.room, text: 'rude words. '.repeat(8) });
  const page = await openElement(stage, '', { width: 390 });
  await choose(page, 'rude words', 'Report');
  const question = page.getByRole('status').filter({ hasText: 'to the moderators?' });
  await page.screenshot({ path: 'test/shots/question-phone.png' });
  const text = await question
    .locator('span')
    .first()
    .evaluate((one) => one.getBoundingClientRect().width);
  expect(text).toBeGreaterThan((await question.evaluate((one) => one.clientWidth)) * 0.85);
});

it('the menu of a message blocks its author, and unblocks; neither oneself nor a program', async () => {
  const { api, room } = stage;
  await send('some words');
  await ask(api, 'post', { room, text: 'by a program', name: 'Robo' });
  const page = await openElement(stage, '', { width: 390 });
  await input(page).fill('my own');
  await page.keyboard.press('Enter');
  await rowOf(page, 'my own').getByText('Sending').waitFor({ state: 'hidden' });
  for (const text of ['by a program', 'my own']) {
    const menu = await openMenu(page, text);
    await menu.getByRole('button', { name: 'Copy link' }).waitFor();
    expect(await menu.getByRole('button', { name: /private messages/ }).count()).toBe(0);
    await page.keyboard.press('Escape');
  }
  await openMenu(page, 'some words');
  await page.screenshot({ path: 'test/shots/menu-block-phone.png' });
  await page.keyboard.press('Escape');
  await choose(page, 'some words', 'Block private messages from Élodie');
  await page.getByText('Élodie can no longer send you private messages.').waitFor();
  await choose(page, 'some words', 'Allow private messages from Élodie again');
  await page.getByText('Élodie can send you private messages again.').waitFor();
});

describe('by keyboard', () => {
  it('the menu of a message closes when the focus leaves it, even out of the page', async () => {
    await lively();
    const page = await openElement(stage);
    for (const key of ['Tab', 'Shift+Tab']) {
      const menu = await openMenu(page, 'the last one');
      await menu
        .getByRole('button')
        .nth(key === 'Tab' ? -1 : 0)
        .focus();
      await page.keyboard.press(key);
      await menu.waitFor({ state: 'detached' });
    }
  });

  it('is one row to pass from the log to the input box, and the row says its text', async () => {
    await lively();
    const page = await openElement(stage);
    await dots(page, 'the last one').waitFor({ state: 'attached' });
    await page.getByRole('log').focus();
    await page.keyboard.press('Tab');
    expect(await isFocused(page.locator('pre'))).toBe(true); // it may have to be scrolled
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await isFocused(input(page))).toBe(true);
    await page.keyboard.press('Shift+Tab');
    expect(await isFocused(dots(page, 'the last one'))).toBe(true);
    await page.keyboard.press('ArrowUp');
    expect(await isFocused(dots(page, 'right'))).toBe(true);
    expect(await page.getByRole('button', { description: 'right', exact: true }).count()).toBe(1);
    await page.keyboard.press('Home');
    await page.keyboard.press('Tab');
    expect(await isFocused(page.locator('.chip').first())).toBe(true);
    await page.keyboard.press('ArrowDown');
    expect(await isFocused(dots(page, 'some code'))).toBe(true);
  });

  it('keeps the focus in a row that is drawn again', async () => {
    const { id } = await lively();
    const page = await openElement(stage);
    await hasMenus(page);
    await dots(page, 'the last one').focus();
    await react(id, '🎉');
    const chip = messageRow(page, 'the last one').locator('.chip');
    await chip.getByText('1').waitFor();
    expect(await isFocused(dots(page, 'the last one'))).toBe(true);
    await chip.focus();
    await page.keyboard.press('Enter');
    await chip.getByText('2').waitFor();
    expect(await isFocused(chip)).toBe(true);
    await page.keyboard.press('Enter');
    await chip.getByText('1').waitFor();
    expect(await isFocused(chip)).toBe(true);
  });

  it('keeps the focus in such a row that had it before the code for menus was there', async () => {
    const { id } = await lively();
    const page = await (await stage.browser.newContext()).newPage();
    let load = (): void => undefined;
    const isFocusSet = new Promise<void>((resolve) => {
      load = resolve;
    });
    await page.route(/\/talk\.js/, (route) => isFocusSet.then(() => route.continue()));
    await page.goto(`${stage.api}/r/${stage.room}`);
    await dots(page, 'the last one').focus();
    load();
    await hasMenus(page);
    await react(id, '🎉');
    await messageRow(page, 'the last one').locator('.chip').waitFor();
    expect(await isFocused(dots(page, 'the last one'))).toBe(true);
  });

  it('gives the focus back to the message whose menu was open while somebody reacted', async () => {
    const { id } = await lively();
    const page = await openElement(stage);
    await openMenu(page, 'the last one');
    await react(id, '🎉');
    await messageRow(page, 'the last one').locator('.chip').waitFor();
    await page.keyboard.press('Escape');
    expect(await isFocused(dots(page, 'the last one'))).toBe(true);
  });

  it('offers a name for its letters without accents', async () => {
    const page = await openElement(stage);
    await page.locator('.offer').waitFor({ state: 'attached' });
    await input(page).pressSequentially('@elo');
    await page.getByRole('option', { name: 'Élodie' }).waitFor();
    await page.keyboard.press('Enter');
    expect(await input(page).inputValue()).toBe('@Élodie ');
  });
});

describe('for screen readers', () => {
  it('is a message new once: no reaction and no edit reads it again', async () => {
    const { id } = await lively();
    const page = await openElement(stage);
    await rowOf(page, 'the last one').waitFor();
    await react(id, '🎉');
    await messageRow(page, 'the last one').locator('.chip').waitFor();
    const row = messageRow(page, 'the last one');
    expect(await row.getAttribute('aria-live')).toBe('off');
    await send('newer');
    await rowOf(page, 'newer').waitFor();
    expect(await messageRow(page, 'newer').getAttribute('aria-live')).toBeNull();
  });

  it('does the log not say again that this is its beginning', async () => {
    const page = await openElement(stage);
    await send('one');
    await page.getByText('This is the beginning.').waitFor();
    await page.locator('.top').evaluate((top) => {
      new MutationObserver(() => top.setAttribute('data-changed', '')).observe(top, { childList: true });
    });
    await send('two');
    await rowOf(page, 'two').waitFor();
    await send('three');
    await rowOf(page, 'three').waitFor();
    expect(await page.locator('.top').getAttribute('data-changed')).toBeNull();
  });
});

describe('a question', () => {
  it('is gone when it has been answered', async () => {
    const page = await openElement(stage);
    await input(page).fill('mine');
    await page.keyboard.press('Enter');
    await dots(page, 'mine').waitFor({ state: 'attached' });
    await choose(page, 'mine', 'Take back');
    await page.getByRole('button', { name: 'Take back' }).click();
    expect(await page.getByText('Take this message back?').count()).toBe(0);
    await page.getByText('removed a message').waitFor();
  });
});
