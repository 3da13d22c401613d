/**
 * Answers: the message that they quote, and what they make a page do: anybody may answer anything, whether it is there
 * or not.
 */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { ask } from '../support/client.js';
import { numbered } from '../support/elsewhere.js';
import { browserWith, type Stage } from '../support/fixtures/browser.js';
import { messageRow, openMenu } from '../support/message-menu.js';

const it = browserWith({ env: { RATE_LIMITS: 'off' } });
let stage: Stage, anna: string, bert: { token: string; user: { id: number } };

/** Anna owns the room. */
it.beforeEach(async ({ stage: given }) => {
  stage = given;
  const { api, room } = stage;
  anna = (await ask<{ token: string }>(api, 'join', { room, name: 'Anna' })).token;
  bert = await ask(api, 'join', { room, name: 'Bert' });
});

const say = async (token: string, text: string, more: object = {}): Promise<string> =>
  (await ask<{ id: string }>(stage.api, 'send', { token, room: stage.room, text, ...more })).id;

/** Opens the room. Resolves with the page, and with what it asks for in the history from then on. */
async function open(last: string): Promise<[Page, string[]]> {
  const page = await (await stage.browser.newContext({ reducedMotion: 'reduce' })).newPage();
  const asked: string[] = [];
  page.on('request', (request) => {
    if (/\/history/.test(request.url())) asked.push(`${request.url()} ${request.postData()}`);
  });
  await page.goto(`${stage.api}/r/${stage.room}`);
  await messageRow(page, last).waitFor();
  return [page, asked];
}

const gone = (page: Page) => page.getByText('This message is gone.');

it('messages that are not there, and later than the oldest one known, are not asked for', async () => {
  const first = await say(bert.token, 'first');
  const [ms = ''] = first.split('-');
  for (let i = 0; i < 30; i += 1) await say(bert.token, `answer ${i}`, { re: `${ms}-${i + 1}` });
  const [page, asked] = await open('answer 29');
  await expect.poll(() => gone(page).count()).toBe(30);
  expect(asked.filter((one) => /"limit":1\b|limit=1\b/.test(one))).toEqual([]);
});

it('older ones are asked for a few at a time', async () => {
  for (const text of numbered(80)) await say(bert.token, text);
  for (let i = 0; i < 50; i += 1) await say(bert.token, `answer ${i}`, { re: `5-${i}` });
  const [page, asked] = await open('answer 49');
  await expect.poll(() => gone(page).count(), { timeout: 20_000 }).toBeGreaterThanOrEqual(20);
  for (const text of numbered(10, 100)) {
    await say(anna, text);
    await messageRow(page, text).waitFor();
  }
  const reads = asked.filter((one) => /"limit":1\b|limit=1\b/.test(one)).length;
  expect(reads).toBeGreaterThan(0);
  expect(reads).toBeLessThan(23);
});

it('what is quoted from the older history has its later text, and goes with its author', async () => {
  const old = await say(bert.token, 'old words');
  for (const text of numbered(80)) await say(anna, text);
  await say(anna, 'an answer', { re: old });
  const [page] = await open('an answer');
  const quote = messageRow(page, 'an answer').locator('.quote');
  await quote.getByText('old words').waitFor();
  await ask(stage.api, 'edit', { token: bert.token, room: stage.room, id: old, text: 'new words' });
  await quote.getByText('new words').waitFor();
  const { room } = stage;
  await ask(stage.api, 'ban', { token: anna, room, user: bert.user.id, seconds: 60, messages: true });
  await gone(page).waitFor();
});

it('the answer to a reaction that comes late takes nothing away that came meanwhile', async () => {
  const id = await say(bert.token, 'done!');
  const [page] = await open('done!');
  let pass: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    pass = resolve;
  });
  await page.route(/\/react/, async (route) => {
    const response = await route.fetch();
    await passed;
    await route.fulfill({ response });
  });
  const menu = await openMenu(page, 'done!');
  const answered = page.waitForResponse(/\/react/);
  await menu.getByRole('button', { name: '🎉' }).click();
  const chip = page.locator('.chip', { hasText: '🎉' });
  await chip.waitFor();
  await ask(stage.api, 'react', { token: anna, room: stage.room, id, emoji: '🎉' });
  await expect.poll(() => chip.textContent(), { timeout: 30_000 }).toMatch(/2/);
  pass();
  await answered;
  await say(bert.token, 'later');
  await messageRow(page, 'later').waitFor();
  expect(await chip.textContent()).toMatch(/2/);
  expect(await chip.getAttribute('aria-pressed')).toBe('true');
});
