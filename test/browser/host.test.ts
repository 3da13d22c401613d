/** The host's page: what it shows, that it acts after asking once, and what it says without Redis. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import { root } from '../support/child.js';
import { ask } from '../support/client.js';
import { openElement } from '../support/element-page.js';
import { browserWith, type Stage } from '../support/fixtures/browser.js';
import { Host, outcome, PASSWORD } from '../support/host.js';
import type { TestSystem } from '../support/processes.js';
import { openRedis } from '../support/redis.js';

const it = browserWith({ apis: 2, env: { ADMIN_PASSWORD: PASSWORD, TRUST_PROXY: 1 } });
const run = promisify(execFile);
let stage: Stage, system: TestSystem, browser: Browser, api: string, host: Host;
it.beforeEach(({ stage: own }) => {
  stage = own;
  ({ system, browser, api } = stage);
  host = new Host(api);
});

describe('the page of the host', () => {
  it.each([
    ['light', 1_280],
    ['dark', 360],
  ] as const)(
    'in %s at %i px shows what happens, acts after asking once, and has nothing axe would find wrong',
    async (colorScheme, width) => {
      const page = await browser.newPage({
        colorScheme,
        viewport: { width, height: 800 },
        httpCredentials: { username: 'me', password: PASSWORD },
        extraHTTPHeaders: { 'X-Forwarded-For': host.address },
      });
      const errors: string[] = [];
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      page.on('pageerror', (error) => errors.push(error.message));
      const origin = `https://${colorScheme}.example`;
      await outcome(api, 'rooms', {}, { origin });
      await page.goto(`${api}/admin`);
      await page.getByText('Live', { exact: true }).waitFor();
      const row = page.locator('#origins tr', { hasText: origin });
      await row.getByRole('button', { name: 'Act' }).click();
      expect(await violations(page)).toEqual([]);
      expect((await host.figures()).off).toEqual([]);
      await page.getByRole('dialog').getByRole('button', { name: 'Switch the origin off' }).click();
      await page
        .locator('#off')
        .getByRole('cell', { name: `${origin} origin` })
        .waitFor();
      await page.getByText(`Origin switched off: ${origin}`).waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(errors).toEqual([]);
      await host.act({ act: 'origin_on', on: origin });
      await page.getByLabel('Another').selectOption('address');
      await page.getByLabel('Its name').fill('203.0.113.7');
      await page.locator('#any').getByRole('button', { name: 'Act' }).click();
      await page
        .getByRole('dialog', { name: 'Address 203.0.113.7' })
        .getByText('It is not among the busiest')
        .waitFor();
    },
  );

  it('bans a network for longer, after it has said whose it is, and switches words off', async () => {
    const page = await browser.newPage({
      httpCredentials: { username: 'me', password: PASSWORD },
      extraHTTPHeaders: { 'X-Forwarded-For': host.address },
    });
    await page.goto(`${api}/admin`);
    const actOn = async (kind: string, name: string): Promise<void> => {
      await page.getByLabel('Another').selectOption(kind);
      await page.getByLabel('Its name').fill(name);
      await page.locator('#any').getByRole('button', { name: 'Act' }).click();
    };
    const dialog = page.getByRole('dialog');
    await actOn('network', `${host.address}/24`);
    await dialog.getByText('Your own address is in this network.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await actOn('network', '203.0.113.0/24');
    await dialog.getByLabel('Ban for 90 days').check();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Ban for 90 days' }).click();
    await page.locator('#off').getByRole('cell', { name: '203.0.113.0/24 network' }).waitFor();
    await actOn('word', 'no word');
    await dialog.getByRole('button', { name: 'Mask the word' }).click();
    await dialog.getByText('Give a word of 1 to').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await actOn('word', 'spam');
    await dialog.getByRole('button', { name: 'Mask the word' }).click();
    await page.getByText('Word switched off: spam').waitFor();
    for (const [act, on] of [
      ['network_on', '203.0.113.0/24'],
      ['word_on', 'spam'],
    ])
      await host.act({ act, on });
  });

  it('finds a room, ends its stay, and removes what a person has written there', async () => {
    const page = await browser.newPage({ httpCredentials: { username: 'me', password: PASSWORD } });
    const origin = 'https://school.example';
    const body = JSON.stringify({ room: 'Class-5b' });
    const made = await fetch(`${api}/api/join`, { method: 'POST', body, headers: { Origin: origin } });
    const { owner } = (await made.json()) as { owner: string };
    const { token } = await ask<{ token: string }>(api, 'join', { room: 'Class-5b', name: 'Zoe', owner });
    await outcome(api, 'send', { token, text: 'rude' });
    await page.goto(`${api}/admin`);
    await page.getByText('1 stay now.').waitFor();
    await page.getByLabel('Find rooms').fill('class');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('1 found.').waitFor();
    const row = page.locator('#found-rooms tr', { hasText: 'Class-5b' });
    await row.getByRole('cell', { name: /^\d+ \w+ 20\d\d$/ }).waitFor();
    await row.getByRole('cell', { name: origin }).waitFor();
    await row.getByRole('button', { name: 'Act' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Name of the person').isVisible()).toBe(false);
    await dialog.getByText('Remove a person’s messages', { exact: true }).first().click();
    await dialog.getByLabel('Name of the person').fill('zoe');
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Remove a person’s messages' }).click();
    await dialog.getByText('The messages of one user of this name are removed.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect(JSON.stringify(await ask(api, 'history', { token }))).not.toContain('rude');
    await row.getByRole('button', { name: 'Act' }).click();
    await dialog.getByText('End its stay', { exact: true }).first().click();
    await dialog.getByRole('button', { name: 'End its stay' }).click();
    await page.getByText('0 stay now.').waitFor();
    await page.getByText('Messages of a person removed: Class-5b').waitFor();
    await page.getByLabel('Find rooms').fill('*');
    await page.keyboard.press('Enter');
    await page.getByText('The name of a room has letters').waitFor();
  });

  it('shows what pages and rooms have used, today and in the last days', async () => {
    const page = await browser.newPage({ httpCredentials: { username: 'me', password: PASSWORD } });
    const redis = openRedis(system.redis.url);
    const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
    const used = (origin: string): string => JSON.stringify([origin, 'Class-5b']);
    const today = new Date().toISOString().slice(0, 10);
    await redis.zadd(`usage:{all}:${today}:requests`, 1_234, used('null'));
    await redis.zadd(`usage:{all}:${day}:requests`, 5_678, used('https://old.example'));
    redis.disconnect();
    await page.goto(`${api}/admin`);
    const row = (name: RegExp) => page.locator('#usage').getByRole('row', { name });
    await row(/null .*Class-5b 1,234 0 0/).waitFor();
    expect(await row(/old\.example/).count()).toBe(0);
    await page.getByLabel('Show').selectOption('7 days');
    await row(/old\.example Class-5b 5,678 0 0/).waitFor();
    expect(await violations(page)).toEqual([]);
    await row(/old\.example/)
      .getByRole('button')
      .click();
    await page.getByRole('dialog', { name: 'https://old.example' }).waitFor();
  });

  it('announces to open pages and newcomers, as text with links; each page can close it, and the host takes it back', async () => {
    const admin = await browser.newPage({ httpCredentials: { username: 'me', password: PASSWORD } });
    const visitor = await openElement(stage);
    const bar = visitor.locator('.news');
    await admin.goto(`${api}/admin`);
    await admin.getByText('Nothing is announced.').waitFor();
    await admin.getByLabel('Text', { exact: true }).fill('New <b>rules</b>: https://example.org/rules');
    await admin.getByRole('button', { name: 'Announce' }).click();
    await admin.getByText('Announced now: New <b>rules</b>').waitFor();
    await bar.getByText('New <b>rules</b>: https').waitFor();
    expect(await bar.getByRole('link').getAttribute('href')).toBe('https://example.org/rules');
    expect(await bar.getAttribute('role')).toBe('status');
    expect(await violations(visitor)).toEqual([]);
    expect(await violations(admin)).toEqual([]);
    await bar.getByRole('button').click();
    await bar.waitFor({ state: 'hidden' });
    const newcomer = await openElement(stage);
    await newcomer.locator('.news').getByText('New <b>rules</b>').waitFor();
    const env = { ...process.env, ADMIN_PASSWORD: PASSWORD };
    const script = (...args: string[]) =>
      run(process.execPath, ['scripts/nobackend-chat.js', 'announce', ...args], { cwd: root, env });
    await script('--url', api, '--begins', '23:30', '--minutes', '15', 'Sorry.');
    await bar.getByText(/^(?:\w+day, .+ · )?Maintenance at 11:30\sPM, for about 15 minutes\. Sorry\.$/).waitFor();
    await admin.getByText(/^Announced now: Maintenance at .*23:30.*, for about 15 min\. Sorry\./).waitFor();
    const inThreeDays = { kind: 'maintenance', begins: Date.now() + 3 * 86_400_000, minutes: 15 };
    await host.post('/admin/announce', inThreeDays);
    await bar.getByText(/^\w+day, \w+ \d+, \d{4} · Maintenance at .+, for about 15 minutes\.\s*$/).waitFor();
    await visitor.context().setOffline(true);
    await visitor.getByText(/^The connection is lost\. Trying again/).waitFor();
    await visitor.context().setOffline(false);
    await host.post('/admin/announce', { kind: 'maintenance', begins: Date.now(), minutes: 15 });
    await bar.getByText(/^Maintenance at .+, for about 15 minutes\.\s*$/).waitFor();
    await visitor.context().setOffline(true);
    await visitor.getByText('The chat is being maintained. It comes back by itself.').waitFor();
    await visitor.context().setOffline(false);
    const yesterday = { kind: 'maintenance', begins: Date.now() - 86_400_000, minutes: 15 };
    expect(await (await host.post('/admin/announce', yesterday)).text()).toContain('would be over already');
    await script('--url', api, '--end');
    for (const page of [visitor, newcomer]) await page.locator('.news').waitFor({ state: 'hidden' });
    await admin.getByText('Nothing is announced.').waitFor();
    await admin.getByText('Announcement ended', { exact: true }).waitFor();
    await expect(script('--url', api)).rejects.toThrow('Give a text.');
  });

  it('says that no worker runs, with numbers that are current, and that one runs again', async () => {
    const page = await browser.newPage({ httpCredentials: { username: 'me', password: PASSWORD } });
    await page.goto(`${api}/admin`);
    await page.getByText('Live', { exact: true }).waitFor();
    await system.workers[0]?.stop();
    await page.getByText('No worker runs. Messages are accepted, but not delivered.', { exact: true }).waitFor();
    expect(await page.locator('#state').getAttribute('data-kind')).toBe('bad');
    expect(await page.locator('body.stale').count()).toBe(0);
    await system.addWorker();
    await page.getByText('Live', { exact: true }).waitFor();
  });

  it('says that Redis is away, and that it is back', async () => {
    const page = await browser.newPage({ httpCredentials: { username: 'me', password: PASSWORD } });
    await page.goto(`${api}/admin`);
    const note = page.getByText('Only the process that answers.');
    await page.getByRole('cell', { name: /^worker-/ }).waitFor();
    expect(await note.isVisible()).toBe(false);
    await system.redis.kill();
    await page.getByText(/^Redis is away/).waitFor();
    expect(await page.getByRole('cell', { name: /^(api|worker)-/ }).count()).toBe(3); // as before
    await page.reload();
    await page.getByText(/^Redis is away/).waitFor();
    await note.waitFor();
    expect(await page.getByText('Not known while Redis is away.').count()).toBe(7); // and nothing claimed
    expect(await page.getByText('Nothing is announced.').count()).toBe(0);
    await page.getByRole('cell', { name: /^api-/ }).waitFor(); // what this process knows by itself
    await system.redis.restart();
    await page.getByText('Live', { exact: true }).waitFor();
  });
});
