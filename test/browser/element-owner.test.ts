/** The element in a room that has an owner: what is taken out goes from the screen, and who is refused is told why. */
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { bring } from '../support/bring.js';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

interface Joined {
  token: string;
  owner: string;
  user: { id: number };
}

const it = browserTest;
let browser: Browser, api: string;
let context: BrowserContext, room: string, anna: Joined;
it.beforeEach(async ({ stage }) => {
  ({ browser, api, room } = stage);
  anna = await ask<Joined>(api, 'join', { room, name: `Anna ${room}` });
  context = await browser.newContext({ reducedMotion: 'reduce' });
});

const log = (page: Page): Locator => page.getByRole('log');
const text = (page: Page, words: string): Locator => log(page).getByText(words, { exact: true });
const act = (name: string, extra: object = {}): Promise<unknown> =>
  ask(api, name, { token: anna.token, room, owner: anna.owner, ...extra });
const send = (words: string): Promise<{ id: string }> =>
  ask<{ id: string }>(api, 'send', { token: anna.token, room, text: words, owner: anna.owner });
const top = async (row: Locator): Promise<number> => (await row.boundingBox())?.y ?? NaN;
const texts = (page: Page): Promise<(string | null)[]> =>
  log(page)
    .locator('.text')
    .evaluateAll((all) => all.map((one) => one.textContent));

