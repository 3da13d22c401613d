/** Rules of a room as people meet them in real pages: topic, pinned message, approval, voice, reports. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { describe, expect, onTestFinished } from 'vitest';
import { readConfig } from '../../shared/config/config.js';
import type { HeldMessage, UserRef } from '../../shared/protocol/events.js';
import { Keys } from '../../shared/store/keys.js';
import { violations } from '../support/axe.js';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import { choose, openMenu } from '../support/message-menu.js';
import type { TestSystem } from '../support/processes.js';
import { openRedis } from '../support/redis.js';

const it = browserTest;
let system: TestSystem, browser: Browser, api: string, room: string;
let complaints: string[] = [];
it.beforeEach(({ stage }) => {
  ({ system, browser, api, room } = stage);
  complaints = [];
});
it.afterEach(() => {
  expect(complaints).toEqual([]);
});

/** Somebody's browser, in the room. */
async function open(options: BrowserContextOptions = {}, prepare?: (page: Page) => Promise<void>): Promise<Page> {
  const page = await (await browser.newContext({ reducedMotion: 'reduce', ...options })).newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await prepare?.(page);
  await page.goto(`${api}/r/${room}`);
  await page.getByRole('button', { name: /Change your name/ }).waitFor();
  return page;
}

const log = (page: Page): Locator => page.getByRole('log');
const banner = (page: Page): Locator => page.getByRole('region', { name: 'Topic and pinned message' });
const composer = (page: Page): Locator => page.getByRole('textbox', { name: 'Message', exact: true });
const roomButton = (page: Page): Locator => page.getByRole('button', { name: /^Room/ });
const press = (where: Page | Locator, name: string): Promise<void> =>
  where.getByRole('button', { name, exact: true }).click();

const userOf = (page: Page): Promise<UserRef> =>
  page
    .locator('nobackend-chat')
    .evaluate((chat) => (chat as HTMLElement & { chat: { user: { id: number; name: string } } }).chat.user);

/** Ends a person's user at once: one whose page is closed ends some seconds later. */
const leave = (page: Page): Promise<void> =>
  page
    .locator('nobackend-chat')
    .evaluate((chat) => (chat as HTMLElement & { chat: { leave(): Promise<void> } }).chat.leave());

async function say(page: Page, words: string): Promise<void> {
  await composer(page).fill(words);
  await page.keyboard.press('Enter');
}

const LOOKS: [string, BrowserContextOptions][] = [
  ['in light at 1280 px', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }],
  ['in dark at 360 px', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
];

describe.each(LOOKS)('topic and pinned message, %s', (_, look) => {
  it('are set by the owner, seen by all and by who comes later, and taken away', async () => {
    const [anna, bert] = [await open(look), await open(look)];
    await roomButton(anna).click();
    await anna.getByRole('textbox', { name: 'Topic' }).fill('Volcanoes, see https://a.example/x');
    await press(anna, 'Set the topic');
    await anna.getByText('Saved').waitFor();
    await press(anna.locator('.room-panel'), 'Close');
    await say(bert, 'Read page 12');
    await log(anna).getByText('Read page 12').waitFor();
    await choose(anna, 'Read page 12', 'Pin');
    for (const page of [anna, bert, await open(look)]) {
      await banner(page).getByText('Read page 12').waitFor();
      await banner(page).getByRole('link', { name: 'https://a.example/x' }).waitFor();
      expect(await violations(page)).toEqual([]);
    }
    expect(await banner(bert).getByRole('button').count()).toBe(0);
    await press(banner(anna), 'Unpin');
    await banner(bert).getByText('Read page 12').waitFor({ state: 'detached' });
    await roomButton(anna).click();
    await anna.getByRole('textbox', { name: 'Topic' }).fill('');
    await press(anna, 'Set the topic');
    await banner(bert).waitFor({ state: 'hidden' });
  });
});

