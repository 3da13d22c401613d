/** A user's name: yours again after a reload, in a new tab, on the next day; another one where it is taken. */
import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { JoinOptions } from '../../apps/web/client/api.js';
import type { UserRef } from '../../shared/protocol/events.js';
import { joinIn } from '../support/browser.js';
import { ask, Refused } from '../support/client.js';
import { browserTest as it, type Stage } from '../support/fixtures/browser.js';
import { passDays } from '../support/later.js';
import { openPart } from '../support/parts.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

let stage: Stage, context: BrowserContext, room: string, witness: TestUser;
it.beforeEach(async ({ stage: given }) => {
  stage = given;
  ({ room } = stage);
  context = await stage.browser.newContext();
  witness = await TestUser.join(stage.api, { room, name: 'Witness' });
});

/** A new tab of the same browser, joined. */
async function openTab(options: JoinOptions = {}, server = stage.api): Promise<[Page, UserRef]> {
  const page = await context.newPage();
  await page.goto(stage.site.library(server));
  return [page, await joinIn(page, { room, ...options })];
}

/** Closes a tab so that the server hears nothing of it. */
async function kill(page: Page): Promise<void> {
  await page.evaluate(() => Object.defineProperty(navigator, 'sendBeacon', { value: undefined }));
  await page.close();
}

/**
 * Ends a user as the server does that has not heard of it for long. An API process that mirrors the user may still note
 * that it was seen, until it lets the user go.
 */
async function expire({ id }: UserRef): Promise<void> {
  const part = await openPart(stage.system.redis.url, { SHARDS: '1' });
  const { redis, keys } = part.store;
  const isGone = async (): Promise<boolean> => {
    const attachment = await redis.hget(keys.attached(0), String(id));
    if (!attachment?.startsWith('live')) await redis.zadd(keys.seen(0), 'XX', 0, id);
    return (await redis.exists(keys.user(id))) === 0;
  };
  await until(isGone, 'the end of the user', 20_000);
  await part.close();
}

const members = async (): Promise<string[]> =>
  (await witness.ask<{ members: UserRef[] }>('members', { room })).members.map(({ name }) => name).sort();
const userOf = (page: Page): Promise<UserRef | null> => page.evaluate(() => window.chat.user);
const isTaken = (error: unknown): boolean => error instanceof Refused && error.failure.code === 'name_taken';
const refusedAs = (name: string): Promise<boolean> => ask(stage.api, 'join', { room, name }).then(() => false, isTaken);

describe('a name', () => {
  it.for<JoinOptions>([{}, { name: 'Ann' }, { name: 'Ann', transport: 'jsonp' }])(
    'is the same after a reload, and in a new tab after the former one was killed: %j',
    async (options) => {
      const [page, first] = await openTab(options);
      await page.reload();
      expect(await joinIn(page, { room, ...options })).toEqual(first);
      const follower = witness.follow();
      await kill(page);
      const [, again] = await openTab(options);
      expect([again.name, again.id === first.id]).toEqual([first.name, false]);
      const told = (): string[] => follower.events.map(({ type, from }) => `${type} ${from.id}`);
      await until(() => told().includes(`joined ${again.id}`), 'the new user');
      expect(told().slice(-2)).toEqual([`left ${first.id}`, `joined ${again.id}`]);
      await follower.stop();
      expect(await members()).toEqual([first.name, 'Witness'].sort());
    },
  );

  it('is the same on the next day, and nobody else could take it', async () => {
    const [page] = await openTab({ name: 'Ann' });
    const user = await page.evaluate(() => window.chat.rename('Zita'));
    await kill(page);
    await expire(user);
    expect(await refusedAs('Zita')).toBe(true);
    expect(await refusedAs('Ann')).toBe(false);
    const part = await openPart(stage.system.redis.url, { SHARDS: '1' });
    await passDays(part.store, room, 1);
    await part.close();
    expect(await refusedAs('zita')).toBe(true);
    expect((await openTab({ name: 'Ann' }))[1].name).toBe('Zita');
  });

  it('is had in two rooms of one server, each by another page', async () => {
    const [first, teacher] = await openTab({ name: 'Teacher' });
    context = await stage.browser.newContext();
    const [second, other] = await openTab({ name: 'Teacher', room: `${room}-b` });
    expect([teacher.name, other.name]).toEqual(['Teacher', 'Teacher']);
    for (const page of [first, second]) await page.evaluate(() => window.chat.send('here'));
  });

  it('is not the same for who asks for another, nor in another browser', async () => {
    const [page] = await openTab({ name: 'Ann' });
    await page.evaluate(() => window.chat.rename('Zita'));
    await kill(page);
    expect((await openTab({ name: 'Bob' }))[1].name).toBe('Bob');
    context = await stage.browser.newContext();
    expect((await openTab({ name: 'Zita' }))[1].name).toBe('Zita2');
  });

  it('is free at once when the page leaves the chat', async () => {
    const [page] = await openTab({ name: 'Ann' });
    await page.evaluate(() => window.chat.leave());
    expect(await refusedAs('Ann')).toBe(false);
  });

  it('is had from an older server, which knows no secret', async () => {
    const page = await context.newPage();
    const secrets: boolean[] = [];
    await page.route('**/api/join', async (route) => {
      const hasSecret = 'secret' in (JSON.parse(route.request().postData() ?? '{}') as object);
      secrets.push(hasSecret);
      if (!hasSecret) return route.fallback();
      const error = { code: 'bad_request', status: 400, field: 'secret', message: 'join takes no secret.' };
      return route.fulfill({
        status: 400,
        headers: { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'application/json' },
        body: JSON.stringify({ ok: false, error }),
      });
    });
    await page.goto(stage.site.library(stage.api));
    expect((await joinIn(page, { room, name: 'Ann', transport: 'poll' })).name).toBe('Ann');
    expect(secrets).toEqual([true, false]);
  });
});

