/** `<nobackend-poll>`: people vote, see each other's votes, change them, and cannot vote twice. */
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { ask } from '../support/client.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';
import { many } from '../support/visitors.js';
import { choose, OPTIONS, openPoll, results, vote } from '../support/widget-pages.js';

const it = browserTest;
let stage: Stage, api: string, room: string;
it.beforeEach(({ stage: own }) => {
  stage = own;
  ({ api, room } = own);
});

const open = (attributes = ''): Promise<Page> => openPoll(stage, attributes);

describe('a poll', () => {
  it('is 20 KB as it comes by https, and 22 by http, with the library in it', () => {
    const script = readFileSync('dist/apps/web/public/widgets.js');
    expect(brotliCompressSync(script).length).toBeLessThan(20_000);
    expect(gzipSync(script, { level: 9 }).length).toBeLessThan(22_200);
  });

  it('shows a vote to everybody, and lets the voter change it', async () => {
    const [ann, bob] = [await open(), await open()];
    await vote(ann, 'Tea');
    for (const page of [ann, bob]) await results(page, { Coffee: '0%, 0 votes', Tea: '100%, 1 vote' });
    await vote(bob, 'Coffee');
    for (const page of [ann, bob]) await results(page, { Coffee: '50%, 1 vote', Tea: '50%, 1 vote' });
    await vote(ann, 'Coffee', 'Change my vote');
    for (const page of [ann, bob]) await results(page, { Coffee: '100%, 2 votes', Tea: '0%, 0 votes' });
  });

  it('keeps the votes of those who are gone, and each browser has one, also after a reload and in a second tab', async () => {
    const ann = await open();
    await vote(ann, 'Tea');
    await results(ann, { Tea: '100%, 1 vote' });
    await ann.reload();
    await ann.getByText('You voted for Tea.').waitFor();
    expect(await ann.getByRole('button').count()).toBe(0);
    const second = await ann.context().newPage();
    await second.goto(ann.url());
    await vote(second, 'Coffee', 'Change my vote');
    await ann.getByText('You voted for Coffee.').waitFor();
    await results(ann, { Coffee: '100%, 1 vote', Tea: '0%, 0 votes' });
    await ann.context().close();
    const comeAndGo = async (): Promise<void> => {
      const { token } = await ask<{ token: string }>(api, 'join', { room });
      await ask(api, 'leave', { token });
    };
    for (let i = 0; i < 20; i += 1) await many(10, comeAndGo);
    await results(await open(), { Coffee: '100%, 1 vote', Tea: '0%, 0 votes' });
  });

  it('without answers tells the console what to write', async () => {
    const page = await stage.browser.newPage();
    const told = page.waitForEvent('console', (message) => message.text().startsWith('A poll needs answers inside'));
    const poll = `<nobackend-poll room="${room}">Tea?</nobackend-poll>`;
    await page.goto(stage.site.serve('/no-answers', `<script src="${api}/widgets.js"></script>${poll}`));
    expect((await told).type()).toBe('warning');
  });

  it('counts a vote once if the page is loaded again before it has the answer', async () => {
    const { link } = stage;
    const ann = await openPoll(stage, '', link.url);
    await ann.getByText('0 votes', { exact: true }).waitFor();
    link.troubles = [{ path: /\/add/, how: 'swallow' }];
    await vote(ann, 'Tea');
    await until(() => link.answered.some((path) => path.includes('/add')), 'the vote is with the server');
    await ann.reload();
    link.troubles = [];
    await ann.getByText('You voted for Tea.').waitFor();
    await vote(ann, 'Coffee', 'Change my vote');
    await results(await open(), { Coffee: '100%, 1 vote', Tea: '0%, 0 votes' });
  });

  it('begins anew for everybody when its values are deleted', async () => {
    const [ann, bob] = [await open('of="drinks"'), await open('of="drinks"')];
    await vote(ann, 'Tea');
    await results(bob, { Tea: '100%, 1 vote' });
    const owner = await TestUser.join(api, { room });
    await ask(api, 'set', { token: owner.token, room, key: 'poll/drinks/', value: null });
    await results(ann, { Tea: '0%, 0 votes' });
    await vote(bob, 'Coffee');
    await vote(ann, 'Coffee');
    for (const page of [ann, bob]) await results(page, { Coffee: '100%, 2 votes', Tea: '0%, 0 votes' });
  });

  it('is one for each question of a room, or for each `of`', async () => {
    const ann = await open();
    await ann.evaluate(() => {
      const other = document.createElement('nobackend-poll');
      other.setAttribute('room', document.querySelector('nobackend-poll')?.getAttribute('room') || '');
      other.innerHTML = '<p>And to eat?</p><ul><li>Bread</li><li>Cake</li></ul>';
      document.body.append(other);
    });
    const other = ann.getByRole('group', { name: 'And to eat?' });
    await other.getByRole('radio', { name: 'Cake' }).check();
    await ann.getByRole('button', { name: 'Vote' }).last().click();
    await ann.getByText('You voted for Cake.').waitFor();
    await results(ann, { Cake: '100%, 1 vote', Tea: '0%, 0 votes' });
  });

  it('shows results before or after the vote, and none to vote for when it is closed', async () => {
    const ann = await open('results="voted"');
    await choose(ann, 'Tea');
    expect(await ann.getByRole('meter').count()).toBe(0);
    await ann.getByRole('button', { name: 'Vote' }).click();
    await results(ann, { Tea: '100%, 1 vote' });
    const bob = await open('closed results="voted"');
    await results(bob, { Tea: '100%, 1 vote' });
    await bob.getByText('This poll is closed.').waitFor();
    expect(await bob.getByRole('radio', { name: 'Tea' }).isDisabled()).toBe(true);
    await bob.evaluate(() => document.querySelector('nobackend-poll')?.removeAttribute('closed'));
    await vote(bob, 'Coffee');
    await results(ann, { Coffee: '50%, 1 vote' });
  });

  it('says when the room takes no votes, and shows the vote no longer', async () => {
    const owner = await TestUser.join(api, { room });
    const ann = await open();
    await vote(ann, 'Tea');
    await results(ann, { Tea: '100%, 1 vote' });
    for (const rules of [{ values: 'roles' }, { values: 'all', readonly: true }]) {
      await ask(api, 'rules', { token: owner.token, room, ...rules });
      await vote(ann, 'Coffee', 'Change my vote');
      await ann.getByText('This room does not let you vote now.').waitFor();
      await results(ann, { Coffee: '0%, 0 votes', Tea: '100%, 1 vote' });
    }
    await ask(api, 'rules', { token: owner.token, room, readonly: false });
    await ann.getByRole('button', { name: 'Change my vote' }).click();
    await results(ann, { Coffee: '100%, 1 vote', Tea: '0%, 0 votes' });
  });

  it('keeps a vote while there is no connection, and sends it then', async () => {
    const ann = await openPoll(stage, '', stage.link.url);
    await ann.getByRole('button', { name: 'Vote' }).waitFor();
    const counted = ann.evaluate(
      () =>
        new Promise<void>((resolve) => {
          document.querySelector('nobackend-poll')?.addEventListener('vote', () => resolve(), { once: true });
        }),
    );
    await vote(ann, 'Tea');
    await counted;
    await results(ann, { Tea: '100%, 1 vote' });
    await stage.link.close();
    await vote(ann, 'Coffee', 'Change my vote');
    await results(ann, { Coffee: '100%, 1 vote', Tea: '0%, 0 votes' });
    await ann.getByText('No connection. Your vote is sent when you are online again.').waitFor();
    await stage.link.open();
    await results(await open(), { Coffee: '100%, 1 vote', Tea: '0%, 0 votes' });
    await ann.getByText('You voted for Coffee.').waitFor();
  });

  it('shows its content as it is until the script is there', async () => {
    const page = await stage.browser.newPage();
    await page.goto(stage.site.serve('/bare', `<nobackend-poll>What do you drink? ${OPTIONS}</nobackend-poll>`));
    for (const text of ['What do you drink?', 'Coffee', 'Tea'])
      expect(await page.getByText(text).isVisible()).toBe(true);
  });
});