async function open(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${api}/r/${room}`);
  await page.getByRole('button', { name: /Change your name/ }).waitFor();
  return page;
}

async function say(page: Page, words: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(words);
  await page.keyboard.press('Enter');
}

/** The user of a page. */
const userOf = (page: Page): Promise<number> =>
  page
    .locator('nobackend-chat')
    .evaluate((chat) => (chat as HTMLElement & { chat: { user: { id: number } } }).chat.user.id);

describe('a message', () => {
  it('has the mark of its author while that user has a role', async () => {
    await send('from the owner');
    const bert = await open();
    context = await browser.newContext({ reducedMotion: 'reduce' }); // Carl's
    const carl = await open();
    await say(bert, 'from Bert');
    const rowOf = (words: string): Locator => log(carl).locator('.message', { hasText: words });
    await rowOf('from Bert').waitFor();
    expect(await rowOf('from the owner').getByRole('img', { name: 'owner of this room' }).count()).toBe(1);
    const mark = rowOf('from Bert').getByRole('img', { name: 'moderator' });
    expect(await mark.count()).toBe(0);
    await act('moderate', { user: await userOf(bert) });
    await mark.waitFor();
    await act('moderate', { user: await userOf(bert), on: false });
    await mark.waitFor({ state: 'detached' });
  });
});

describe('what the owner takes out', () => {
  it('goes from the screen, also what was read back, and nothing else moves', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 130; i++) ids.push((await send(`line ${i}`)).id);
    const page = await open();
    await text(page, 'line 129').waitFor();
    await until(async () => {
      await log(page).evaluate((box) => {
        box.scrollTop = 0;
      });
      return (await text(page, 'line 0').count()) === 1;
    }, 'the first message');
    await log(page).evaluate((box) => {
      box.scrollTop = 500;
    });
    const rows = await texts(page);
    const seen = text(page, 'line 20');
    const before = await top(seen);
    await act('remove', { id: ids[3] });
    await text(page, 'line 3').waitFor({ state: 'detached' });
    expect(Math.abs((await top(seen)) - before)).toBeLessThan(1); // px: scrolling rounds
    const expected = Array.from({ length: 130 }, (_, i) => `line ${i}`).filter((line) => line !== 'line 3');
    expect((await texts(page)).slice(0, rows.length - 1)).toEqual(expected.slice(0, rows.length - 1));
    await page.getByRole('button', { name: 'Latest' }).click();
    await act('remove', { id: ids[129] });
    await text(page, 'line 129').waitFor({ state: 'detached' });
    await text(page, `Anna ${room} removed 2 messages`).waitFor();
    const after = await texts(page);
    expect(after).toEqual(expected.slice(0, -1).slice(-after.length));
    expect(after.length).toBeGreaterThan(40);
  });

  it('is all of somebody who is banned, when that is asked for', async () => {
    const page = await open();
    const { token, user } = await ask<Joined>(api, 'join', { room, name: `Bert ${room}` });
    for (const words of ['spam', 'more spam']) await ask(api, 'send', { token, room, text: words });
    await send('kind');
    await text(page, 'kind').waitFor();
    await act('ban', { user: user.id, seconds: 5, messages: true });
    await text(page, `Anna ${room} removed all messages from Bert ${room}`).waitFor();
    expect(await texts(page)).toEqual(['kind']);
  });

  it('is not counted as unread any more', async () => {
    const page = await open();
    for (let i = 0; i < 40; i++) await send(`line ${i}`);
    await text(page, 'line 39').waitFor();
    await until(async () => {
      await log(page).evaluate((box) => {
        box.scrollTop = 0;
      });
      return page.getByRole('button', { name: 'Latest' }).isVisible();
    }, 'the reader to be elsewhere');
    const { id } = await send('rude');
    await send('kind');
    await page.getByRole('button', { name: '2 new' }).waitFor();
    await act('remove', { id });
    await page.getByRole('button', { name: '1 new' }).click();
    expect(
      await log(page)
        .locator('.row', { has: page.locator('.fresh') })
        .locator('.text')
        .textContent(),
    ).toBe('kind');
  });

  it.each([
    ['at the end', false],
    ['above it', true],
  ])('is everything when the room is cleared, for who reads %s', async (_, above) => {
    const page = await open();
    for (let i = 0; i < 60; i++) await send(`line ${i}`);
    await text(page, 'line 59').waitFor();
    if (above)
      await log(page).evaluate((box) => {
        box.scrollTop = 0;
      });
    if (above) await page.getByRole('button', { name: 'Latest' }).waitFor();
    await act('clear');
    await text(page, `Anna ${room} cleared the room`).waitFor();
    await page.getByRole('button', { name: 'Latest' }).waitFor({ state: 'hidden' });
    await send('anew');
    await text(page, 'anew').waitFor();
    expect(await texts(page)).toEqual(['anew']);
    expect(await log(page).locator('.row').count()).toBe(2);
  });
});

describe('what the owner does', () => {
  it('is told in plain words; what nobody knows is not told at all', async () => {
    const page = await open();
    const { token, user } = await ask<Joined>(api, 'join', { room, name: `Bert ${room}` });
    await ask(api, 'send', { token, room, text: 'hello' });
    for (const rules of [{ slow: 30 }, { slow: 0 }, { readonly: true }, { readonly: false }]) await act('rules', rules);
    await act('kick', { user: user.id });
    await text(page, `Bert ${room} was kicked by Anna ${room}`).waitFor();
    for (const words of [
      'Slow mode: one message per person every 30 s',
      'Slow mode is off',
      'Read-only: only the owner and moderators can write',
      'Everyone can write again',
    ]) {
      expect(await text(page, words).count()).toBe(1);
    }
    const count = await log(page).locator('.row').count();
    const event = { room, at: Date.now(), from: { id: 1, name: 'x' } };
    await bring(page, [
      ...['poked', 'rules'].map((type) => ({ ...event, type, id: `${Date.now() + 1_000}-${type.length}` })),
      { ...event, type: 'message', id: `${Date.now() + 1_000}-9`, text: 'after' },
    ]);
    await text(page, 'after').waitFor();
    expect(await log(page).locator('.row').count()).toBe(count + 1);
  });

  it('is the reason given to who may not write', async () => {
    const page = await open();
    await act('mute', { user: await userOf(page), seconds: 60 });
    await text(page, `Anna ${room} muted you for 1 minute`).waitFor();
    await say(page, 'muted');
    await page.getByText(/Not sent: You are muted here: \d+ (minute|seconds?) left\./).waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await act('mute', { user: await userOf(page), seconds: 0 });
    await text(page, 'You can write again').waitFor();
    await act('rules', { links: false });
    await say(page, 'see https://example.com');
    await page.getByText('Not sent: Links are not allowed in this room.').waitFor();
    await act('rules', { links: true });
    await page.getByRole('button', { name: 'Try again' }).click();
    await log(page).locator('.row').getByText('see https://example.com').waitFor();
  });

  it.each([
    ['readonly', 'Read-only for now'],
    ['closed', 'Closed for now'],
  ])('closes the field to write in while the room is %s, also for who comes back', async (rule, words) => {
    const page = await open();
    const field = page.getByRole('textbox', { name: 'Message' });
    await act('rules', { [rule]: true });
    await page.getByPlaceholder(words).waitFor();
    expect(await field.isDisabled()).toBe(true);
    if (rule === 'readonly') await page.reload();
    await page.getByPlaceholder(words).waitFor();
    await act('rules', { [rule]: false });
    await page.getByPlaceholder('Write to everyone').waitFor();
    expect(await field.isDisabled()).toBe(false);
  });

  it('shows a message that is held as waiting, until it is approved', async () => {
    await act('rules', { words: ['rude'], hold: true });
    const page = await open();
    await say(page, 'how rude');
    await page.getByText('Waiting for approval').waitFor();
    const { messages } = await ask<{ messages: { id: string }[] }>(api, 'held', { token: anna.token, room });
    expect(await log(page).locator('.row').getByText('how rude').count()).toBe(0);
    await act('approve', { id: messages[0]?.id });
    await log(page).locator('.row').getByText('how rude', { exact: true }).waitFor();
    await page.getByText('Waiting for approval').waitFor({ state: 'detached' });
  });

  it('makes a message wait in slow mode, which says so and is sent by itself', async () => {
    await act('rules', { slow: 2 });
    const page = await open();
    await say(page, 'one');
    await log(page).locator('.row').getByText('one', { exact: true }).waitFor();
    await say(page, 'two');
    await page.getByText('Sending… Slow mode: this may take up to 2 s.').waitFor();
    await log(page).locator('.row').getByText('two', { exact: true }).waitFor();
  });

  it('is told at once to who was sent out, and lets it come back', async () => {
    const page = await open();
    await act('kick', { user: await userOf(page) });
    const told = page.getByText(`Anna ${room} kicked you from this room.`);
    await told.waitFor();
    expect(await page.getByRole('textbox', { name: 'Message' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Join again' }).click();
    await told.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /Change your name/ }).waitFor();
    await say(page, 'here again');
    await log(page).locator('.row').getByText('here again', { exact: true }).waitFor();
  });
});