describe('living tabs', () => {
  it('that are one user go on as the same one when any of them is killed', async () => {
    const [first, user] = await openTab({ name: 'Ann' });
    const [second, same] = await openTab({ name: 'Ann' });
    expect(same).toEqual(user);
    await kill(first);
    await second.evaluate(() => window.chat.send('still here'));
    expect((await openTab({ name: 'Ann' }))[1]).toEqual(user);
    expect(await members()).toEqual(['Ann', 'Witness']);
  });

  it('that are users of their own never end each other', async () => {
    const tabs = [
      await openTab({ name: 'Ann' }),
      await openTab({ name: 'Ann', tabs: 'own' }),
      await openTab({ name: 'Ann', tabs: 'own' }),
    ];
    expect(tabs.map(([, { name }]) => name)).toEqual(['Ann', 'Ann2', 'Ann3']);
    await tabs[1]?.[0].reload();
    await joinIn(tabs[1]?.[0] as Page, { room, name: 'Ann', tabs: 'own' });
    for (const [page, user] of tabs) {
      await page.evaluate(() => window.chat.send('still here'));
      expect(await userOf(page)).toEqual(user);
    }
    expect(await members()).toEqual(['Ann', 'Ann2', 'Ann3', 'Witness']);
  });
});

describe('in a further room where a member has the name', () => {
  const enter = (page: Page, options: object): Promise<unknown> =>
    page.evaluate(
      ([other, given]) =>
        window.chat.enter(other, given).then(
          ({ name }) => name,
          ({ code, suggestion }) => [code, suggestion],
        ),
      [`${room}-b`, options] as const,
    );

  it('a page is refused, or takes the suggested name everywhere if it wants to', async () => {
    await TestUser.join(stage.api, { room: `${room}-b`, name: 'Ann' });
    await TestUser.join(stage.api, { room, name: 'Ann2' });
    const [page] = await openTab({ name: 'Ann' });
    expect(await enter(page, {})).toEqual(['name_taken', 'Ann3']);
    expect((await userOf(page))?.name).toBe('Ann');
    expect(await enter(page, { rename: true })).toBe(`${room}-b`);
    expect((await userOf(page))?.name).toBe('Ann3');
    expect(await members()).toEqual(['Ann2', 'Ann3', 'Witness']);
  });

  it('a page that signs in again enters all its rooms under a name that is free there', async () => {
    const { link, api } = stage;
    const [page, { id }] = await openTab({ name: 'Ann' }, link.url);
    expect(await enter(page, {})).toBe(`${room}-b`);
    const token = await page.evaluate(
      () => Object.values(sessionStorage).map((text) => (JSON.parse(String(text)) as { token: string }).token)[0],
    );
    await link.close();
    await ask(api, 'leave', { token });
    const other = await TestUser.join(api, { room: `${room}-b`, name: 'Ann' });
    await link.open();
    await until(async () => (await userOf(page))?.name === 'Ann2', 'another name', 30_000);
    expect((await userOf(page))?.id).not.toBe(id);
    await page.evaluate((at) => window.chat.send({ room: at, text: 'here again' }), `${room}-b`);
    expect((await other.ask<{ members: UserRef[] }>('members')).members.map(({ name }) => name)).toEqual([
      'Ann',
      'Ann2',
    ]);
    expect(await members()).toEqual(['Ann2', 'Witness']);
  });
});
