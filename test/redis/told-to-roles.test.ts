/** Events that tell users with a role of one message: strangers can make many, and the history must not suffer. */
import { beforeEach, describe, expect } from 'vitest';
import { fillLog } from '../support/filled.js';
import { bothPlans } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import { wipe } from '../support/redis.js';
import type { Arrival, Scene } from '../support/scene.js';

describe.for(bothPlans())('what only roles are told, with the plan %s,', ([, it]) => {
  let scene: Scene, arrival: Arrival, anna: Person, bert: Person;
  it.beforeAll(({ scene: given }) => {
    scene = given;
  });
  beforeEach(async () => {
    await wipe(scene.part.store.redis);
    arrival = await scene.join('mine', { name: 'Anna' });
    anna = arrival.person;
    [bert] = await scene.people('mine', 'Bert');
  });

  /** The types of the entries in the room's log. */
  async function logged(): Promise<string[]> {
    const { redis, keys } = scene.part.store;
    const entries = await redis.xrange(keys.log('mine'), '-', '+');
    return entries.map(([, fields]) => (JSON.parse(fields[3] ?? '') as { type: string }).type);
  }

  it('leaves the log when it is delivered, and comes to them', async () => {
    const { id } = await bert.send(scene.part, 'rude');
    await bert.act('report', { id });
    await anna.act('rules', { hold: 'all' });
    const held = await bert.send(scene.part, 'waits');
    await anna.act('reject', { id: held.id });
    const told = (await scene.told(anna)).map(({ type }) => type);
    expect(told).toEqual(['joined', 'joined', 'message', 'reported', 'rules', 'held', 'removed']);
    const toldBert = (await scene.told(bert)).map(({ type }) => type);
    expect(toldBert).toEqual(['joined', 'joined', 'message', 'rules', 'removed']);
    expect(await logged()).toEqual(['joined', 'joined', 'message', 'rules']);
  });

  it('is one event, however many they are', async () => {
    await anna.act('rules', { hold: 'all' });
    const moderators = await scene.people('mine', 'Carl', 'Dora', 'Emil');
    for (const { id } of moderators) await anna.act('moderate', { user: id });
    const before = (await logged()).length;
    const { person: fay } = await scene.join('mine', { name: 'Fay' });
    await fay.send(scene.part, 'waits');
    await fay.act('rename', { name: 'Faye' });
    await fay.act('exit');
    expect((await logged()).slice(before)).toEqual(['joined', 'held', 'renamed', 'left']);
    for (const one of [anna, ...moderators])
      expect((await scene.told(one)).map(({ type }) => type).slice(-4)).toEqual(['joined', 'held', 'renamed', 'left']);
  });

  it('is no history before that either', async () => {
    const { id } = await bert.send(scene.part, 'rude');
    await bert.act('report', { id });
    const { events } = await anna.act('history');
    expect(events.map(({ type }) => type)).toEqual(['joined', 'joined', 'message']);
    expect(await logged()).toContain('reported');
  });

  it('leaves with the rejection of a delayed message', async () => {
    await anna.act('rules', { delay: 60 });
    const { id } = await bert.send(scene.part, 'rude');
    await anna.act('reject', { id });
    expect((await scene.told(anna)).map(({ type }) => type)).toEqual([
      ...['joined', 'joined', 'rules', 'delayed', 'removed'],
    ]);
    expect((await scene.told(bert)).at(-1)).toMatchObject({ type: 'removed', removed: id });
    const said = await bert.send(scene.part, 'rude');
    await anna.act('approve', { id: said.id });
    const { events } = await bert.act('history', { types: ['message'] });
    await anna.act('remove', { id: String(events[0]?.id) });
    await scene.told(anna);
    expect(await logged()).toEqual(['joined', 'joined', 'rules', 'removed']); // which all members are told, stays
  });

  it('counts for nothing when a room that stays keeps its last messages', async () => {
    const { store } = scene.part;
    const leave = ({ token }: Person) => scene.part.call('leave', { token });
    await leave(anna);
    const teacher = await scene.join('mine', { owner: String(arrival.owner) });
    const count = 30;
    await fillLog(store, 'mine', { count, from: () => ({ id: 7, name: 'Carl' }), what: { text: 'homework' } });
    const unheard = { count: 600, from: () => ({ id: 8, name: 'Dora' }), only: 8, what: { text: 'unheard' } };
    await fillLog(store, 'mine', unheard);
    for (const one of [bert, teacher.person]) await leave(one);
    const entries = await store.redis.xrange(store.keys.log('mine'), '-', '+');
    expect(entries.filter(([, fields]) => fields[3]?.includes('homework'))).toHaveLength(count);
  });
});
