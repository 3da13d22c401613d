/** Typing and reading in the element: by input methods, in both directions, at any hour, by any clock, in a crowd. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { readConfig } from '../../shared/config/config.js';
import { Keys } from '../../shared/store/keys.js';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import { openMenu } from '../support/message-menu.js';
import type { TestSystem } from '../support/processes.js';
import { openRedis } from '../support/redis.js';

const it = browserTest;
let system: TestSystem, browser: Browser, api: string;
let room: string;
it.beforeEach(({ stage }) => {
  ({ system, browser, api, room } = stage);
});

/** Somebody's browser, in the room; `prepare`d before it goes there. */
async function open(
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<void> = async () => undefined,
): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await prepare(page);
  await page.goto(`${api}/r/${room}`);
  await page.getByRole('button', { name: /Change your name/ }).waitFor();
  return page;
}

const log = (page: Page): Locator => page.getByRole('log');
const input = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });

describe('an input method', () => {
  /** A key that the input method takes, as Safari tells it: the composition is over by then, says `isComposing`. */
  const takenKey = (where: Locator, key: string): Promise<void> =>
    where.dispatchEvent('keydown', { key, keyCode: 229, bubbles: true, composed: true, cancelable: true });

  it('ends a word by Enter, which sends nothing', async () => {
    const page = await open();
    await input(page).fill('にほん');
    await takenKey(input(page), 'Enter');
    expect(await input(page).inputValue()).toBe('にほん');
    await page.keyboard.press('Enter');
    await log(page).getByText('にほん').waitFor();
  });

  it('gives a word up by Escape, which closes nothing', async () => {
    const page = await open();
    await page.getByRole('button', { name: /Change your name/ }).click();
    const name = page.getByRole('textbox', { name: 'Your name' });
    await name.fill('にほん');
    await takenKey(name, 'Escape');
    expect(await name.inputValue()).toBe('にほん');
    expect(await name.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await name.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: /^Room/ }).click();
    const words = page.getByRole('textbox', { name: 'Blocked words' });
    await takenKey(words, 'Escape');
    expect(await words.isVisible()).toBe(true);
    await words.press('Escape');
    await words.waitFor({ state: 'hidden' });
  });
});

describe('what is typed', () => {
  it('runs in its own direction, in every box', async () => {
    const page = await open();
    const direction = (place: Locator): Promise<string> => place.evaluate((node) => getComputedStyle(node).direction);
    await page.getByRole('button', { name: /Change your name/ }).click();
    for (const box of [input(page), page.getByRole('textbox', { name: 'Your name' })]) {
      for (const [text, expected] of [
        ['שלום', 'rtl'],
        ['hello', 'ltr'],
      ] as const) {
        await box.fill(text);
        expect(await direction(box)).toBe(expected);
      }
    }
    await page.goto(`${api}/docs#op-send`);
    const box = page.locator('#send-text');
    await box.fill('مرحبا');
    expect(await direction(box)).toBe('rtl');
  });
});

interface Joined {
  token: string;
  owner: string;
  user: { id: number; name: string };
}
const somebody = (name?: string): Promise<Joined> => ask<Joined>(api, 'join', { room, name });
const MINUTE = 60_000;

describe("with a clock that is far from the server's", () => {
  it.each([20, -20])('by %i min, a room that was offered can be taken until its time is over', async (minutes) => {
    const anna = await somebody();
    const page = await open({}, (fresh) => fresh.clock.install({ time: Date.now() + minutes * MINUTE }));
    const user = await page.evaluate(() => document.querySelector('nobackend-chat')?.chat?.user?.id);
    const offer = (to: number | undefined): Promise<unknown> =>
      ask(api, 'handover', { token: anna.token, room, owner: anna.owner, user: to });
    await offer(user);
    await page.getByText('offers you this room').waitFor();
    await page.reload(); // what it reads back says so too
    await page.getByText('offers you this room').waitFor();
    await page.clock.fastForward(9 * MINUTE);
    expect(await page.getByText('offers you this room').isVisible()).toBe(true);
    await page.clock.fastForward(2 * MINUTE);
    await page.getByText('offers you this room').waitFor({ state: 'hidden' });
  });
});

