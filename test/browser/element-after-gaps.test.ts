/** Edits and reactions that came while the element heard nothing: it shows what the history says. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { ask } from '../support/client.js';
import { numbered, sendElsewhere } from '../support/elsewhere.js';
import { browserWith, type Stage } from '../support/fixtures/browser.js';
import { messageRow } from '../support/message-menu.js';

// small bounds, so that a short absence is enough to overrun them
const it = browserWith({ env: { RATE_LIMITS: 'off', INBOX_MAX: 10, HISTORY: 60 } });
let stage: Stage, bert: string, ids: string[];

/** Opens the room through the link, when Bert has said two things. */
it.beforeEach(async ({ stage: given }) => {
  stage = given;
  bert = (await ask<{ token: string }>(stage.api, 'join', { room: stage.room, name: 'Bert' })).token;
  ids = [await say('helo'), await say('really?')];
});

const say = async (text: string): Promise<string> =>
  (await ask<{ id: string }>(stage.api, 'send', { token: bert, room: stage.room, text })).id;

async function open(): Promise<Page> {
  const page = await (await stage.browser.newContext({ reducedMotion: 'reduce' })).newPage();
  await page.goto(`${stage.link.url}/r/${stage.room}`);
  await messageRow(page, 'really?').waitFor();
  return page;
}

/** Bert does this while the page hears nothing. */
async function amend(): Promise<void> {
  const { api, room } = stage;
  await ask(api, 'edit', { token: bert, room, id: ids[0], text: 'hello' });
  await ask(api, 'react', { token: bert, room, id: ids[1], emoji: '🎉' });
}

const chips = (page: Page): Locator => messageRow(page, 'really?').locator('.chip', { hasText: '🎉' });

it('after its inbox has overflowed', async () => {
  const page = await open();
  await stage.link.close();
  await amend();
  await sendElsewhere(stage.api, stage.room, numbered(40));
  await stage.link.open();
  await messageRow(page, '39').waitFor();
  await messageRow(page, 'hello').waitFor();
  await chips(page).waitFor();
  expect(await messageRow(page, 'helo').count()).toBe(0);
});

it('after its user has ended, and it has joined again', async () => {
  const page = await open();
  const own = () =>
    page.locator('nobackend-chat').evaluate((element) => {
      const { chat } = element as HTMLElement & { chat: { user: { id: number } } };
      return chat.user.id;
    });
  const former = await own();
  await page.locator('nobackend-chat').evaluate((element) => {
    const { chat } = element as HTMLElement & { chat: { call(operation: string, values: object): Promise<unknown> } };
    return chat.call('leave', { after: 1 });
  });
  await stage.link.close();
  await expect
    .poll(
      async () => {
        const { members } = await ask<{ members: unknown[] }>(stage.api, 'members', { token: bert, room: stage.room });
        return members.length;
      },
      { timeout: 30_000 },
    )
    .toBe(1);
  await amend();
  await stage.link.open();
  await expect.poll(own, { timeout: 30_000 }).not.toBe(former);
  await messageRow(page, 'hello').waitFor();
  await chips(page).waitFor();
});
