/** Links with a key, in real pages: what they open, where the key stays, and what the owner makes of them. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import type { Site } from '../support/browser.js';
import { ask } from '../support/client.js';
import { browserTest } from '../support/fixtures/browser.js';
import { KeyPages, own, press } from '../support/key-pages.js';
import { until } from '../support/until.js';

const it = browserTest;
let site: Site, api: string, room: string, pages: KeyPages;
it.beforeEach(({ stage }) => {
  ({ site, api, room } = stage);
  pages = new KeyPages(stage);
});

const keyIn = (page: Page): Promise<string | null> =>
  page.evaluate(([at, server]) => localStorage.getItem(`nobackend-chat-key ${server} ${at}`), [room, api]);
const panel = (page: Page): Locator => page.getByRole('region', { name: 'Room' });

/** A teacher who sets up a lesson, and two pupils who choose a name there. */
async function teach(hold: boolean): Promise<{ teacher: Page; bert: Page }> {
  const teacher = await pages.open();
  await teacher.getByText('Your room').waitFor();
  await teacher.getByRole('button', { name: /^Room/ }).click();
  await press(teacher, 'Set up a lesson');
  if (hold) await teacher.getByText('Hold every message until I approve it').click();
  await press(teacher, 'Start');
  const code = await teacher.getByRole('img', { name: 'QR code of the link' }).boundingBox();
  expect(code?.width).toBeGreaterThan(300);
  expect(code?.height).toBe(code?.width);
  await teacher.getByText('This link works on this computer only.').waitFor();
  await press(teacher.locator('.key-link').nth(1), 'Copy link');
  await teacher.getByRole('button', { name: 'Copied' }).waitFor();
  const link = (await teacher.evaluate(() => navigator.clipboard.readText())).replace(/^[^#]*/, '');
  const pupils: Page[] = [];
  for (const name of ['Bert', 'Cleo']) {
    const pupil = await pages.open(link);
    await pupil.getByText('Choose a name to enter this room.').waitFor();
    await pupil.getByLabel('Your name').fill(`${name} ${room}`);
    await press(pupil, 'Enter');
    await own(pupil).waitFor();
    pupils.push(pupil);
  }
  const [bert] = pupils as [Page];
  return { teacher, bert };
}

const ruleIn = (page: Page, name: RegExp): Promise<boolean> => panel(page).getByRole('switch', { name }).isChecked();

describe('a link with a key', () => {
  it("takes the key out of the address, keeps it for the next visit, and sends it in no request's address", async () => {
    const { keys } = await pages.lock();
    const context = await pages.newContext();
    const page = await context.newPage();
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url(), JSON.stringify(request.headers())));
    await page.goto(`${api}/r/${room}#key=${keys.member}`);
    await own(page).waitFor();
    expect(page.url()).toBe(`${api}/r/${room}`);
    expect(await keyIn(page)).toBe(keys.member);
    await own(await pages.open('', undefined, context)).waitFor(); // the same browser, without the link
    expect(sent.filter((text) => text.includes(keys.member) && !text.includes('#key='))).toEqual([]);
  });

  it('opens an embed, and any page with the library, which may name the room', async () => {
    const { keys } = await pages.lock();
    const embed = await pages.open(`#key=${keys.member}`, `${api}/embed/${room}`);
    await own(embed).waitFor();
    expect(embed.url()).toBe(`${api}/embed/${room}`);
    const script = `const chat = NobackendChat.join({ room: '${room}' }); chat.ready.then(() => { document.title = 'in'; })`;
    const at = site.serve(
      `/${room}`,
      `<!doctype html><title>out</title><script src="${api}/chat.js"></script><script>${script}</script>`,
    );
    const named = await pages.open(`#key=${keys.member}&room=${room}`, at);
    await until(async () => (await named.title()) === 'in', 'to be in');
    expect(named.url()).toBe(at);
    const other = await pages.open(`#key=${keys.member}&room=another`, at);
    expect(other.url()).toContain('&room=another'); // it is not for this room
    expect(await other.title()).toBe('out');
  });

  it('says what to do without a key, and with one that is not valid any more; an open page takes a new one', async () => {
    const { act, keys } = await pages.lock();
    const context = await pages.newContext();
    const page = await pages.open('', undefined, context);
    await page.getByText('You need a link with a key to enter this room.').waitFor();
    const { member } = await act<{ member: string }>('keys', { member: 'renew' });
    await page.evaluate((key) => {
      location.hash = `#key=${key}`;
    }, keys.member);
    await page.getByText('This link is not valid, or not any more.').waitFor();
    expect(page.url()).toBe(`${api}/r/${room}`);
    await press(page, 'Try again');
    await page.getByText('You need a link with a key').waitFor(); // the wrong key is forgotten
    await page.evaluate((key) => {
      location.hash = `#key=${key}`;
    }, member);
    await own(page).waitFor();
    await page.reload();
    await own(page).waitFor();
    await page.close();
    const spoilt = await pages.open(`#key=${'x'.repeat(24)}`, undefined, context);
    await spoilt.getByText('This link is not valid').waitFor();
    await press(spoilt, 'Try again');
    await own(spoilt).waitFor(); // the right one was not lost by it
  });

  it('of moderators gives the role, and is not passed on by the invitation; one of members is', async () => {
    const { act, keys } = await pages.lock();
    const promise = 'Anyone who opens this address enters the room';
    const shared = async (by: Page): Promise<string> => {
      await press(by, 'Invite');
      return (await by.locator('#link').textContent()) ?? '';
    };
    const page = await pages.open(`#key=${keys.moderator}`);
    await page.getByText('You are a moderator here').waitFor();
    expect(await shared(page)).toBe(`${api}/r/${room}`);
    await page.getByText('Ask the owner of the room for the link for members.').waitFor();
    expect(await page.getByText(promise).isVisible()).toBe(false);
    await press(page, 'Close');
    const stranger = await pages.open();
    await stranger.getByText('You need a link with a key').waitFor();
    expect(await shared(stranger)).toBe(`${api}/r/${room}`);
    await stranger.getByText('Ask the owner of the room for the link for members.').waitFor();
    expect(await stranger.getByText(promise).isVisible()).toBe(false);
    const pupil = await pages.open(`#key=${keys.member}`);
    await own(pupil).waitFor();
    expect(await shared(pupil)).toBe(`${api}/r/${room}#key=${keys.member}`);
    await pupil.getByText(promise).waitFor();
    expect(await pupil.getByText('unless it needs a key').isVisible()).toBe(false);
    await act('keys', { moderator: 'off' });
    await page.getByText('You are a moderator here').waitFor({ state: 'detached' });
    await page.getByText(/is no longer a moderator/).waitFor();
  });
});

