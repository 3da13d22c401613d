/** What a room remembers: values that are set, added to, read, told, bounded, and gone with their room or their user. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../apps/api/operations/index.js';
import { checkParameters } from '../../apps/api/operations/parameters.js';
import type { Reply } from '../../apps/api/reply.js';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { OWN_VALUES_MAX, VALUES_MAX } from '../../shared/protocol/limits.js';
import { clearRoom } from '../../shared/store/moderation.js';
import { weighValues } from '../../shared/store/values.js';
import type { Person } from '../support/people.js';
import { allKeys, wipe } from '../support/redis.js';
import { openScene, type Scene } from '../support/scene.js';

let scene: Scene;
let anna: Person;
let bert: Person;

beforeAll(async () => {
  scene = await openScene({ HISTORY: '60' });
});
afterAll(() => scene.close());
beforeEach(async () => {
  await wipe(scene.part.store.redis);
  anna = (await scene.join('r', { name: 'Anna' })).person;
  bert = (await scene.join('r', { name: 'Bert' })).person;
});

type Op = Parameters<Scene['part']['call']>[0];
const call = (who: Person, op: Op, extra: object = {}) =>
  scene.part.call(op, { token: who.token, room: 'r', ...extra });
const set = async (who: Person, key: string, value: unknown, extra: object = {}) =>
  String((await call(who, 'set', { key, value, ...extra })).version);
const get = async (who: Person, extra: object = {}) =>
  (await call(who, 'get', extra)).values as Record<string, { value: unknown; version: string }>;
const plain = async (who: Person, extra: object = {}) =>
  Object.fromEntries(Object.entries(await get(who, extra)).map(([key, { value }]) => [key, value]));
/** How many users' values the last step of a page may give: Valkey gives all of a bucket of its hash, at least seven. */
const usersOfOneScan = async () => (/^server_name:valkey/m.test(await scene.part.store.redis.info('server')) ? 14 : 5);
const valueEvents = (events: ChatEvent[]) => events.filter(({ type }) => type === 'value');
const refused = (code: string, details: object = {}) => ({
  code,
  details: expect.objectContaining(details) as unknown,
});

