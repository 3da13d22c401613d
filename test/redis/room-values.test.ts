/** All values of a room: how many there may be, who may write them, and when they are gone. */
import { describe, expect } from 'vitest';
import { operations } from '../../apps/api/operations/index.js';
import { checkParameters } from '../../apps/api/operations/parameters/check.js';
import type { Reply } from '../../apps/api/reply.js';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { VALUES_MAX } from '../../shared/protocol/limits.js';
import { clearRoom } from '../../shared/store/moderation.js';
import { weighValues } from '../../shared/store/values.js';
import { emptyWith } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import { allKeys } from '../support/redis.js';
import type { Scene } from '../support/scene.js';
import { get, plain, refusedWith, set, valueEvents } from '../support/values.js';

const it = emptyWith({ HISTORY: '60' });
let scene: Scene, anna: Person, bert: Person;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert] = await scene.people('r', 'Anna', 'Bert');
});

/**
 * How many users' values the last step of a page may give. Redis gives all of a chain of its hash, which chance makes
 * longer at times. Valkey gives all of a bucket, at least seven.
 */
const usersOfOneScan = async () => (/^server_name:valkey/m.test(await scene.part.store.redis.info('server')) ? 14 : 8);

describe("a room's values", () => {
  it('are bounded in number and bytes, and a refused one changes nothing', async () => {
    for (let i = 0; i < VALUES_MAX; i += 1) await set(anna, `k${i}`, i);
    await expect(set(anna, 'more', 1)).rejects.toMatchObject(refusedWith('bad_request', { field: 'key' }));
    for (let i = 0; i < VALUES_MAX - 20; i += 1) await set(anna, `k${i}`, null);
    for (let i = 0; i < 16; i += 1) await set(anna, `big${i}`, 'x'.repeat(4_000));
    await expect(set(anna, 'big16', 'x'.repeat(4_000))).rejects.toMatchObject(
      refusedWith('bad_request', { field: 'value' }),
    );
    expect(Object.keys(await plain(bert))).toHaveLength(36);
    await set(anna, 'big0', 'small');
    await set(anna, 'big16', 'x'.repeat(4_000));
  });

  it('push no message out of the log, and stand in no history', async () => {
    await anna.act('send', { text: 'the first' });
    for (let i = 0; i < 300; i += 1) await set(anna, `k${i % 100}`, i);
    await scene.told(bert);
    expect(await scene.texts(bert)).toEqual(['the first']);
    expect(valueEvents((await bert.act('history')).events as ChatEvent[])).toEqual([]);
    expect((await scene.join('r')).room.history.filter(({ type }) => type === 'value')).toEqual([]);
  });

  it('go page by page where they are more than one answer holds', async () => {
    const people = await Promise.all(Array.from({ length: 80 }, async () => (await scene.join('r')).person));
    const texts = people.flatMap((person) =>
      ['a', 'b', 'c'].map((key) => set(person, `@me/${key}`, 'x'.repeat(1_000))),
    );
    await Promise.all(texts);
    const pages: Record<string, unknown>[] = [];
    for (let after: unknown; pages.length === 0 || after !== undefined; ) {
      const page = await anna.act('get', { after });
      pages.push(page.values as Record<string, unknown>);
      after = page.more;
    }
    expect(pages.length).toBeGreaterThan(1);
    expect(Object.keys(Object.assign({}, ...pages) as object)).toHaveLength(240);
  });

  it('are written by whom the rules let, and cleared by those who keep order, who are named', async () => {
    await anna.act('rules', { values: 'own' });
    await expect(set(bert, 'a', 1)).rejects.toMatchObject(refusedWith('not_allowed', { reason: 'values' }));
    await set(bert, '@me/a', 1);
    await anna.act('rules', { values: 'roles' });
    await expect(set(bert, '@me/a', 2)).rejects.toMatchObject(refusedWith('not_allowed', { reason: 'values' }));
    await set(anna, 'a', 1);
    expect((await scene.join('r')).room.rules).toEqual({ values: 'roles' });
    await expect(bert.act('clear', { values: true })).rejects.toMatchObject(refusedWith('not_owner'));
    await anna.act('send', { text: 'stays' });
    await anna.act('clear', { values: true });
    expect(await plain(bert)).toEqual({});
    const cleared = valueEvents(await scene.told(bert)).at(-1);
    expect(cleared).toMatchObject({ type: 'value', from: { id: anna.id } });
    expect(cleared).not.toHaveProperty('key');
    expect(await scene.texts(bert)).toEqual(['stays']);
    expect((await anna.act('audit')).acts).toContainEqual(
      expect.objectContaining({ what: 'clear', values: true, by: anna.id }),
    );
    await anna.act('rules', { values: 'all' });
    await set(bert, 'a', 2);
  });

  it('are bound by all that binds a message', async () => {
    await anna.act('rules', { words: ['rude'], links: false });
    await set(bert, 'a', { text: 'so rude' });
    expect(await plain(anna)).toEqual({ a: { text: 'so ••••' } });
    await expect(set(bert, 'a', 'https://example.org/')).rejects.toMatchObject(
      refusedWith('not_allowed', { reason: 'links' }),
    );
    await expect(set(bert, 'rude', 1)).rejects.toMatchObject(refusedWith('not_allowed', { reason: 'words' }));
    await anna.act('rules', { hold: true });
    await expect(set(bert, 'a', 'rude')).rejects.toMatchObject(refusedWith('not_allowed', { reason: 'words' }));
    await anna.act('mute', { user: bert.id, seconds: 60 });
    await expect(set(bert, 'a', 1)).rejects.toMatchObject(refusedWith('not_allowed', { reason: 'muted' }));
    await anna.act('mute', { user: bert.id, seconds: 60, quiet: true });
    await set(bert, 'a', 'only for me');
    expect(await plain(anna)).toEqual({ a: { text: 'so ••••' } });
    expect(valueEvents(await scene.told(bert)).at(-1)).toMatchObject({ value: 'only for me' });
    expect(valueEvents(await scene.told(anna)).map(({ value }) => value)).not.toContain('only for me');
    await anna.act('mute', { user: bert.id, seconds: 0 });
    await anna.act('rules', { readonly: true });
    await expect(set(bert, 'a', 1)).rejects.toMatchObject(refusedWith('not_allowed', { reason: 'read_only' }));
    const stranger = (await scene.join('elsewhere')).person;
    await expect(stranger.act('get', { room: 'r' })).rejects.toMatchObject(refusedWith('not_in_room'));
    await expect(stranger.act('set', { room: 'r', key: 'a', value: 1 })).rejects.toMatchObject(
      refusedWith('not_in_room'),
    );
  });

  it('are weighed for the host: what they take, and which rooms most', async () => {
    const { store } = scene.part;
    const weigh = () => weighValues(store, 20);
    expect(await weigh()).toEqual({ bytes: 0, rooms: [] });
    const carl = (await scene.join('small')).person;
    await scene.part.call('set', { token: carl.token, room: 'small', key: 'k', value: 'x' });
    await set(anna, 'big', 'x'.repeat(1_000));
    await set(bert, '@me/note', 'x'.repeat(500));
    const { bytes, rooms } = await weigh();
    expect(rooms.map(({ name }) => name)).toEqual(['r', 'small']);
    expect(rooms[0]?.bytes).toBeGreaterThan(1_500);
    expect(bytes).toBe(rooms.reduce((sum, room) => sum + room.bytes, 0));
    await bert.act('exit');
    await set(anna, 'big', null);
    expect((await weigh()).rooms.map(({ name }) => name)).toEqual(['small']);
    await store.redis.del(store.keys.values('small')); // as when the room expires
    expect(await weigh()).toEqual({ bytes: 0, rooms: [] });
    expect(await allKeys(store.redis, 'valued:*')).toEqual([]);
  });

  it('are given in pages of bounded size, however many own values there are, and a key once', async () => {
    for (let i = 0; i < 15; i += 1) await set(anna, `big${i}`, 'x'.repeat(4_000));
    const people = await Promise.all(Array.from({ length: 24 }, async () => (await scene.join('r')).person));
    await Promise.all(
      people.flatMap((one) => Array.from({ length: 16 }, (_, i) => set(one, `@me/k${i}`, 'x'.repeat(1_000)))),
    );
    const sizes: number[] = [];
    const found = new Set<string>();
    for (let after: unknown; sizes.length === 0 || after !== undefined; ) {
      const page = await anna.act('get', { after });
      sizes.push(JSON.stringify(page).length);
      for (const key of Object.keys(page.values as object)) found.add(key);
      after = page.more;
    }
    expect(found.size).toBe(15 + 24 * 16);
    const most = 65_536 + (await usersOfOneScan()) * 17_000;
    expect(Math.max(...sizes)).toBeLessThan(most);
    expect(JSON.stringify((await scene.join('r')).room).length).toBeLessThan(most + 10_000);
    expect(Object.keys(await get(anna, { keys: ['big1', 'big1', 'big1'] }))).toEqual(['big1']);
    const looked: number[] = [];
    const keys = people.map(({ id }) => `@${id}/none`);
    await operations.get(scene.part.chat, { token: anna.token, room: 'r', keys, prefix: undefined, after: undefined }, {
      countRead: (bytes: number) => looked.push(bytes),
    } as unknown as Reply);
    expect(looked[0]).toBeGreaterThan(24 * 16 * 1_000); // what was read in vain counts as read
  });

  it('stay within their bounds when they are masked', async () => {
    await anna.act('rules', { words: ['a*'] });
    await set(bert, 'wide', 'a'.repeat(3_000));
    expect(JSON.stringify((await plain(anna)).wide).length).toBeLessThan(4_096);
    await set(bert, '@me/wide', 'a'.repeat(1_020));
    expect((await plain(anna))[`@${bert.id}/wide`]).toBe('*'.repeat(1_020));
  });

  it('are of public rooms only', async () => {
    await anna.act('send', { room: undefined, to: bert.id, text: 'psst' });
    const room = `${Math.min(anna.id, bert.id)}:${Math.max(anna.id, bert.id)}`;
    for (const [op, extra] of [
      ['set', { key: 'a', value: 1 }],
      ['add', { key: 'a' }],
      ['get', {}],
    ] as const) {
      await expect(anna.act(op, { room, ...extra })).rejects.toMatchObject(
        refusedWith('bad_request', { field: 'room' }),
      );
    }
  });

  it('refuse what JSON cannot keep, and a place that no answer gave', () => {
    const of = (op: 'set' | 'get', extra: object) => () => checkParameters(op, { token: bert.token, ...extra });
    for (const value of [Infinity, { a: [-Infinity] }])
      expect(of('set', { key: 'a', value })).toThrow('value must be JSON');
    expect(of('get', { after: '99999999999999999999' })).toThrow('after');
    expect(of('get', { after: '18446744073709551615' })).not.toThrow();
  });

  it('answer in JSON to a nonce that a message has used', async () => {
    await anna.act('rules', { words: ['rude'], hold: true });
    await bert.act('send', { text: 'rude', id: 'used' });
    expect(await bert.act('add', { key: 'n', id: 'used' })).toMatchObject({ duplicate: true, value: null });
  });

  it('of an empty room are cleared by the host without a trace, and a room made anew weighs nothing', async () => {
    const { store } = scene.part;
    await set(anna, 'a', 'x'.repeat(500));
    for (const person of [anna, bert]) await scene.part.call('leave', { token: person.token });
    await clearRoom(store, 'r');
    await clearRoom(store, 'never');
    expect(await allKeys(store.redis, '*never*')).toEqual([]);
    expect(await weighValues(store, 5)).toEqual({ bytes: 0, rooms: [] });
    const { person, room } = await scene.join('r');
    expect(room.values.values).toEqual({});
    await set(person, 'a', 1);
    await store.redis.del(store.keys.values('r'), store.keys.delivered('r')); // as when it expires
    await set(person, 'a', 1);
    expect((await weighValues(store, 5)).bytes).toBe(2);
  });

  it('outlive everybody, for as long as the room does', async () => {
    await set(anna, 'count', 7);
    for (const person of [anna, bert]) await scene.part.call('leave', { token: person.token });
    const { redis, keys, config } = scene.part.store;
    const ttl = await redis.pttl(keys.values('r'));
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(config.roomTtl * 1_000);
    const { room } = await scene.join('r');
    expect(room.values.values).toMatchObject({ count: { value: 7 } });
    expect(await redis.pttl(keys.values('r'))).toBe(-1);
  });
});
