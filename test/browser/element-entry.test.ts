/** What a room asks of people before it lets them in, in real pages: a name, and a link that is valid. */
import { describe, expect } from 'vitest';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import { KeyPages, own, press } from '../support/key-pages.js';
import { choose } from '../support/message-menu.js';
import { until } from '../support/until.js';

const it = browserTest;
let api: string, room: string, pages: KeyPages;
it.beforeEach(({ stage }) => {
  ({ api, room } = stage);
  pages = new KeyPages(stage);
});

describe('a link with a key', () => {
  it('that is not valid any more locks out for good: the reason comes back, and nothing can be reported', async () => {
    const { act, keys } = await pages.lock();
    const page = await pages.open(`#key=${keys.member}`);
    const rude = { room, key: keys.member, name: `Carl ${room}` };
    const { token: carl } = await ask<{ token: string }>(api, 'join', rude);
    await ask(api, 'send', { token: carl, room, text: 'rude' });
    const row = page.getByRole('log').locator('.row', { hasText: 'rude' });
    let answer = (): void => undefined;
    await page.route('**/api/report', (route) => {
      answer = () => void route.continue();
    });
    await choose(page, 'rude', 'Report');
    const asked = page.waitForRequest('**/api/report');
    await press(page, 'Report');
    await asked;
    const token = await page.evaluate(
      () => Object.values(sessionStorage).map((text) => (JSON.parse(String(text)) as { token: string }).token)[0],
    );
    await act('keys', { member: 'renew' });
    await ask(api, 'leave', { token });
    const reason = page.getByText('This link is not valid, or not any more.');
    await reason.waitFor();
    expect(await row.getByRole('button').count()).toBe(0);
    answer();
    await reason.waitFor({ state: 'detached' }); // the answer covers it
    await reason.waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  });
});

describe('the name that a room asks for', () => {
  it('stands in the form at the next visit, and is had back', async () => {
    const { act } = await pages.lock();
    await act('keys', { member: 'off' });
    await act('rules', { names: 'asked' });
    const context = await pages.newContext();
    const page = await pages.open('', undefined, context);
    await page.getByLabel('Your name').fill(`Bert ${room}`);
    await press(page, 'Enter');
    await own(page).waitFor();
    await page.evaluate(() => Object.defineProperty(navigator, 'sendBeacon', { value: undefined }));
    await page.close();
    const again = await pages.open('', undefined, context);
    await until(async () => (await again.getByLabel('Your name').inputValue()) === `Bert ${room}`, 'the name');
    await press(again, 'Enter');
    await own(again).waitFor();
    expect(await own(again).textContent()).toBe(`Bert ${room}`);
    expect(await (await pages.open()).getByLabel('Your name').inputValue()).toBe(''); // another browser
  });

  it('is asked of a guest whose user has ended, without the name of the guest', async () => {
    const { act, keys } = await pages.lock();
    const page = await pages.open(`#key=${keys.moderator}`);
    await page.getByText('You are a moderator here').waitFor();
    await act('rules', { names: 'asked' });
    const field = page.getByRole('textbox', { name: 'Your name' });
    const token = await page.evaluate(
      () => Object.values(sessionStorage).map((text) => (JSON.parse(String(text)) as { token: string }).token)[0],
    );
    await ask(api, 'leave', { token });
    await page.getByText('Choose a name to enter this room.').waitFor();
    expect(await field.inputValue()).toBe('');
    await field.fill(`Dora ${room}`);
    await page.keyboard.press('Enter');
    await page.getByText('You are a moderator here').waitFor();
    expect(await own(page).textContent()).toBe(`Dora ${room}`);
  });
});
