/** The element with a list of servers: it says where the chat runs, and shows the room there. */
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { violations } from '../support/axe.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import type { Link } from '../support/link.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { withClock } from '../support/server-list.js';
import { until } from '../support/until.js';
import type { Joined } from '../support/user.js';

const it = browserTest.extend('other', { scope: 'file' }, async ({ sharedOptions }, { onCleanup }) => {
  const started = await startSystem(sharedOptions);
  onCleanup(() => started.stop());
  return started;
});
let browser: Browser, site: Site, first: Link, api: string, other: TestSystem, room: string;
it.beforeEach(({ stage, other: started }) => {
  ({ browser, site, link: first, api } = stage);
  [other, room] = [started, freshRoom()];
});

type Element = HTMLElement & { chat: import('../../apps/web/client/api.js').Chat };

/** Opens a page of another site, whose script comes from the second server. */
async function open(): Promise<Page> {
  const page = await withClock(await (await browser.newContext({ reducedMotion: 'reduce' })).newPage());
  await page.goto(
    site.serve(
      `/${room}`,
      `<!doctype html><html lang="en"><title>Two</title><link rel="icon" href="data:,"><script src="${other.url}/element.js"></script>
      <main><h1>Two servers</h1><nobackend-chat room="${room}" server="${first.url} ${other.url}" style="height: 600px"></nobackend-chat></main>`,
    ),
  );
  return page;
}

const log = (page: Page): Locator => page.getByRole('log');
const field = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });
const hostOf = (server: string): string => new URL(server).host;

/** Lets the first server be silent for more than 30 s. */
async function silence(page: Page): Promise<void> {
  await first.close();
  await until(
    () => page.locator('nobackend-chat').evaluate((element) => (element as Element).chat.state === 'reconnecting'),
    'the chat to miss its server',
  );
  await page.evaluate(() => {
    window.aheadMs += 31_000;
    window.longestPauseMs = 15_000;
  });
}

const away = (page: Page): Locator =>
  page.getByText(`This chat now runs on ${hostOf(other.url)}, because ${hostOf(first.url)} does not answer.`);

it('says on which server the chat runs, shows the room there, keeps the draft, and goes back', async () => {
  const bert = await ask<Joined>(other.url, 'join', { room, name: `Bert ${room}` });
  await ask(other.url, 'send', { token: bert.token, room, text: 'said there' });
  const page = await open();
  await page.getByText('Your room').waitFor(); // of the first server
  await field(page).fill('said here');
  await page.keyboard.press('Enter');
  await log(page).locator('.row').getByText('said here').waitFor(); // accepted: else it is sent there later
  await field(page).fill('a draft');
  await silence(page);
  await away(page).waitFor();
  await log(page).getByText('said there').waitFor();
  expect(await log(page).getByText('said here').count()).toBe(0);
  expect(await page.getByText('Your room').count()).toBe(0); // it is Bert's there
  expect(await field(page).inputValue()).toBe('a draft');
  await field(page).press('Enter');
  await log(page).getByText('a draft').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.locator('.status').getByRole('button', { name: 'Close' }).click();
  await away(page).waitFor({ state: 'detached' });
  await first.open();
  await page.getByText(`This chat runs on ${hostOf(first.url)} again.`).waitFor({ timeout: 60_000 });
  await log(page).getByText('said here').waitFor();
  await page.getByText('Your room').waitFor();
  const { token } = await ask<Joined>(api, 'join', { room });
  await ask(api, 'send', { token, room, text: 'once more' });
  await log(page).getByText('once more').waitFor();
  expect(await log(page).getByText('once more').count()).toBe(1);
});

it('sends what was written while the first server was silent, and keeps an owner token for each server', async () => {
  const page = await open();
  await page.getByText('Your room').waitFor();
  await first.close();
  await field(page).fill('written meanwhile');
  await page.keyboard.press('Enter');
  await page.getByText('Sending').waitFor();
  await silence(page);
  await away(page).waitFor();
  await log(page).locator('.row').getByText('written meanwhile').waitFor();
  expect(await page.getByText('written meanwhile').count()).toBe(1);
  await page.getByText('Your room').waitFor(); // that user has made the room there, too
  const tokens = await page.evaluate((at) => Object.keys(localStorage).filter((key) => key.endsWith(` ${at}`)), room);
  expect(tokens.sort()).toEqual(
    [`nobackend-chat-owner ${first.url} ${room}`, `nobackend-chat-owner ${other.url} ${room}`].sort(),
  );
});
