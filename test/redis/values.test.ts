/** A value of a room or of a user: how it is set, added to, read and told. */
import { describe, expect } from 'vitest';
import { checkParameters } from '../../apps/api/operations/parameters/check.js';
import { OWN_VALUES_MAX } from '../../shared/protocol/limits.js';
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
    expect((await bert.act('enter')).room).toMatchObject({ values: { values: { a: { value: 1 } } } });
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
      await expect(bert.act('set', { key: 'todo/', ...bad })).rejects.toMatchObject(
        refusedWith('bad_request', { field: 'key' }),
      );
    }
    await expect(bert.act('add', { key: 'todo/' })).rejects.toMatchObject(refusedWith('bad_request', { field: 'key' }));
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
    expect(lost?.reason).toMatchObject(refusedWith('conflict', { value: turn?.value, version: turn?.version }));
    await expect(set(bert, 'turn', 'c', { if: '0' })).rejects.toMatchObject(refusedWith('conflict'));
    await expect(set(bert, 'none', 'c', { if: version })).rejects.toMatchObject(
      refusedWith('conflict', { value: null, version: '0' }),
    );
  });

  it('is added to exactly once for each call, whatever is retried, and stays a short number', async () => {
    const calls = Array.from({ length: 40 }, (_, i) => ({
      who: i % 2 ? anna : bert,
      id: `n${Math.floor(i / 2)}-${i % 2}`,
    }));
    await Promise.all([...calls, ...calls].map(({ who, id }) => who.act('add', { key: 'count', id })));
    expect(await plain(anna)).toEqual({ count: 40 });
    await anna.act('add', { key: 'count', by: -0.1 });
    await anna.act('add', { key: 'count', by: 1e20 });
    expect(await plain(anna)).toEqual({ count: 1e20 });
    await anna.act('add', { key: 'price', by: 0.1 });
    expect((await anna.act('add', { key: 'price', by: 0.2 })).value).toBe(0.1 + 0.2);
    await set(anna, 'text', 'no number');
    await expect(anna.act('add', { key: 'text' })).rejects.toMatchObject(
      refusedWith('bad_request', { value: 'no number' }),
    );
    await expect(
      anna.act('add', { key: 'count', by: 1e308 }).then(() => anna.act('add', { key: 'count', by: 1e308 })),
    ).rejects.toMatchObject(refusedWith('bad_request'));
  });

  it('is not kept with the nonce that it was written with', async () => {
    await set(anna, 'large', 'x'.repeat(4_000), { id: 'once' });
    const { redis, keys } = scene.part.store;
    expect(await redis.strlen(keys.nonce('r', anna.id, 'once'))).toBeLessThan(100);
  });

  it('answers a retry with its nonce as the first time', async () => {
    const first = await anna.act('add', { key: 'n', by: 5, id: 'same' });
    expect(await anna.act('add', { key: 'n', by: 5, id: 'same' })).toEqual({ ...first, duplicate: true });
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
    await anna.act('exit');
    expect(await plain(bert)).toEqual({ [`@${bert.id}/status`]: 'here' });
    await scene.part.call('leave', { token: bert.token });
    expect(await allKeys(scene.part.store.redis, '*own-values')).toEqual([]);
  });

  it('goes with what its user has said when that wants to be forgotten, and no other does', async () => {
    for (const who of [anna, bert]) await set(who, '@me/status', 'here');
    await set(bert, 'score', 3);
    await scene.part.call('leave', { token: bert.token, forget: true });
    expect(await plain(anna)).toEqual({ [`@${anna.id}/status`]: 'here', score: 3 });
  });

  it('is replaced and taken away like any other, and there are few', async () => {
    for (let i = 0; i < OWN_VALUES_MAX; i += 1) await set(anna, `@me/k${i}`, i);
    await expect(set(anna, '@me/more', 1)).rejects.toMatchObject(refusedWith('bad_request', { field: 'key' }));
    await set(anna, '@me/k3', 'new');
    await set(anna, '@me/k4', null);
    await set(anna, '@me/more', 1);
    const all = await plain(bert);
    expect(Object.keys(all)).toHaveLength(OWN_VALUES_MAX);
    expect(all).toMatchObject({ [`@${anna.id}/k3`]: 'new', [`@${anna.id}/more`]: 1 });
    await expect(set(anna, '@me/k3', 'x'.repeat(1_100))).rejects.toMatchObject(
      refusedWith('bad_request', { field: 'value' }),
    );
  });
});