describe('a room where every message waits', () => {
  it('says so to members, and shows what is approved', async () => {
    const [anna, bert, carl] = [await open(), await open(), await open()];
    await roomButton(anna).click();
    await anna.getByRole('switch', { name: /Approve every message/ }).check();
    await log(bert).getByText('Every message waits for approval').waitFor();
    expect(await composer(bert).getAttribute('placeholder')).toContain('shown when approved');
    await say(bert, 'may I?');
    await bert.getByText('Waiting for approval').waitFor();
    await anna.locator('.card', { hasText: 'may I?' }).waitFor();
    await press(anna, 'Approve');
    await log(carl).getByText('may I?').waitFor();
    await anna.getByRole('textbox', { name: 'Blocked words' }).fill('bad');
    await press(anna, 'Save');
    await anna.getByText('Saved').waitFor();
    expect(await anna.getByRole('switch', { name: /Approve every message/ }).isChecked()).toBe(true);
    await anna.getByRole('switch', { name: /Approve every message/ }).uncheck();
    await log(carl).getByText('Messages are shown at once again').waitFor();
    await say(bert, 'at once');
    await log(carl).getByText('at once', { exact: true }).waitFor();
  });

  it('tells the owner of each one, whether the panel is open or closed', async () => {
    const [anna, bert, carl] = [await open(), await open(), await open()];
    await roomButton(anna).click();
    await anna.getByRole('switch', { name: /Approve every message/ }).check();
    await log(carl).getByText('Every message waits for approval').waitFor();
    await say(bert, 'one');
    await anna.locator('.card', { hasText: 'one' }).waitFor();
    await say(carl, 'two');
    await anna.locator('.card', { hasText: 'two' }).waitFor();
    await press(anna.locator('.room-panel'), 'Close');
    await say(bert, 'three');
    await anna.getByText('3 messages wait for your approval').waitFor();
    await anna.getByRole('button', { name: 'Room (3 waiting)' }).waitFor();
    await press(anna, 'Review');
    const place = async (at: string): Promise<number> => (await anna.locator(at).first().boundingBox())?.y ?? NaN;
    await expect.poll(async () => (await place('.card')) - (await place('.panel-body'))).toBeLessThan(80);
    expect(await place('.card')).toBeGreaterThan(await place('.panel-body'));
  });

  it('takes a message away that another moderator rejects, and says so to the one who was slower', async () => {
    const [anna, bert] = [await open(), await open()];
    await roomButton(anna).click();
    await anna.getByRole('switch', { name: /Approve every message/ }).check();
    await log(bert).getByText('Every message waits for approval').waitFor();
    const token = await anna.evaluate(
      () => Object.values(sessionStorage).map((text) => (JSON.parse(String(text)) as { token: string }).token)[0],
    );
    const reject = async (words: string): Promise<void> => {
      const { messages } = await ask<{ messages: HeldMessage[] }>(api, 'held', { token, room });
      await ask(api, 'reject', { token, room, id: messages.find(({ text }) => text === words)?.id });
    };
    for (const words of ['one', 'two']) {
      await say(bert, words);
      await anna.locator('.card', { hasText: words }).waitFor();
    }
    await reject('one');
    await anna.locator('.card', { hasText: 'one' }).waitFor({ state: 'detached' });
    await anna.getByRole('button', { name: 'Room (1 waiting)' }).waitFor();
    await expect.poll(() => bert.getByText('Waiting for approval').count()).toBe(1);
    await anna.route('**/api/audit', () => undefined); // the panel is not read again before the click
    await anna.route('**/api/approve', (route) => reject('two').then(() => route.continue()));
    await press(anna, 'Approve');
    await anna.locator('.card', { hasText: 'two' }).getByText('Somebody else has already decided').waitFor();
    expect(await anna.locator('.card button').count()).toBe(0);
    await bert.getByText('Waiting for approval').waitFor({ state: 'detached' });
    expect(complaints).toMatchObject([expect.stringContaining('400')]);
    complaints = [];
  });
});

describe('the number of people where every message waits', () => {
  it('is read once a minute, and once more when the rule has ended', async () => {
    const here = (page: Page, n: number): Promise<void> =>
      expect.poll(() => page.locator('.here').textContent(), { timeout: 20_000 }).toBe(`${n} here`);
    const [anna, bert, carl] = [await open(), await open({}, (page) => page.clock.install()), await open()];
    await roomButton(anna).click();
    const approving = anna.getByRole('switch', { name: /Approve every message/ });
    await approving.check();
    for (const page of [bert, carl]) await log(page).getByText('Every message waits for approval').waitFor();
    const dora = await open();
    await open();
    await here(anna, 5);
    await here(bert, 3);
    await bert.clock.fastForward(61_000);
    await here(bert, 5);
    await here(carl, 3);
    await leave(dora);
    await here(anna, 4);
    await approving.uncheck();
    for (const page of [bert, carl]) await here(page, 4);
  });
});

