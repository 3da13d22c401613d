/** The topic of a room and its pinned message: values that only roles write. */
import { describe, expect } from 'vitest';
import { checkParameters } from '../../apps/api/operations/parameters/check.js';
import type { RoomView } from '../../shared/protocol/events.js';
import { emptyTest } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';
import { plain, refusedWith, set, valueEvents } from '../support/values.js';

const it = emptyTest;
let scene: Scene, anna: Person, bert: Person, carl: Person;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert, carl] = await scene.people('r', 'Anna', 'Bert', 'Carl');
});

/** Pins what somebody says. */
async function pin(who: Person): Promise<string> {
  const id = String((await who.send(scene.part, 'read this')).id);
  await set(anna, '@pin', { id, from: { id: who.id, name: 'x' }, text: 'read this' });
  return id;
}
const newestValue = async (who: Person) => valueEvents(await scene.told(who)).at(-1);
const weights = () => {
  const { redis, keys } = scene.part.store;
  return redis.zscore(keys.valueWeights(keys.roomShard('r')), 'r');
};

describe('topic and pinned message', () => {
  it('are the only keys of their kind', () => {
    const parse = (key: string) => checkParameters('set', { token: 't', key, value: 1 }).key;
    expect(['@topic', '@pin'].map(parse)).toEqual(['@topic', '@pin']);
    for (const key of ['@topics', '@other', '@me/@pin', '@12/x', '@'])
      expect(() => parse(key), key).toThrow('key must');
  });

  it.each(['all', 'own', 'roles'])('are written by roles only, where values: %s', async (values) => {
    await anna.act('rules', { values });
    for (const key of ['@topic', '@pin'])
      for (const write of [() => set(bert, key, 'x'), () => bert.act('add', { key }), () => set(bert, key, null)])
        await expect(write()).rejects.toMatchObject(refusedWith('not_allowed', { reason: 'values' }));
    await set(anna, '@topic', 'Volcanoes');
    expect(await plain(bert)).toEqual({ '@topic': 'Volcanoes' });
  });

  it('are in the answer of a late join, and are read by key and prefix', async () => {
    await anna.act('rules', { hold: 'all' });
    const id = await pin(anna);
    await set(anna, '@topic', 'Volcanoes');
    const { values }: RoomView = (await scene.join('r')).room;
    expect(values.values).toMatchObject({ '@topic': { value: 'Volcanoes' }, '@pin': { value: { id } } });
    const keysOf = async (query: object) => Object.keys((await bert.act('get', query)).values as object).sort();
    expect(await keysOf({ keys: ['@topic'] })).toEqual(['@topic']);
    expect(await keysOf({ prefix: '@t' })).toEqual(['@topic']);
    await anna.act('rules', { hold: false });
    await set(bert, '@me/x', 1);
    expect(await keysOf({ prefix: '@' })).toEqual([`@${bert.id}/x`, '@pin', '@topic'].sort());
    expect(await keysOf({ prefix: '@me/' })).toEqual([`@${bert.id}/x`]);
  });

  it('the pin goes when its message is removed, and no other', async () => {
    const [other, pinned] = [String((await bert.send(scene.part, 'x')).id), await pin(bert)];
    await anna.act('remove', { id: other });
    expect(await plain(carl)).toHaveProperty('@pin');
    await anna.act('remove', { id: pinned });
    expect(await plain(carl)).toEqual({});
    expect(await newestValue(carl)).toMatchObject({ key: '@pin', value: null, from: { id: 0 } });
    expect(await weights()).toBeNull();
  });

  it('the pin goes when its author is forgotten, or banned with messages', async () => {
    await pin(carl);
    await scene.part.call('leave', { token: carl.token, forget: true });
    expect(await plain(bert)).toEqual({});
    await pin(bert);
    await anna.act('ban', { user: bert.id, seconds: 5, messages: true });
    expect(await plain(anna)).toEqual({});
    expect(await weights()).toBeNull();
  });

  it('a pin of another form stays where it is', async () => {
    await set(anna, '@pin', 'only a text');
    const { id } = await bert.send(scene.part, 'x');
    await anna.act('remove', { id });
    await anna.act('ban', { user: bert.id, seconds: 5, messages: true });
    expect(await plain(anna)).toEqual({ '@pin': 'only a text' });
  });
});