describe('the owner', () => {
  it('makes, copies, shows, renews and ends links in the panel', async () => {
    const page = await pages.open();
    await page.getByText('Your room').waitFor();
    await page.getByRole('button', { name: /^Room/ }).click();
    const [member, moderator] = [page.locator('.key-link').nth(1), page.locator('.key-link').nth(2)];
    const copied = async (link: Locator): Promise<string> => {
      await press(link, 'Copy link');
      await link.getByRole('button', { name: 'Copied' }).waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    await press(member, 'Make a link');
    await press(moderator, 'Make a link');
    const first = await copied(member);
    expect(first).toMatch(new RegExp(`^${api}/r/${room}#key=[\\w-]{24}$`));
    expect(await copied(moderator)).toMatch(/#key=mod-[\w-]{24}$/);
    await press(member, 'QR code');
    await member.getByRole('img', { name: 'QR code of the link' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await press(member, 'New link');
    await press(member.getByRole('group'), 'New link');
    await until(async () => (await copied(member)) !== first, 'a new link');
    await (await pages.open(first.replace(/^[^#]*/, ''))).getByText('This link is not valid').waitFor();
    await page.reload();
    await page.getByRole('button', { name: /^Room/ }).click();
    await member.getByRole('button', { name: 'Copy link' }).waitFor(); // this browser still knows it
    await press(member, 'Switch off');
    await press(member.getByRole('group'), 'Switch off');
    await member.getByRole('button', { name: 'Make a link' }).waitFor();
    await page.getByText('You changed the links with a key').first().waitFor();
    await own(await pages.open()).waitFor();
  });

  it('has a link to the page with the chat, if it is one of its own, and to the room elsewhere', async () => {
    const html = `<!doctype html><link rel="icon" href="data:,"><title>Own</title><script src="${api}/element.js"></script><nobackend-chat room="${room}"></nobackend-chat>`;
    const linkAt = async (address: string): Promise<string> => {
      const page = await pages.open('', address);
      await page.getByRole('button', { name: /^Room/ }).click();
      const member = page.locator('.key-link').nth(1);
      await press(member, 'Make a link');
      await press(member, 'Copy link');
      await member.getByRole('button', { name: 'Copied' }).waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const at = `${site.serve(`/${room}`, html)}?week=2`;
    const link = await linkAt(at);
    expect(link.replace(/=[\w-]{24}&/, '=key&')).toBe(`${at}#key=key&room=${room}`);
    const pupil = await pages.open('', link);
    await own(pupil).waitFor();
    expect(pupil.url()).toBe(at);
    expect(await linkAt(`${api}/`)).toContain(`${api}/r/`); // the front page has another room at each visit
  });

  it('sets up a lesson in two clicks; a pupil chooses a name, and writes to the teacher only', async () => {
    const { teacher, bert } = await teach(false);
    for (const rule of [/No private messages/, /Names asked/, /Not listed/])
      expect(await ruleIn(teacher, rule)).toBe(true);
    expect(await ruleIn(teacher, /Approve every message/)).toBe(false);
    expect(await bert.getByRole('button', { name: new RegExp(`Cleo ${room}`) }).isDisabled()).toBe(true);
    expect(await bert.locator('.people li button:enabled').count()).toBe(2); // everyone, and the teacher
    const { rooms } = await ask<{ rooms: { name: string }[] }>(api, 'rooms');
    expect(rooms.map(({ name }) => name)).not.toContain(room);
  });

  it('asks for a name that no guest has, and says which one it has become', async () => {
    const { act } = await pages.lock();
    await act('keys', { member: 'off' });
    await act('rules', { names: 'asked' });
    const page = await pages.open();
    await page.getByText('Choose a name to enter this room.').waitFor();
    await page.getByLabel('Your name').fill('guest-77');
    await press(page, 'Enter');
    await page.getByText('Choose a name that does not begin with guest-.').waitFor();
    await page.getByLabel('Your name').fill(`Anna ${room}`);
    await press(page, 'Enter');
    await page.getByText(new RegExp(`^You are Anna ${room}.+ here, not Anna ${room}`)).waitFor();
  });

  it('approves each message of a lesson, if that is ticked; the teacher hears private ones at once', async () => {
    const { teacher, bert } = await teach(true);
    expect(await ruleIn(teacher, /Approve every message/)).toBe(true);
    await bert.locator('.people li').getByText('guest-').click(); // the teacher
    await bert.getByPlaceholder(/^Write to .* only/).fill('may I?');
    await bert.keyboard.press('Enter');
    const pupil = teacher.locator('.people li', { hasText: `Bert ${room}` });
    await pupil.getByText('1', { exact: true }).waitFor();
  });
});