describe('a read-only room', () => {
  it('lets some write, or everybody who is there', async () => {
    const [anna, bert, carl] = [await open(), await open(), await open()];
    await roomButton(anna).click();
    await anna.getByRole('switch', { name: /Read-only/ }).check();
    for (const page of [bert, carl]) await expect.poll(() => composer(page).isDisabled()).toBe(true);
    const takeBack = anna.getByRole('button', { name: 'Take back the right to write from everybody' });
    expect(await takeBack.isVisible()).toBe(false); // nobody has it
    await press(anna, 'Let everyone here write');
    for (const page of [bert, carl]) await expect.poll(() => composer(page).isDisabled()).toBe(false);
    await log(carl).getByText('Everyone who was here at this moment can write').waitFor();
    await anna.locator('.people li', { hasText: 'can write' }).nth(1).waitFor({ state: 'attached' });
    await takeBack.click();
    await expect.poll(() => composer(carl).isDisabled()).toBe(true);
    await press(anna.locator('.room-panel'), 'Close');
    await anna.locator('.people li', { hasText: 'can write' }).first().waitFor({ state: 'detached' });
    const { name } = await userOf(bert);
    await anna.locator('.people li', { hasText: name }).hover();
    await press(anna, `Tools for ${name}`);
    await press(anna, 'Let write');
    await log(carl).getByText(`${name} can write now`).waitFor();
    await say(bert, 'thank you');
    await log(carl).getByText('thank you').waitFor();
    expect(await composer(carl).isDisabled()).toBe(true);
  });

  it('knows everybody who may write, also when there are more than can be named', async () => {
    const [anna, bert] = [await open(), await open()];
    const { id } = await userOf(bert);
    const [redis, keys] = [openRedis(system.redis.url), new Keys(readConfig({ REDIS_URL: system.redis.url }).shards)];
    onTestFinished(() => redis.disconnect());
    const voices = [...Array.from({ length: 150 }, (_, i) => 100_000 + i), id];
    await redis.hset(keys.rules(room), { readonly: '1', voice: `,${voices.join(',')},` });
    await Promise.all([anna, bert].map((page) => page.reload()));
    await expect.poll(() => composer(bert).isDisabled()).toBe(false);
    await anna.locator('.people li', { hasText: 'can write' }).waitFor();
    await roomButton(anna).click();
    await anna.locator('.members').getByText('51 others').waitFor();
    await press(anna.locator('.room-panel'), 'Close');
    await anna.locator('.people li', { hasText: 'can write' }).hover();
    await anna
      .locator('.people li', { hasText: 'can write' })
      .getByRole('button', { name: /^Tools for/ })
      .click();
    await press(anna, 'Stop writing');
    await expect.poll(() => composer(bert).isDisabled()).toBe(true);
    expect(await redis.hget(keys.rules(room), 'voice')).not.toContain(`,${id},`);
  });
});

describe.each(LOOKS)('a report, %s', (_, look) => {
  it('goes to the owner, who keeps or removes the message', async () => {
    const [anna, bert, carl] = [await open(look), await open(look), await open(look)];
    await say(bert, 'rude words');
    await say(anna, 'calm down');
    await log(carl).getByText('calm down').waitFor();
    for (const [page, words] of [
      [carl, 'calm down'],
      [bert, 'rude words'],
    ] as const) {
      const menu = await openMenu(page, words);
      expect(await menu.getByRole('button', { name: 'Report' }).count()).toBe(0);
      await page.keyboard.press('Escape');
    }
    await choose(carl, 'rude words', 'Report');
    await press(carl, 'Cancel');
    expect(await carl.getByText('to the moderators?').count()).toBe(0);
    await choose(carl, 'rude words', 'Report');
    await carl.locator('.status q', { hasText: 'rude words' }).waitFor();
    await press(carl, 'Report');
    await carl.getByText('The moderators can see your report.').waitFor();
    expect(await violations(carl)).toEqual([]);
    await choose(bert, 'rude words', 'Edit');
    await say(bert, 'kind words');
    await anna.getByText('1 message was reported').waitFor();
    await press(anna, 'Review');
    const card = anna.locator('.card', { hasText: 'kind words' });
    await card.getByText('1 report').waitFor();
    await card.locator('del', { hasText: 'rude words' }).waitFor();
    expect(await violations(anna)).toEqual([]);
    await press(card, 'Remove');
    await log(carl).getByText('kind words').waitFor({ state: 'detached' });
    expect(await anna.getByText('1 report').count()).toBe(0);
  });
});

describe('a room with a delay', () => {
  it('shows a message to its author and the owner at once, who removes it before others see it', async () => {
    const [anna, bert, carl] = [await open(), await open(), await open()];
    await roomButton(anna).click();
    await anna.getByRole('combobox', { name: /^Delay/ }).selectOption('5 seconds');
    await log(carl).getByText('Messages appear after 5 s').waitFor();
    await press(anna.locator('.room-panel'), 'Close');
    await say(bert, 'rude words');
    await say(bert, 'kind words');
    for (const page of [anna, bert]) {
      await log(page).getByText('kind words').waitFor();
      await log(page).getByText('Others see it in a moment').first().waitFor();
    }
    await choose(anna, 'rude words', 'Remove');
    await log(bert).getByText('rude words').waitFor({ state: 'detached' });
    await log(carl).getByText('kind words').waitFor();
    for (const page of [anna, bert]) {
      await log(page).getByText('Others see it in a moment').waitFor({ state: 'detached' });
      expect(await log(page).getByText('kind words').count()).toBe(1);
    }
    expect(await log(carl).getByText('rude words').count()).toBe(0);
    expect(await violations(anna)).toEqual([]);
  });
});
