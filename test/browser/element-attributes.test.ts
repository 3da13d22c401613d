/** The attributes of the element that choose its transport, and what the console says of wrong ones. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Site } from '../support/browser.js';
import { browserTest, freshRoom } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

type WithChat = { chat: { transport: string | null } | null } | null;

const it = browserTest;
let site: Site, page: Page, api: string;

it.beforeEach(async ({ stage }) => {
  ({ site, api } = stage);
  page = await stage.browser.newPage();
});
it.afterEach(() => page.close());

async function open(attributes: string): Promise<void> {
  const room = freshRoom();
  await page.goto(
    site.serve(
      `/${room}`,
      `<script src="${api}/element.js"></script><nobackend-chat room="${room}" ${attributes}></nobackend-chat>`,
    ),
  );
}

const transport = (): Promise<string | null | undefined> =>
  page.evaluate(() => (document.querySelector('nobackend-chat') as unknown as WithChat)?.chat?.transport);

it.each([
  ['transport="jsonp"', 'jsonp'],
  ['way="jsonp"', 'jsonp'],
  ['transport="fetch" way="jsonp"', 'fetch'],
  ['', 'fetch'],
])('with %j the element uses %s', async (attributes, expected) => {
  await open(attributes);
  await until(transport, 'the chat knows its transport');
  expect(await transport()).toBe(expected);
});

it.each(['transport', 'way'])('a new %s joins again by it', async (attribute) => {
  await open('');
  expect(await until(transport, 'the chat knows its transport')).toBe('fetch');
  await page.evaluate((name) => document.querySelector('nobackend-chat')?.setAttribute(name, 'jsonp'), attribute);
  await until(async () => (await transport()) === 'jsonp', 'the chat uses jsonp');
});

it('tells the console of texts that are no JSON, once', async () => {
  const told: string[] = [];
  page.on('console', (message) => told.push(message.text()));
  await open(`texts="{'send':'Post'}"`);
  await page.getByRole('textbox', { name: 'Message' }).fill('good day');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('log').getByText('good day').waitFor();
  expect(told.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([
    "texts must be JSON, with double quotes: {'send':'Post'}",
  ]);
});
