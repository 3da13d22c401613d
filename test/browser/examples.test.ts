/** The examples, as they run on another origin and on their own page. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { ask } from '../support/client.js';
import { PANES, paneOf, serveFiddle } from '../support/fiddles.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';
import { many } from '../support/visitors.js';

const it = browserTest;
let stage: Stage, api: string;
it.beforeEach(({ stage: own }) => {
  stage = own;
  ({ api } = own);
});

/** A page in a browser of its own. */
async function open(address: string): Promise<Page> {
  const page = await stage.browser.newPage();
  await page.goto(address);
  return page;
}

const run = (name: string, room?: string): Promise<string> => serveFiddle(stage, name, room);

describe('the examples', () => {
  it.each(['cursors', 'votes', 'game', 'todo', 'slides', 'scores', 'visitors', 'poll', 'talk'])(
    '%s has at most 30 lines',
    async (name) => {
      const lines = (await Promise.all(PANES.map((kind) => paneOf(api, name, kind)))).join('').trimEnd().split('\n');
      expect(lines.length + 4, 'with the tags around script and style').toBeLessThanOrEqual(30);
    },
  );

  it('cursors show where the other is', async () => {
    const address = await run('cursors');
    const [ann, bob] = [await open(address), await open(address)];
    await until(async () => {
      await ann.mouse.move(100 + Math.random() * 100, 100);
      return (await bob.locator('b').count()) === 1;
    }, 'the cursor');
    await ann.mouse.move(640, 360);
    await until(async () => (await bob.locator('b').getAttribute('style'))?.includes('left: 50%'), 'its place');
    await ann.close();
  });

  it('votes count once each, for those who come later too', async () => {
    const address = await run('votes');
    const [ann, bob] = [await open(address), await open(address)];
    await ann.getByRole('button', { name: /^Tea/ }).click();
    await ann.getByRole('button', { name: /^Coffee/ }).click();
    await bob.getByRole('button', { name: /^Coffee/ }).click();
    for (const page of [ann, bob, await open(address)]) {
      await page.getByRole('button', { name: 'Coffee · 2' }).waitFor();
      await page.getByRole('button', { name: 'Tea · 0' }).waitFor();
    }
    await stage.browser.close();
    const comeAndGo = async (): Promise<void> => {
      const { token } = await ask<{ token: string }>(api, 'join', { room: 'votes' });
      await ask(api, 'leave', { token });
    };
    for (let i = 0; i < 20; i += 1) await many(10, comeAndGo);
    await (await open(address)).getByRole('button', { name: 'Coffee · 2' }).waitFor();
  });

  it('the to-do list is shared, line by line', async () => {
    const address = await run('todo');
    const [ann, bob] = [await open(address), await open(address)];
    for (const [page, what] of [
      [ann, 'Bread'],
      [bob, '<b>Milk</b>'],
    ] as const) {
      await page.getByRole('textbox').fill(what);
      await page.getByRole('textbox').press('Enter');
    }
    for (const page of [ann, bob])
      for (const what of ['Bread', '<b>Milk</b>']) await page.getByRole('checkbox', { name: what }).waitFor();
    await bob.getByRole('checkbox', { name: 'Bread' }).check();
    await until(() => ann.getByRole('checkbox', { name: 'Bread' }).isChecked(), 'it is done for the other too');
    await ann.getByRole('listitem').filter({ hasText: 'Milk' }).getByRole('button').click();
    await until(async () => (await bob.getByRole('listitem').count()) === 1, 'it is deleted for the other too');
    for (const [page, chance] of [
      [ann, 0.5],
      [bob, 0.5000001],
    ] as const) {
      await page.getByRole('textbox').fill('in the same ms');
      await page.evaluate((near) => {
        const [{ now }, { random }] = [Date, Math];
        [Date.now, Math.random] = [() => 1_700_000_000_000, () => near];
        document.querySelector('form')?.requestSubmit();
        [Date.now, Math.random] = [now, random];
      }, chance);
    }
    for (const page of [ann, bob])
      await until(async () => (await page.getByRole('listitem').count()) === 3, 'a line of each');
  });

  it('a message is answered, edited, reacted to and taken back', async () => {
    const address = await run('talk');
    const [ann, bob] = [await open(address), await open(address)];
    const row = (page: Page, text: string): Locator => page.getByRole('listitem').filter({ hasText: text });
    const press = (page: Page, text: string, name: string): Promise<void> =>
      row(page, text).getByRole('button', { name }).click();
    const say = async (page: Page, text: string): Promise<void> => {
      await page.getByRole('textbox').fill(text);
      await page.getByRole('textbox').press('Enter');
    };
    await say(ann, 'Lunch at <b>one</b>?');
    await press(bob, 'Lunch', 'Answer');
    await say(bob, 'Yes');
    await row(ann, '> Lunch at <b>one</b>?').filter({ hasText: ': Yes' }).waitFor();
    await press(bob, ': Lunch', '\u2764');
    await row(ann, ': Lunch').getByRole('button', { name: '\u2764\ufe0f 1' }).waitFor();
    expect(await row(bob, ': Lunch').getByRole('button').count()).toBe(2);
    await press(ann, ': Lunch', 'Edit');
    await say(ann, 'Lunch at two?');
    for (const page of [ann, bob, await open(address)]) {
      await row(page, ': Lunch at two? (edited)').getByRole('button', { name: '\u2764\ufe0f 1' }).waitFor();
      await row(page, '> Lunch at two?').waitFor();
    }
    await press(bob, ': Lunch', '\u2764');
    await row(ann, ': Lunch').getByRole('button', { name: '\u2764\ufe0f 0' }).waitFor();
    await press(ann, ': Lunch', 'Take back');
    await row(bob, '> removed').filter({ hasText: ': Yes' }).waitFor();
    await until(async () => (await bob.getByRole('listitem').count()) === 1, 'it is gone for the other too');
  });

  it('slides turn for all, and who comes late sees the one that is shown', async () => {
    const address = await run('slides');
    const speaker = await open(address);
    const early = await open(address);
    await speaker.getByRole('button', { name: 'Next' }).click();
    await early.getByText('No server').waitFor();
    await early.getByText('2 of 4').waitFor();
    await (await open(address)).getByText('No server').waitFor();
  });

  it('high scores lose no score when two finish at the same time', async () => {
    const address = await run('scores');
    const pages = [await open('about:blank'), await open('about:blank'), await open('about:blank')];
    for (const [i, page] of pages.entries()) {
      await page.clock.install();
      await page.goto(address);
      const button = page.getByRole('button');
      for (let clicks = 0; clicks <= i; clicks += 1) await button.click();
    }
    await Promise.all(pages.map((page) => page.clock.fastForward(5_000)));
    for (const page of pages) for (const score of [1, 2, 3]) await page.getByText(`${score} by guest`).waitFor();
    expect(await pages[0]?.getByRole('listitem').allTextContents()).toEqual(
      [3, 2, 1].map((score) => expect.stringContaining(`${score} by`) as string),
    );
  });

  it('visitors are counted', async () => {
    const address = await run('visitors');
    for (const count of [1, 2]) await (await open(address)).locator('#visitors', { hasText: String(count) }).waitFor();
  });

  it('the game takes turns, and no third player', async () => {
    const address = await run('game');
    const [ann, bob, eve] = [await open(address), await open(address), await open(address)];
    const play = (page: Page, field: number): Promise<void> =>
      page.getByRole('button', { name: `Field ${field}`, exact: true }).click();
    const sees = (page: Page, field: number, sign: string): Promise<void> =>
      page
        .getByRole('button', { name: `Field ${field}`, exact: true })
        .filter({ hasText: sign })
        .waitFor();
    await play(ann, 1);
    await sees(bob, 1, '×');
    await play(ann, 2); // not her turn
    await play(bob, 4);
    await sees(ann, 4, '○');
    await play(eve, 9); // a third player
    await play(ann, 2);
    await sees(bob, 2, '×');
    await play(bob, 5);
    await sees(ann, 5, '○');
    await play(ann, 3);
    for (const page of [ann, bob, eve]) await page.getByText('has won').waitFor();
    expect(await eve.getByRole('button', { name: 'Field 9', exact: true }).textContent()).toBe('');
    await bob.getByRole('button', { name: 'New game' }).click();
    await eve.getByText('against').waitFor();
  });

  it('run on their own page', async () => {
    const page = await open(`${api}/examples`);
    for (const title of [
      'Shared cursors',
      'A poll with live bars',
      'Noughts and crosses',
      'A shared to-do list',
      'Slides for a talk',
      'High scores',
      'A visitor counter',
      'Poll, likes and visits',
      'Answers, edits and reactions',
    ]) {
      await page.getByTitle(`${title}, running`).scrollIntoViewIfNeeded();
    }
    await page.frameLocator('[title^="A visitor"]').locator('#visitors', { hasText: /^\d+$/ }).waitFor();
    await page.getByTitle('A poll with live bars, running').scrollIntoViewIfNeeded();
    await page
      .frameLocator('[title^="A poll"]')
      .getByRole('button', { name: /^Water/ })
      .click();
    await page.frameLocator('[title^="A poll"]').getByRole('button', { name: 'Water · 1' }).waitFor();
    const widgets = page.frameLocator('[title^="Poll"]');
    await widgets.getByRole('radio', { name: 'Tea' }).check();
    await widgets.getByRole('button', { name: 'Vote' }).click();
    await widgets.getByText('You voted for Tea.').waitFor();
    await widgets.getByText('1 visit', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'JSFiddle' }).count()).toBe(9);
  });

  it('are dark where the page is, and show their code whole', async () => {
    const page = await open(`${api}/examples`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 740 });
    for (const title of [
      'A poll with live bars',
      'Noughts and crosses',
      'A shared to-do list',
      'Slides for a talk',
      'High scores',
    ]) {
      await page.getByTitle(`${title}, running`).scrollIntoViewIfNeeded();
      const html = page.frameLocator(`[title^="${title}"]`).locator('html');
      const colour = (): Promise<string> => html.evaluate((element) => getComputedStyle(element).backgroundColor);
      // the frame may be loaded just then
      await until(
        () =>
          colour().then(
            (one) => one === 'rgb(18, 21, 23)',
            () => false,
          ),
        `${title} in the dark`,
      );
    }
    // an empty page in a frame of another scheme than its own is white
    const scheme = (title: string): Promise<string> =>
      page.getByTitle(`${title}, running`).evaluate((element) => getComputedStyle(element).colorScheme);
    await until(async () => (await scheme('A poll with live bars')) === 'light', 'a light frame around an empty page');
    expect(await scheme('High scores')).not.toBe('light');
    expect(await page.locator('pre').evaluateAll((all) => all.map((pre) => pre.scrollWidth - pre.clientWidth))).toEqual(
      [0, 0, 0, 0, 0, 0, 0, 0, 0],
    );
  });
});
