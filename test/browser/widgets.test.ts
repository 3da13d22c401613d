/** `<nobackend-count>`, and what it has in common with `<nobackend-poll>`: keyboard, screen reader, looks, one user. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import { ask } from '../support/client.js';
import { browserTest, freshRoom, type Stage } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';
import { openPoll, openWidget, results } from '../support/widget-pages.js';

const it = browserTest;
let stage: Stage, api: string, room: string;
it.beforeEach(({ stage: own }) => {
  stage = own;
  ({ api, room } = own);
});

const count = (attributes = '', content = ''): string =>
  `<nobackend-count room="{{room}}" ${attributes}>${content}</nobackend-count>`;
const open = (html: string): Promise<Page> => openWidget(stage, html);
/** Resolves when the last count of a page shows this, its content included. */
const reads = async (page: Page, text: string): Promise<void> => {
  const shown = (): Promise<string> => page.locator('nobackend-count').last().ariaSnapshot();
  await until(async () => (await shown()).includes(text), text);
};
const namesHere = async (where = room): Promise<string[]> => {
  const { token, name: looker } = await TestUser.join(api, { room: where });
  const { members } = await ask<{ members: { name: string }[] }>(api, 'members', { token, room: where });
  await ask(api, 'leave', { token });
  return members.map(({ name }) => name).filter((name) => name !== looker);
};

describe('a count', () => {
  it('of likes has one of each browser, who can take it back', async () => {
    const [ann, bob] = [await open(count()), await open(count())];
    const likes = (page: Page, n: number, pressed: boolean): Promise<void> =>
      page.getByRole('button', { name: `Like ${n}`, pressed }).waitFor();
    await ann.getByRole('button', { name: 'Like' }).click();
    await likes(bob, 1, false);
    await likes(ann, 1, true);
    await bob.getByRole('button', { name: 'Like' }).click();
    for (const page of [ann, bob]) await likes(page, 2, true);
    await ann.reload();
    await likes(ann, 2, true);
    await ann.getByRole('button', { name: 'Like' }).click();
    await likes(bob, 1, true);
    await likes(ann, 1, false);
  });

  it('of likes shows its own words, one count for each `of`, and says when the room takes none', async () => {
    const owner = await TestUser.join(api, { room });
    const ann = await open(count('of="claps"', 'Applause') + count('of="claps/second"', '<b>Encore</b>'));
    await ann.getByRole('button', { name: 'Applause' }).click();
    await ann.getByRole('button', { name: 'Applause 1' }).waitFor();
    await ann.getByRole('button', { name: 'Encore 0' }).waitFor();
    await ask(api, 'rules', { token: owner.token, room, values: 'roles' });
    await ann.getByRole('button', { name: 'Encore' }).click();
    await ann.getByText('This room does not let you vote now.').waitFor();
    await ann.getByRole('button', { name: 'Encore 0', pressed: false }).waitFor();
  });

  it('of visits has each browser once a day, and stays when all have left', async () => {
    const html = count('of="visits"') + count('of="visits/other"', 'visits so far');
    const ann = await open(html);
    await ann.getByText('1 visit', { exact: true }).waitFor();
    await reads(ann, '1 visits so far');
    await ann.reload();
    await ann.getByText('1 visit', { exact: true }).waitFor();
    const bob = await open(html);
    for (const page of [ann, bob]) await page.getByText('2 visits', { exact: true }).waitFor();
    await ann.close();
    await bob.close();
    await (await open(html)).getByText('3 visits', { exact: true }).waitFor();
  });

  it('of people is of those who are here now', async () => {
    const ann = await open(count('of="people"'));
    await ann.getByText('1 here', { exact: true }).waitFor();
    const bob = await open(count('of="people"', 'people read this'));
    await ann.getByText('2 here', { exact: true }).waitFor();
    await reads(bob, '2 people read this');
    await bob.close();
    await ann.getByText('1 here', { exact: true }).waitFor();
  });
});