describe('days', () => {
  /** Makes a page live at `now`, server and all; messages of the given texts were sent at other times. */
  async function live(page: Page, clock: { now: number }, sent: Record<string, number> = {}): Promise<void> {
    const from = Date.now();
    await page.clock.install({ time: clock.now });
    await page.route(/\/api\/stream/, (route) => route.abort()); // so that all times pass here
    await page.route(/\/api\/(join|enter|poll|history)/, async (route) => {
      const answer = await route.fetch({ timeout: 0 }).catch(() => null); // the page is gone
      if (!answer) return;
      const json: unknown = JSON.parse(await answer.text(), function (this: { text?: string }, key, value: unknown) {
        return key === 'at' ? (sent[this.text ?? ''] ?? (value as number) - from + clock.now) : value;
      });
      await route.fulfill({ json }).catch(() => undefined);
    });
  }
  const days = (page: Page): Promise<string[]> => log(page).locator('.day').allTextContents();
  const berlin = { timezoneId: 'Europe/Berlin' };

  it('are those of the calendar, however long they are', async () => {
    const anna = await somebody();
    const sent = {
      friday: Date.parse('2026-03-27T12:00+01:00'),
      saturday: Date.parse('2026-03-28T23:50+01:00'),
      sunday: Date.parse('2026-03-29T20:00+02:00'),
      today: Date.parse('2026-03-30T00:10+02:00'),
    };
    for (const text of Object.keys(sent)) await ask(api, 'send', { token: anna.token, room, text });
    const page = await open(berlin, (fresh) => live(fresh, { now: Date.parse('2026-03-30T00:30+02:00') }, sent));
    await log(page).getByText('today', { exact: true }).waitFor();
    // what came first, the coming of Anna, is of today
    expect((await days(page)).slice(1)).toEqual([
      'Friday, March 27, 2026',
      'Saturday, March 28, 2026',
      'Yesterday',
      'Today',
    ]);
  });

  it('turn at midnight, in a room where nothing happens too', async () => {
    const clock = { now: Date.parse('2026-06-10T23:58+02:00') };
    const page = await open(berlin, (fresh) => live(fresh, clock));
    await input(page).fill('before midnight');
    await page.keyboard.press('Enter');
    await log(page).locator('.rows').getByText('before midnight').waitFor();
    expect(await days(page)).toEqual(['Today']);
    await page.clock.fastForward(5 * MINUTE);
    clock.now += 5 * MINUTE;
    await log(page).getByText('Yesterday').waitFor();
    await input(page).fill('after midnight');
    await page.keyboard.press('Enter');
    await log(page).locator('.rows').getByText('after midnight').waitFor();
    expect(await days(page)).toEqual(['Yesterday', 'Today']);
  });
});

describe('in a crowd of which the server names only some', () => {
  /** Fills the room up to so many members, of whom the last few can act. */
  async function fill(count: number): Promise<Map<number, Joined>> {
    const people = await Promise.all(Array.from({ length: 20 }, (_, i) => somebody(`Someone ${i}`)));
    const redis = openRedis(system.redis.url);
    const roster = new Keys(readConfig({ REDIS_URL: system.redis.url }).shards).roster(room);
    const others = count - (await redis.hlen(roster));
    await redis.hset(roster, ...Array.from({ length: others }, (_, i) => [String(1_000_000 + i), `m${i}`]).flat());
    redis.disconnect();
    return new Map(people.map((one) => [one.user.id, one]));
  }

  const namesIn = (page: Page): Locator => page.getByRole('complementary', { name: 'People' }).getByRole('listitem');

  it('all are counted, and who is not named can be answered until it leaves', async () => {
    const page = await open(); // the first: the room is its own
    const people = await fill(2_051); // half of them unnamed: one of the twenty who can act surely is
    await page.reload();
    await page.getByText('2,051 here').first().waitFor();
    expect(await namesIn(page).filter({ hasText: '(you)' }).count()).toBe(1);
    await namesIn(page).getByText('1,850 others').waitFor();
    const named = await page.evaluate(async () =>
      (await document.querySelector('nobackend-chat')?.chat?.ready)?.members.map(({ id }) => id),
    );
    const [unnamed] = [...people.values()].filter((person) => !named?.includes(person.user.id));
    const own = await page.evaluate(() => document.querySelector('nobackend-chat')?.chat?.user?.id);
    const { token, user } = unnamed ?? expect.fail('all are named');
    await ask(api, 'send', { token, to: own, text: 'just for you' });
    await namesIn(page).getByTitle(`Write to ${user.name} privately`, { exact: true }).click();
    await log(page).getByText('just for you').waitFor();
    await input(page).fill('and for you');
    await page.keyboard.press('Enter');
    await log(page).locator('.rows').getByText('and for you').waitFor();
    await page.getByRole('button', { name: 'Everyone', exact: true }).first().click();
    await ask(api, 'send', { token, room, text: 'for all' });
    await (await openMenu(page, 'for all')).getByRole('button', { name: 'Mute', exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await ask(api, 'leave', { token });
    await page.getByText('2,050 here').first().waitFor();
    await namesIn(page).filter({ hasText: 'has left' }).filter({ hasText: 'Someone' }).waitFor();
  });
});
