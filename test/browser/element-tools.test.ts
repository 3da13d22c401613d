/**
 * The tools of those who keep a room in order, in real pages: what an owner and a moderator can do, and what others see
 * of it.
 */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import { openMenu } from '../support/message-menu.js';
import { until } from '../support/until.js';

const it = browserTest;
let browser: Browser, site: Site, api: string;
let room: string;
let complaints: string[] = [];
it.beforeEach(({ stage }) => {
  ({ browser, site, api, room } = stage);
  complaints = [];
});
it.afterEach(() => {
  expect(complaints).toEqual([]);
});

/** Somebody's browser, in the room. */
async function open(hash = '', options: BrowserContextOptions = {}, at = `${api}/r/${room}`): Promise<Page> {
  const context = await browser.newContext({
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(at + hash);
  await page.getByRole('button', { name: /Change your name/ }).waitFor();
  return page;
}

const log = (page: Page): Locator => page.getByRole('log');
const strip = (page: Page): Locator =>
  page.getByRole('group', { name: /^Tools/ }).or(page.getByRole('dialog', { name: /^More about/ }));
const roomButton = (page: Page): Locator => page.getByRole('button', { name: /^Room/ });
const press = (where: Page | Locator, name: string): Promise<void> =>
  where.getByRole('button', { name, exact: true }).click();
const tokenIn = (page: Page): Promise<string | null> =>
  page.evaluate((at) => localStorage.getItem(`nobackend-chat-owner ${location.origin} ${at}`), room);
const nameOf = (page: Page): Promise<string> =>
  page
    .locator('nobackend-chat')
    .evaluate((chat) => (chat as HTMLElement & { chat: { user: { name: string } } }).chat.user.name);

async function say(page: Page, words: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(words);
  await page.keyboard.press('Enter');
}

/** Opens the tools of a message. */
async function judge(page: Page, words: string): Promise<void> {
  await openMenu(page, words);
}

/** Opens the tools of a person. */
async function judgePerson(page: Page, name: string): Promise<void> {
  await page.locator('.people li', { hasText: name }).hover();
  await page.getByRole('button', { name: `Tools for ${name}`, exact: true }).click();
}

describe('who makes a room', () => {
  it("owns it, also after a reload and with the link on another device, which leaves nothing in the address or in a request's", async () => {
    const anna = await open();
    await anna.getByText('Your room').waitFor();
    await roomButton(anna).click();
    expect(await anna.getByText('The other link').isVisible()).toBe(false); // there is only one
    await anna.getByText('It ends 1 day after the last person has left.').waitFor();
    await anna.getByText('then it stays for 90 days after each of your visits').waitFor();
    await press(anna, 'Copy owner link');
    await anna.getByRole('button', { name: 'Copied' }).waitFor();
    const link = await anna.evaluate(() => navigator.clipboard.readText());
    const token = (await tokenIn(anna)) ?? 'none';
    expect(link).toBe(`${api}/r/${room}#owner=${token}`);
    await anna.reload();
    await anna.getByText('Your room').waitFor();
    const addresses: string[] = [];
    const other = await open();
    expect(await other.getByText('Your room').count()).toBe(0);
    other.on('request', (request) => addresses.push(request.url(), JSON.stringify(request.headers())));
    await other.goto('about:blank');
    await other.goto(link);
    await other.getByText('Your room').waitFor();
    expect(other.url()).toBe(`${api}/r/${room}`);
    expect(addresses.slice(2).filter((address) => address.includes(token))).toEqual([]);
    expect(await tokenIn(other)).toBe(token);
    await roomButton(other).click();
    await other.getByText(/^It stays until \w+, \w+ \d+, 20\d\d, even if nobody comes\./).waitFor();
  });

  it('owns it in a page of its own too, by a link to that page', async () => {
    const at = site.serve(
      `/${room}`,
      `<!doctype html><link rel="icon" href="data:,"><title>Own</title><script src="${api}/element.js"></script><nobackend-chat room="${room}"></nobackend-chat>`,
    );
    const anna = await open('', {}, at);
    await roomButton(anna).click();
    await anna.getByText(`The other link opens the room at ${new URL(api).host}.`).waitFor();
    await press(anna, 'Copy owner link to this page');
    await anna.getByRole('button', { name: 'Copied' }).waitFor();
    const link = await anna.evaluate(() => navigator.clipboard.readText());
    const other = await open('', {}, link);
    await other.getByText('Your room').waitFor();
    expect([link.replace(/=[\w-]{24}&/, '=token&'), other.url()]).toEqual([`${at}#owner=token&room=${room}`, at]);
    expect(await other.locator('.role.owner').count()).toBe(2); // both are, to each other
  });

  it('is told when a link is worth nothing, and cannot be robbed by one', async () => {
    const anna = await open();
    await anna.getByText('Your room').waitFor();
    const token = await tokenIn(anna);
    await anna.evaluate(() => {
      location.hash = `#owner=${'x'.repeat(24)}`;
    });
    await until(() => anna.url() === `${api}/r/${room}`, 'the address to be clean');
    await anna.getByText('Your room').waitFor();
    expect(await tokenIn(anna)).toBe(token);
    const bert = await open(`#owner=${'y'.repeat(24)}`);
    await bert.getByText('This owner link is no longer valid.').waitFor();
    expect([await tokenIn(bert), await roomButton(bert).count()]).toEqual([null, 0]);
  });

  it('takes out a message by keyboard alone, for everybody', async () => {
    const [anna, bert] = [await open(), await open()];
    await say(bert, 'rude');
    await log(anna).getByText('rude', { exact: true }).waitFor();
    await anna.getByRole('textbox', { name: 'Message' }).focus();
    await anna.keyboard.press('Shift+Tab'); // the newest message's tools are the nearest
    for (const key of ['Enter', 'End', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'Enter']) await anna.keyboard.press(key);
    await until(
      () =>
        strip(anna)
          .getByRole('button', { name: 'Remove', exact: true })
          .evaluate((one) => (one.getRootNode() as ShadowRoot).activeElement === one),
      'the question to have the focus',
    );
    await anna.keyboard.press('Enter');
    await log(bert).getByText('rude', { exact: true }).waitFor({ state: 'detached' });
    await log(bert)
      .getByText(/removed a message/)
      .waitFor();
    expect(await strip(anna).count()).toBe(0);
  });

  it('mutes quietly, sends out and bans; who was banned hears for how long, and has no way back', async () => {
    const [anna, bert, cleo] = [await open(), await open(), await open()];
    const [bertName, cleoName] = [await nameOf(bert), await nameOf(cleo)];
    await say(bert, 'first');
    await log(anna).getByText('first', { exact: true }).waitFor();
    await judge(anna, 'first');
    await press(strip(anna), 'Mute');
    await strip(anna)
      .getByText(/^Quietly/)
      .click();
    await press(strip(anna), '10 minutes');
    await strip(anna).getByText(`${bertName} cannot write for 10 minutes.`).waitFor();
    await say(bert, 'second');
    await log(bert).locator('.row').getByText('second', { exact: true }).waitFor();
    await say(cleo, 'third');
    await log(anna).getByText('third', { exact: true }).waitFor();
    expect(await log(anna).getByText('second', { exact: true }).count()).toBe(0);
    await press(strip(anna), 'Close');
    await anna.locator('.people li', { hasText: bertName }).getByText('muted', { exact: true }).waitFor();
    await judgePerson(anna, bertName);
    await press(strip(anna), 'Unmute');
    await anna.locator('.people li').getByText('muted', { exact: true }).waitFor({ state: 'detached' });
    await judgePerson(anna, cleoName);
    await press(strip(anna), 'Kick');
    await press(strip(anna), 'Kick');
    await cleo.getByRole('button', { name: 'Join again' }).waitFor();
    await judgePerson(anna, bertName);
    await press(strip(anna), 'Ban');
    await press(strip(anna), '1 hour');
    await bert.getByText(/banned you from this room for 1 hour\./).waitFor();
    expect(await bert.getByRole('button', { name: 'Join again' }).count()).toBe(0);
    await cleo.getByRole('button', { name: 'Join again' }).click(); // from the same address
    await cleo.getByText('You, or your network, are banned from this room: 1 hour left.').waitFor();
    complaints = complaints.filter((text) => !text.includes('403')); // the browser's own words for that answer
    await roomButton(anna).click();
    await press(anna, `Unban: ${bertName}`);
    await anna.getByRole('button', { name: `Unban: ${bertName}` }).waitFor({ state: 'detached' });
    await anna.getByText(`You unbanned ${bertName}`).waitFor();
    await anna.getByText(`You quietly muted ${bertName} for 10 minutes`).waitFor(); // who has left
  });
});

describe("the room's panel", () => {
  it.each([
    ['light', 1_280],
    ['dark', 360],
  ] as const)(
    'sets rules, has what waits approved, and is for everybody, opened in %s at %i px',
    async (colorScheme, width) => {
      const anna = await open('', { colorScheme, viewport: { width, height: 740 } });
      const bert = await open();
      const bertName = await nameOf(bert);
      await roomButton(anna).click();
      await anna.getByLabel('Slow mode').selectOption({ label: '5 seconds' });
      await log(bert).getByText('Slow mode: one message per person every 5 s').waitFor();
      await anna.getByRole('switch', { name: /^No links/ }).click();
      await log(bert).getByText('Links are not allowed any more').waitFor();
      await anna.getByRole('textbox', { name: 'Blocked words' }).fill('rude*\nspam');
      await anna.getByLabel('Hold the message until you approve it').check();
      await press(anna, 'Save');
      await anna.getByText('Saved', { exact: true }).waitFor();
      await say(bert, 'how rude!');
      await bert.getByText('Waiting for approval').waitFor();
      await anna.getByRole('button', { name: 'Room (1 waiting)' }).waitFor();
      await press(anna, 'Close');
      await anna.getByText('1 message waits for your approval').waitFor();
      await press(anna, 'Review');
      await anna.getByText('1 message waits for your approval').waitFor({ state: 'hidden' });
      await anna.getByText('how rude!', { exact: true }).waitFor();
      expect(await violations(anna)).toEqual([]);
      expect(await anna.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      await press(anna, 'Approve');
      await log(bert).locator('.row').getByText('how rude!', { exact: true }).waitFor();
      await anna.getByRole('button', { name: 'Room', exact: true }).waitFor();
      await anna.getByText(`You approved a message`).waitFor();
      await anna.keyboard.press('Escape');
      await judge(anna, 'how rude!');
      await press(strip(anna), 'Ban');
      expect(await violations(anna)).toEqual([]);
      expect(await strip(anna).getByText(bertName).count()).toBe(1);
    },
  );
});

describe('a moderator', () => {
  it('keeps order but is no owner; then the room is offered to it, and the former owner has no tools any more', async () => {
    const [anna, bert] = [await open(), await open()];
    const [annaName, bertName] = [await nameOf(anna), await nameOf(bert)];
    await judgePerson(anna, bertName);
    await press(strip(anna), 'Make moderator');
    await press(strip(anna), 'Make moderator');
    await bert.getByText('You are a moderator here').waitFor();
    await roomButton(bert).click();
    await bert.getByText('You are a moderator of this room.').waitFor();
    expect(await bert.getByRole('button', { name: `Tools for ${annaName}`, exact: true }).count()).toBe(0);
    expect(
      (await bert.getByRole('switch', { name: /^Closed/ }).count()) +
        (await bert.getByRole('button', { name: 'Hand over' }).count()),
    ).toBe(0);
    await bert.getByRole('switch', { name: /^Read-only/ }).click();
    await log(anna).getByText('Read-only: only the owner and moderators can write').waitFor();
    await bert.keyboard.press('Escape');
    await say(bert, 'I may');
    await log(anna).getByText('I may', { exact: true }).waitFor();
    await judgePerson(anna, bertName);
    await press(strip(anna), 'Hand over');
    await press(strip(anna), 'Offer the room');
    await bert.getByText(`${annaName} offers you this room.`).waitFor();
    await bert.route(/\/(api|jsonp)\/own(\?|$)/, async (route) => {
      const response = await route.fetch();
      await bert.getByText('Your room').waitFor(); // the event is there before the answer
      await route.fulfill({ response });
    });
    await press(bert, 'Accept');
    await bert.getByText('Your room').waitFor();
    await roomButton(anna).waitFor({ state: 'detached' });
    complaints = complaints.filter((text) => !text.includes('403')); // what its panel had just asked
    await anna.getByPlaceholder('Read-only for now').waitFor();
    expect(await tokenIn(anna)).toBe(null);
    await until(async () => (await tokenIn(bert)) !== null, 'the token, which may come after the event'); // before a reload
    await bert.reload();
    await bert.getByText('Your room').waitFor();
    expect((await ask<{ role: string }>(api, 'audit', { ...(await sessionOf(bert)), room })).role).toBe('owner');
    expect(await tokenIn(bert)).toMatch(/^[\w-]{24}$/);
  });
});

/** The token of a page's user. */
const sessionOf = (page: Page): Promise<{ token: string }> =>
  page.evaluate((at) => {
    const { token } = JSON.parse(sessionStorage.getItem(`nobackend-chat ${location.origin} ${at}`) ?? '{}') as {
      token: string;
    };
    return { token };
  }, room);
