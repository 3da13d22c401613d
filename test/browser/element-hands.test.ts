/** Walks through a full room without a mouse: by keyboard alone, and by what a screen reader is told alone. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { openElement } from '../support/element-page.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = browserTest;
/** Beside the visitor. */
const OTHERS = 29;
/** Tab stops on the way to anything: all people of the room, and what is beside them. */
const STOPS_MAX = 50;

let page: Page, stage: Stage, olga: TestUser, bert: TestUser, welcome: string;
it.beforeEach(async ({ stage: own }) => {
  stage = own;
  const names = ['Olga', 'Bert', ...Array.from({ length: OTHERS - 2 }, (_, i) => `Guest ${i + 1}`)];
  const people: TestUser[] = [];
  for (const name of names) people.push(await TestUser.join(stage.api, { name, room: stage.room }));
  [olga, bert] = people as [TestUser, TestUser];
  welcome = (await say(olga, 'welcome to all')).id;
  const { id } = await say(bert, 'buy cheap watches');
  await olga.ask('react', { room: stage.room, id, emoji: '😮' });
  page = await openElement(stage, 'name="Zoe"', {
    width: 1_280,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await page.getByText('30 here').first().waitFor();
  await message('buy cheap watches').waitFor();
});

const say = (user: TestUser, text: string): Promise<{ id: string }> => user.send({ room: stage.room, text });
const log = (): Locator => page.getByRole('log', { name: 'Messages' });
const message = (text: string): Locator => log().getByText(text, { exact: true });
const box = (): Locator => page.getByRole('textbox', { name: 'Message', exact: true });
const button = (name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
const menu = (): Locator => page.getByRole('dialog', { name: /^More about the message from/ });
const copied = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

const isFocused = (one: Locator): Promise<boolean> =>
  one.evaluateAll((all) => all.some((node) => (node.getRootNode() as ShadowRoot).activeElement === node));

/** Presses a key until something has the focus. Returns how often. */
async function keyTo(target: Locator, key = 'Tab'): Promise<number> {
  for (let times = 0; times <= STOPS_MAX; times += 1) {
    if (await isFocused(target)) return times;
    await page.keyboard.press(key);
  }
  return expect.fail(`${STOPS_MAX} times ${key} do not come to ${String(target)}`);
}

const enter = (): Promise<void> => page.keyboard.press('Enter');
const focused = (one: Locator): Promise<unknown> => until(() => isFocused(one), `the focus on ${String(one)}`);

async function write(text: string): Promise<void> {
  await page.keyboard.type(text);
  await enter();
}

/** The button beside the message with a text, as a screen reader describes it. */
const more = (text: string): Locator => page.getByRole('button', { name: /^More about/, description: text });

describe('by keyboard alone, with thirty people in the room', () => {
  /** Chooses something in the menu of a message, from the box. */
  async function choose(text: string, choice: string): Promise<void> {
    await keyTo(box());
    await keyTo(page.getByRole('button', { name: /^More about/ }), 'Shift+Tab');
    await keyTo(more(text), 'ArrowUp');
    await enter();
    await menu().waitFor();
    await keyTo(menu().getByRole('button', { name: choice, exact: true }), 'ArrowDown');
    await enter();
  }

  it('a visitor writes to one of them privately, and comes back', async () => {
    await keyTo(page.getByRole('complementary').getByRole('button', { name: /Guest 9$/ }));
    await enter();
    await page.getByText('Only you two see this').first().waitFor();
    await focused(box());
    await write('between us');
    await message('between us').waitFor();
    await keyTo(page.getByRole('button', { name: 'Everyone' }), 'Shift+Tab');
    await enter();
    await message('welcome to all').waitFor();
    await focused(box());
    expect(await message('between us').count()).toBe(0);
  });

  it('a visitor reports a message, and copies the link of another', async () => {
    await choose('buy cheap watches', 'Report');
    await page.getByText('to the moderators?').waitFor();
    await keyTo(button('Report'));
    await enter();
    await page.getByText('The moderators can see your report.').waitFor();
    await focused(box());
    await choose('welcome to all', 'Copy link');
    await page.getByText('Copied').first().waitFor();
    expect(await copied()).toBe(`${stage.api}/r/${stage.room}#message=${welcome}`);
  });

  it('a visitor changes the name, and mentions somebody', async () => {
    await keyTo(button(/Change your name$/));
    await enter();
    await focused(page.getByRole('textbox', { name: 'Your name' }));
    await page.keyboard.press('ControlOrMeta+A');
    await write('Zora');
    await button('You are Zora. Change your name').waitFor();
    await keyTo(box());
    await page.keyboard.type('@guest 2');
    await page.getByRole('option', { name: 'Guest 2', exact: true, selected: true }).waitFor();
    await enter();
    await write('hello');
    await log().getByText('@Guest 2 hello').waitFor();
  });

  it('a visitor chooses to hear of mentions only', async () => {
    await keyTo(button('Notifications'));
    await enter();
    await focused(page.getByRole('radio', { checked: true }));
    await keyTo(page.getByRole('radio', { name: 'Every message' }), 'ArrowUp');
    await keyTo(page.getByRole('radio', { name: 'Mentions and private messages', checked: true }), 'ArrowDown');
    await keyTo(page.getByRole('checkbox', { name: 'Sound' }));
    await page.keyboard.press('Space');
    await page.getByRole('checkbox', { name: 'Sound', checked: true }).waitFor();
    await page.keyboard.press('Escape');
    await focused(button('Notifications'));
  });

  it('a visitor sees who reacted', async () => {
    await keyTo(box());
    await keyTo(page.getByRole('button', { name: '😮 1' }), 'Shift+Tab');
    const shown = page
      .getByRole('button', { name: '😮 1' })
      .evaluate((chip) => getComputedStyle(chip, '::after').content);
    expect(await shown).toContain('😮 by Olga');
  });
});

describe('by what a screen reader is told alone', () => {
  const moreFrom = (name: string): Locator =>
    log().getByRole('button', { name: `More about the message from ${name}` });

  async function choose(from: string, choice: string): Promise<void> {
    await moreFrom(from).last().press('Enter');
    await menu().getByRole('button', { name: choice, exact: true }).press('Enter');
  }

  async function send(text: string): Promise<void> {
    await box().fill(text);
    await button('Send').press('Enter');
    await message(text).waitFor();
  }

  it('a visitor reads, answers, reacts and sees who did', async () => {
    expect(await log().ariaSnapshot()).toMatch(/Olga[\s\S]*welcome to all[\s\S]*Bert[\s\S]*buy cheap watches/);
    await choose('Olga', 'Reply');
    expect(await box().getAttribute('aria-describedby')).toContain('about');
    await page.getByText('Reply to Olga').waitFor();
    await send('thank you');
    await log()
      .getByRole('button', { name: /Olga.*welcome to all/ })
      .waitFor();
    await moreFrom('Olga').last().press('Enter');
    await menu().getByRole('textbox', { name: 'Any emoji from your keyboard' }).fill('🫖');
    await page.getByRole('button', { name: '🫖 1', description: '🫖 by Zoe', pressed: true }).waitFor();
    await page.getByRole('button', { name: '😮 1', description: '😮 by Olga', pressed: false }).waitFor();
  });

  it('a visitor edits, takes back and mentions', async () => {
    await send('see you at fife');
    await choose('Zoe', 'Edit');
    await page.getByText('Edit your message').waitFor();
    await send('see you at five');
    await log().getByText('edited').waitFor();
    await choose('Zoe', 'Take back');
    await button('Take back').press('Enter');
    await log().getByText('removed a message').waitFor();
    await box().pressSequentially('@olg');
    await page.getByRole('listbox', { name: 'People' }).getByRole('option', { name: 'Olga' }).waitFor();
    await enter();
    await box().pressSequentially('hello');
    await button('Send').press('Enter');
    await log().getByText('@Olga hello').waitFor();
  });

  it('a visitor writes privately, finds the owner, reports, and changes the name', async () => {
    const people = page.getByRole('complementary', { name: 'People' });
    await people.getByRole('button', { name: 'Olga owner of this room' }).press('Enter');
    await page
      .getByRole('textbox', { name: 'Message', exact: true })
      .and(page.getByPlaceholder('Write to Olga only'))
      .waitFor();
    await send('who cares for this room?');
    await people.getByRole('button', { name: 'Everyone' }).press('Enter');
    await message('welcome to all').waitFor();
    await choose('Bert', 'Report');
    await page.getByRole('status').getByText('buy cheap watches').waitFor();
    await button('Report').press('Enter');
    await page.getByRole('status').getByText('The moderators can see your report.').waitFor();
    await button('You are Zoe. Change your name').press('Enter');
    await page.getByRole('textbox', { name: 'Your name' }).fill('Zora');
    await button('Save').press('Enter');
    await button('You are Zora. Change your name').waitFor();
  });
});
