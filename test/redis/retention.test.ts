/** MESSAGE_TTL: old messages leave the logs of all rooms, in bounded steps, and nothing that is owed does. */
import { describe, expect } from 'vitest';
import { privateRoom } from '../../shared/protocol/events.js';
import { redisTime } from '../../shared/redis/time.js';
import { removeOldMessages } from '../../shared/store/retention.js';
import { age } from '../support/aged.js';
import { fillRules } from '../support/filled.js';
import { emptyWith } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';

const HOUR_MS = 3_600_000;
const it = emptyWith({ MESSAGE_TTL: String(HOUR_MS / 1_000), SHARDS: '4' });

/** Removes what is older than an hour, now or in an hour. */
async function remove({ worker: { store } }: Scene, late = false): Promise<{ removed: number; rests: number[] }> {
  const rests: number[] = [];
  const now = (await redisTime(store)) + (late ? HOUR_MS + 60_000 : 0);
  const removed = await removeOldMessages(store, now, (ms) => Promise.resolve(rests.push(ms)));
  return { removed, rests };
}

async function say(scene: Scene, person: Person, ...texts: string[]): Promise<void> {
  for (const text of texts) await person.send(scene.part, text);
  await scene.worker.fanOut.advanceRoom(person.room);
}

describe('messages that are too old', () => {
  it('leave a room that is never empty, with who came and went; the newer ones stay', async ({ scene }) => {
    const [anna, bert] = await scene.people('busy', 'Anna', 'Bert');
    await say(scene, anna, 'old', 'older');
    await age(scene.part.store, 'busy', 2 * HOUR_MS);
    await say(scene, bert, 'new');
    expect(await remove(scene)).toMatchObject({ removed: 4, rests: expect.arrayContaining([expect.any(Number)]) });
    const { events } = await anna.act('history');
    expect(events.map(({ type, text }) => text ?? type)).toEqual(['new']);
    expect((await remove(scene)).removed).toBe(0);
    await say(scene, anna, 'more');
    expect(await scene.texts(bert)).toEqual(['new', 'more']);
  });

  it('leave empty rooms and private ones, and a room may have none left', async ({ scene }) => {
    const { part } = scene;
    const [anna, bert] = await scene.people('r', 'Anna', 'Bert');
    const pair = privateRoom(anna.id, bert.id);
    await part.call('send', { token: anna.token, to: bert.id, text: 'secret' });
    await say(scene, anna, 'public');
    await scene.worker.fanOut.advanceRoom(pair);
    for (const { token } of [anna, bert]) await part.call('leave', { token });
    for (const room of ['r', pair]) await scene.worker.fanOut.advanceRoom(room);
    expect((await remove(scene)).removed).toBe(0);
    expect((await remove(scene, true)).removed).toBeGreaterThan(3);
    const { redis, keys } = part.store;
    for (const room of ['r', pair]) expect(await redis.xlen(keys.log(room))).toBe(0);
    expect(await redis.pttl(keys.log('r'))).toBeGreaterThan(0);
    const carl = (await scene.join('r', { name: 'Carl' })).person;
    await say(scene, carl, 'first');
    expect(await scene.texts(carl)).toEqual(['first']);
  });

  it('stay while they are not delivered', async ({ scene }) => {
    const [anna] = await scene.people('late', 'Anna');
    await say(scene, anna, 'delivered');
    await anna.send(scene.part, 'owed');
    await remove(scene, true);
    expect(await scene.texts(anna)).toContain('owed');
    await anna.receive(scene.part, 'delivered');
    await scene.worker.fanOut.advanceRoom('late');
    await anna.receive(scene.part, 'owed');
    await remove(scene, true);
    expect(await scene.texts(anna)).toEqual([]);
  });

  it('that wait for approval go, too', async ({ scene }) => {
    const { redis, keys } = scene.part.store;
    const [anna] = await scene.people('held', 'Anna');
    await fillRules(scene.part.store, 'held', { id: anna.id, name: 'Anna' });
    await redis.rpush(keys.pending('held'), `${Date.now()}-0 {"type":"message"}`);
    expect((await remove(scene)).removed).toBe(100);
    expect(await redis.llen(keys.pending('held'))).toBe(1);
  });
});