describe('a value', () => {
  it('is read by everybody, told to everybody with its version, replaced, and taken away by null', async () => {
    const first = await set(anna, 'slide', { at: 3 });
    expect(await get(bert)).toEqual({ slide: { value: { at: 3 }, version: first } });
    const second = await set(bert, 'slide', 4);
    expect(await get(anna, { keys: ['slide', 'other'] })).toEqual({ slide: { value: 4, version: second } });
    const events = valueEvents(await scene.told(anna));
    expect(events.at(-1)).toEqual({
      type: 'value',
      room: 'r',
      id: second,
      at: expect.any(Number),
      from: { id: bert.id, name: 'Bert' },
      key: 'slide',
      value: 4,
    });
    await set(anna, 'slide', null);
    expect(await get(bert)).toEqual({});
    expect(valueEvents(await scene.told(bert)).at(-1)).toMatchObject({ key: 'slide', value: null });
  });

  it('comes with join and enter, together with the version up to which it is whole', async () => {
    const version = await set(anna, 'a', 1);
    const { room } = await scene.join('r');
    expect(room.values).toEqual({ values: { a: { value: 1, version } }, version });
    expect((await call(bert, 'enter')).room).toMatchObject({ values: { values: { a: { value: 1 } } } });
  });

  it('is deleted with all that begin so by a key that ends with /, which is told once', async () => {
    for (const key of ['todo/1', 'todo/2', 'todos', 'a']) await set(anna, key, 'x'.repeat(100));
    await set(bert, '@me/todo/1', 1);
    const { store } = scene.part;
    const before = (await weighValues(store, 1)).bytes;
    const version = await set(bert, 'todo/', null);
    expect(Object.keys(await get(anna)).sort()).toEqual([`@${bert.id}/todo/1`, 'a', 'todos']);
    expect(before - (await weighValues(store, 1)).bytes).toBe(2 * ('todo/1'.length + 102));
    expect(valueEvents(await scene.told(anna)).at(-1)).toMatchObject({ id: version, key: 'todo/', value: null });
    await set(bert, '@me/todo/', null);
    expect(Object.keys(await get(anna)).sort()).toEqual(['a', 'todos']);
    await set(bert, 'nothing/', null);
    for (const bad of [{ value: 1 }, { value: null, if: '0' }]) {
      await expect(call(bert, 'set', { key: 'todo/', ...bad })).rejects.toMatchObject(
        refused('bad_request', { field: 'key' }),
      );
    }
    await expect(call(bert, 'add', { key: 'todo/' })).rejects.toMatchObject(refused('bad_request', { field: 'key' }));
  });

  it('is compared before it is set: of two writers with the same version one wins, the other is told what is there', async () => {
    const version = await set(anna, 'turn', 'x', { if: '0' });
    const outcomes = await Promise.allSettled([
      set(anna, 'turn', 'a', { if: version }),
      set(bert, 'turn', 'b', { if: version }),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { turn } = await get(anna);
    const lost = outcomes.find((one) => one.status === 'rejected');
    expect(lost?.reason).toMatchObject(refused('conflict', { value: turn?.value, version: turn?.version }));
    await expect(set(bert, 'turn', 'c', { if: '0' })).rejects.toMatchObject(refused('conflict'));
    await expect(set(bert, 'none', 'c', { if: version })).rejects.toMatchObject(
      refused('conflict', { value: null, version: '0' }),
    );
  });

  it('is added to exactly once for each call, whatever is retried, and stays a short number', async () => {
    const calls = Array.from({ length: 40 }, (_, i) => ({
      who: i % 2 ? anna : bert,
      id: `n${Math.floor(i / 2)}-${i % 2}`,
    }));
    await Promise.all([...calls, ...calls].map(({ who, id }) => call(who, 'add', { key: 'count', id })));
    expect(await plain(anna)).toEqual({ count: 40 });
    await call(anna, 'add', { key: 'count', by: -0.1 });
    await call(anna, 'add', { key: 'count', by: 1e20 });
    expect(await plain(anna)).toEqual({ count: 1e20 });
    await call(anna, 'add', { key: 'price', by: 0.1 });
    expect((await call(anna, 'add', { key: 'price', by: 0.2 })).value).toBe(0.1 + 0.2);
    await set(anna, 'text', 'no number');
    await expect(call(anna, 'add', { key: 'text' })).rejects.toMatchObject(
      refused('bad_request', { value: 'no number' }),
    );
    await expect(
      call(anna, 'add', { key: 'count', by: 1e308 }).then(() => call(anna, 'add', { key: 'count', by: 1e308 })),
    ).rejects.toMatchObject(refused('bad_request'));
  });

  it('is not kept with the nonce that it was written with', async () => {
    await set(anna, 'large', 'x'.repeat(4_000), { id: 'once' });
    const { redis, keys } = scene.part.store;
    expect(await redis.strlen(keys.nonce('r', anna.id, 'once'))).toBeLessThan(100);
  });

  it('answers a retry with its nonce as the first time', async () => {
    const first = await call(anna, 'add', { key: 'n', by: 5, id: 'same' });
    expect(await call(anna, 'add', { key: 'n', by: 5, id: 'same' })).toEqual({ ...first, duplicate: true });
    const sent = await scene.part.call('sent', { token: bert.token, room: 'r', id: 'same', former: anna.token });
    expect(sent).toMatchObject({ id: first.version, value: 5 });
  });
});

describe("a value of one's own", () => {
  it('is written as @me, read by all under its user, and goes when its user leaves', async () => {
    await set(anna, '@me/status', 'away');
    await set(bert, '@me/status', 'here');
    expect(await plain(bert)).toEqual({ [`@${anna.id}/status`]: 'away', [`@${bert.id}/status`]: 'here' });
    expect(await plain(anna, { keys: ['@me/status', `@${bert.id}/status`] })).toEqual({
      [`@${anna.id}/status`]: 'away',
      [`@${bert.id}/status`]: 'here',
    });
    expect(await plain(anna, { prefix: '@me/' })).toEqual({ [`@${anna.id}/status`]: 'away' });
    expect(() => checkParameters('set', { token: bert.token, key: `@${anna.id}/status`, value: 'hacked' })).toThrow(
      '@me/',
    );
    await call(anna, 'exit');
    expect(await plain(bert)).toEqual({ [`@${bert.id}/status`]: 'here' });
    await scene.part.call('leave', { token: bert.token });
    expect(await allKeys(scene.part.store.redis, '*own-values')).toEqual([]);
  });

  it('is replaced and taken away like any other, and there are few', async () => {
    for (let i = 0; i < OWN_VALUES_MAX; i += 1) await set(anna, `@me/k${i}`, i);
    await expect(set(anna, '@me/more', 1)).rejects.toMatchObject(refused('bad_request', { field: 'key' }));
    await set(anna, '@me/k3', 'new');
    await set(anna, '@me/k4', null);
    await set(anna, '@me/more', 1);
    const all = await plain(bert);
    expect(Object.keys(all)).toHaveLength(OWN_VALUES_MAX);
    expect(all).toMatchObject({ [`@${anna.id}/k3`]: 'new', [`@${anna.id}/more`]: 1 });
    await expect(set(anna, '@me/k3', 'x'.repeat(1_100))).rejects.toMatchObject(
      refused('bad_request', { field: 'value' }),
    );
  });
});

describe("a room's values", () => {
  it('are bounded in number and bytes, and a refused one changes nothing', async () => {
    for (let i = 0; i < VALUES_MAX; i += 1) await set(anna, `k${i}`, i);
    await expect(set(anna, 'more', 1)).rejects.toMatchObject(refused('bad_request', { field: 'key' }));
    for (let i = 0; i < VALUES_MAX - 20; i += 1) await set(anna, `k${i}`, null);
    for (let i = 0; i < 16; i += 1) await set(anna, `big${i}`, 'x'.repeat(4_000));
    await expect(set(anna, 'big16', 'x'.repeat(4_000))).rejects.toMatchObject(
      refused('bad_request', { field: 'value' }),
    );
    expect(Object.keys(await plain(bert))).toHaveLength(36);
    await set(anna, 'big0', 'small');
    await set(anna, 'big16', 'x'.repeat(4_000));
  });

  it('push no message out of the log, and stand in no history', async () => {
    await call(anna, 'send', { text: 'the first' });
    for (let i = 0; i < 300; i += 1) await set(anna, `k${i % 100}`, i);
    await scene.told(bert);
    expect(await scene.texts(bert)).toEqual(['the first']);
    expect(valueEvents((await call(bert, 'history')).events as ChatEvent[])).toEqual([]);
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
      const page = await call(anna, 'get', { after });
      pages.push(page.values as Record<string, unknown>);
      after = page.more;
    }
    expect(pages.length).toBeGreaterThan(1);
    expect(Object.keys(Object.assign({}, ...pages) as object)).toHaveLength(240);
  });

  it('are written by whom the rules let, and cleared by those who keep order, who are named', async () => {
    await call(anna, 'rules', { values: 'own' });
    await expect(set(bert, 'a', 1)).rejects.toMatchObject(refused('not_allowed', { reason: 'values' }));
    await set(bert, '@me/a', 1);
    await call(anna, 'rules', { values: 'roles' });
    await expect(set(bert, '@me/a', 2)).rejects.toMatchObject(refused('not_allowed', { reason: 'values' }));
    await set(anna, 'a', 1);
    expect((await scene.join('r')).room.rules).toEqual({ values: 'roles' });
    await expect(call(bert, 'clear', { values: true })).rejects.toMatchObject(refused('not_owner'));
    await call(anna, 'send', { text: 'stays' });
    await call(anna, 'clear', { values: true });
    expect(await plain(bert)).toEqual({});
    const cleared = valueEvents(await scene.told(bert)).at(-1);
    expect(cleared).toMatchObject({ type: 'value', from: { id: anna.id } });
    expect(cleared).not.toHaveProperty('key');
    expect(await scene.texts(bert)).toEqual(['stays']);
    expect((await call(anna, 'audit')).acts).toContainEqual(
      expect.objectContaining({ what: 'clear', values: true, by: anna.id }),
    );
    await call(anna, 'rules', { values: 'all' });
    await set(bert, 'a', 2);
  });

  it('are bound by all that binds a message', async () => {
    await call(anna, 'rules', { words: ['rude'], links: false });
    await set(bert, 'a', { text: 'so rude' });
    expect(await plain(anna)).toEqual({ a: { text: 'so ••••' } });
    await expect(set(bert, 'a', 'https://example.org/')).rejects.toMatchObject(
      refused('not_allowed', { reason: 'links' }),
    );
    await expect(set(bert, 'rude', 1)).rejects.toMatchObject(refused('not_allowed', { reason: 'words' }));
    await call(anna, 'rules', { hold: true });
    await expect(set(bert, 'a', 'rude')).rejects.toMatchObject(refused('not_allowed', { reason: 'words' }));
    await call(anna, 'mute', { user: bert.id, seconds: 60 });
    await expect(set(bert, 'a', 1)).rejects.toMatchObject(refused('not_allowed', { reason: 'muted' }));
    await call(anna, 'mute', { user: bert.id, seconds: 60, quiet: true });
    await set(bert, 'a', 'only for me');
    expect(await plain(anna)).toEqual({ a: { text: 'so ••••' } });
    expect(valueEvents(await scene.told(bert)).at(-1)).toMatchObject({ value: 'only for me' });
    expect(valueEvents(await scene.told(anna)).map(({ value }) => value)).not.toContain('only for me');
    await call(anna, 'mute', { user: bert.id, seconds: 0 });
    await call(anna, 'rules', { readonly: true });
    await expect(set(bert, 'a', 1)).rejects.toMatchObject(refused('not_allowed', { reason: 'read_only' }));
    const stranger = (await scene.join('elsewhere')).person;
    await expect(call(stranger, 'get')).rejects.toMatchObject(refused('not_in_room'));
    await expect(call(stranger, 'set', { key: 'a', value: 1 })).rejects.toMatchObject(refused('not_in_room'));
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
    await call(bert, 'exit');
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
      const page = await call(anna, 'get', { after });
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
    await call(anna, 'rules', { words: ['a*'] });
    await set(bert, 'wide', 'a'.repeat(3_000));
    expect(JSON.stringify((await plain(anna)).wide).length).toBeLessThan(4_096);
    await set(bert, '@me/wide', 'a'.repeat(1_020));
    expect((await plain(anna))[`@${bert.id}/wide`]).toBe('*'.repeat(1_020));
  });

  it('are of public rooms only', async () => {
    await call(anna, 'send', { room: undefined, to: bert.id, text: 'psst' });
    const room = `${Math.min(anna.id, bert.id)}:${Math.max(anna.id, bert.id)}`;
    for (const [op, extra] of [
      ['set', { key: 'a', value: 1 }],
      ['add', { key: 'a' }],
      ['get', {}],
    ] as const) {
      await expect(call(anna, op, { room, ...extra })).rejects.toMatchObject(refused('bad_request', { field: 'room' }));
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
    await call(anna, 'rules', { words: ['rude'], hold: true });
    await call(bert, 'send', { text: 'rude', id: 'used' });
    expect(await call(bert, 'add', { key: 'n', id: 'used' })).toMatchObject({ duplicate: true, value: null });
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
