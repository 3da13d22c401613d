/** The owner makes and ends incoming webhooks in a real page, and everybody sees what a program writes. */
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import { browserTest } from '../support/fixtures/browser.js';
import { choose } from '../support/message-menu.js';
import { until } from '../support/until.js';

const it = browserTest;
let browser: Browser, api: string, room: string;
it.beforeEach(({ stage }) => {
  ({ browser, api, room } = stage);
});

async function open(options = {}): Promise<Page> {
  const page = await (await browser.newContext({ reducedMotion: 'reduce', locale: 'en-US', ...options })).newPage();
  await page.goto(`${api}/r/${room}`);
  return page;
}

const openPanel = async (page: Page): Promise<void> => {
  await page.getByText('Your room').waitFor();
  await page.getByRole('button', { name: /^Room/ }).click();
};

describe('the owner', () => {
  it('makes a webhook, whose messages are marked, and ends it', async () => {
    const page = await open();
    await openPanel(page);
    await page.getByRole('textbox', { name: 'Name of the program' }).fill('CI');
    await page.getByRole('button', { name: 'Make an address' }).click();
    const address = page.getByRole('textbox', { name: 'Secret address' });
    await address.waitFor();
    const hook = await address.inputValue();
    expect(hook).toMatch(new RegExp(`^${api}/h/${room}\\.[\\w-]{24}$`));
    expect(await violations(page)).toEqual([]);

    const guest = await open({ viewport: { width: 390, height: 800 } });
    await guest.getByRole('textbox', { name: 'Message' }).waitFor();
    expect((await fetch(hook, { method: 'POST', body: 'build 12 is green' })).status).toBe(200);
    for (const one of [guest, page]) await one.getByText('build 12 is green').waitFor();
    expect(await guest.locator('.author', { hasText: 'CI' }).textContent()).toMatch(/CIbot$/);

    await page.getByRole('button', { name: 'End', exact: true }).click();
    await page.getByText('End the webhook CI? Its address never works again.').waitFor();
    await page.getByRole('group', { name: 'End' }).getByRole('button', { name: 'End' }).click();
    await page.getByText('You ended a webhook').waitFor();
    await until(async () => (await page.getByText('CI', { exact: true }).count()) <= 1, 'the list without it');
    expect((await fetch(hook, { method: 'POST', body: 'x' })).status).toBe(401);
  });

  it('bans somebody who posts without joining, by the menu of the message', async () => {
    const page = await open();
    await page.getByText('Your room').waitFor();
    await fetch(`${api}/r/${room}?name=spammer`, { method: 'POST', body: 'buy now' });
    await choose(page, 'buy now', 'Ban');
    await page.getByRole('group').getByRole('button', { name: '1 hour' }).click();
    await until(async () => {
      const answer = await fetch(`${api}/r/${room}?name=other`, { method: 'POST', body: 'x' });
      return answer.status === 403;
    }, 'the ban');
  });
});