describe('the widgets', () => {
  it('of a room are one user, with the chat of the page too, whichever script comes first', async () => {
    const all = `<nobackend-chat room="{{room}}" name="NAME"></nobackend-chat>
      <nobackend-poll room="{{room}}">Yes? <option>Yes</option><option>No</option></nobackend-poll>${count('of="people"')}`;
    const scripts = `<script src="{{server}}/element.js"></script>`;
    const inRoom = async (own: string, name: string, html: string): Promise<void> => {
      const page = await openWidget({ ...stage, room: own }, html.replace('NAME', name));
      await page.getByText('1 here', { exact: true }).last().waitFor();
      await page.getByRole('textbox').fill('hello');
      await page.getByRole('textbox').press('Enter');
      await page.getByRole('log').getByText('hello').last().waitFor();
      await page.getByRole('radio', { name: 'Yes' }).check();
      await page.getByRole('button', { name: 'Vote' }).click();
      await until(async () => (await namesHere(own)).join() === name, 'one user');
      await page.goto('about:blank');
      await until(async () => (await namesHere(own)).length === 0, 'nobody');
    };
    // at the same time: each is there for some seconds after its page
    await Promise.all([inRoom(room, 'Ann', scripts + all), inRoom(freshRoom(), 'Bob', all + scripts)]);
  });

  it('leave the room when they are taken out, and not when they are moved', async () => {
    const page = await open(count('of="people"') + count('of="likes"'));
    await page.getByText('1 here', { exact: true }).waitFor();
    const [before] = await namesHere();
    await page.evaluate(() => document.body.append(...document.querySelectorAll('nobackend-count')));
    await page.getByText('1 here', { exact: true }).waitFor();
    expect(await namesHere()).toEqual([before]);
    await page.evaluate(() => document.querySelector('nobackend-count')?.remove());
    expect(await namesHere()).toEqual([before]);
    await page.evaluate(() => document.querySelector('nobackend-count')?.remove());
    await until(async () => (await namesHere()).length === 0, 'nobody');
  });

  it('work by keyboard alone, in a page that uses the keys itself', async () => {
    const page = await openPoll(stage);
    await page.evaluate(() => {
      window.addEventListener('keydown', (event) => event.key !== 'Tab' && event.preventDefault(), true);
    });
    await page.getByText('0 votes', { exact: true }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('radio', { name: 'Tea' }).isChecked()).toBe(true);
    await results(page, { Tea: '0%, 0 votes' });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await results(page, { Tea: '100%, 1 vote' });
    const focused = (): Promise<string | undefined> =>
      page.evaluate(() => (document.activeElement?.shadowRoot?.activeElement as HTMLInputElement | null)?.value);
    expect(await focused()).toBe('2');
    await page.getByRole('status').getByText('You voted for Tea.').waitFor();
  });

  it('say to a screen reader what they show', async () => {
    const page = await openPoll(stage);
    await page.getByRole('radio', { name: 'Tea' }).check();
    await page.getByRole('button', { name: 'Vote' }).click();
    await results(page, { Tea: '100%, 1 vote' });
    expect(await page.locator('nobackend-poll').ariaSnapshot()).toBe(`- group "What do you drink?":
  - text: What do you drink?
  - radio "Coffee"
  - text: Coffee
  - meter "Coffee"
  - radio "Tea" [checked]
  - text: Tea
  - meter "Tea"
  - radio "Water"
  - text: Water
  - meter "Water"
- status: You voted for Tea.
- text: 1 vote`);
    expect(await page.getByRole('radio', { name: 'Tea' }).getAttribute('aria-description')).toBe('100%, 1 vote');
  });

  it('have nothing that axe finds wrong, fit into 320 px, and follow the page into the dark', async () => {
    const long = `<nobackend-poll room="{{room}}" of="long">${'A long question '.repeat(8)}
      <option>${'unbreakable'.repeat(9)}</option><option>Short</option></nobackend-poll>`;
    const page = await open(`${long}<p>${count('', 'Useful')} ${count('of="visits"')} ${count('of="people"')}</p>
      <nobackend-poll room="{{room}}" closed>Closed? <li>Yes</li><li>No</li></nobackend-poll>`);
    await page.setViewportSize({ width: 320, height: 900 });
    await page.getByRole('radio', { name: 'Short' }).check();
    await page.getByRole('button', { name: 'Vote' }).click();
    await results(page, { Short: '100%, 1 vote' });
    await page.getByRole('radio', { name: /^unbreak/ }).check();
    await page.getByRole('button', { name: 'Useful' }).click();
    await page.getByRole('button', { name: 'Useful 1', pressed: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    const background = (): Promise<string> =>
      page
        .locator('nobackend-poll')
        .first()
        .evaluate((poll) => getComputedStyle(poll.shadowRoot?.querySelector('.widget') as Element).backgroundColor);
    for (const [colorScheme, paper] of [
      ['light', 'rgb(255, 253, 249)'],
      ['dark', 'rgb(21, 24, 26)'],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await expect.poll(background).toBe(paper);
    }
  });
});
