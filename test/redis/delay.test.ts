/** Rooms with a delay: others see a message later, and users with a role see it at once. */
import { beforeEach, describe, expect } from 'vitest';
import { type ChatEvent, compareIds } from '../../shared/protocol/events.js';
import { PENDING_MAX } from '../../shared/protocol/limits.js';
import { releaseDelayed } from '../../shared/store/delayed-messages.js';
import { switchRoom } from '../../shared/store/moderation.js';
import { fillWaiting } from '../support/filled.js';
import { emptyTest } from '../support/fixtures/parts.js';
import type { Answer } from '../support/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';

const it = emptyTest;
let scene: Scene, anna: Person, bert: Person, carl: Person;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert, carl] = await scene.people('mine', 'Anna', 'Bert', 'Carl');
});
beforeEach(() => anna.act('rules', { delay: 10 }));

const say = (who: Person, text: string, nonce?: string): Promise<Answer> => who.send(scene.part, text, nonce);
const ofType = (events: ChatEvent[], type: string) => events.filter((event) => event.type === type);
const listed = () => scene.part.store.redis.lrange(scene.part.store.keys.delayed('mine'), 0, -1);

/** Makes the first messages due, as if their time had passed. Many workers look at once. */
async function release(count: number): Promise<void> {
  const { redis, keys } = scene.part.store;
  const lines = await listed();
  for (const [i, line] of lines.slice(0, count).entries())
    await redis.lset(keys.delayed('mine'), i, line.replace(/^(\S+) \d+/, '$1 1'));
  await redis.zadd(keys.delayedRooms(keys.roomShard('mine')), 1, 'mine');
  await Promise.all(Array.from({ length: 5 }, () => releaseDelayed(scene.worker.store, Date.now(), () => undefined)));
}

describe('a message in a room with a delay', () => {
  it('is seen by roles at once, and by others when its time has come, once and in order', async () => {
    const [one, two] = [await say(bert, 'one', 'nonce'), await say(carl, 'two')];
    expect(one).toMatchObject({ held: true, until: expect.any(Number) });
    expect(Number(one.until) - Number(one.at)).toBe(10_000);
    expect(await say(bert, 'one', 'nonce')).toMatchObject({ id: one.id, held: true, duplicate: true });
    await say(anna, 'at once');
    expect(ofType(await scene.told(anna), 'delayed')).toMatchObject([
      { from: { id: bert.id }, text: 'one', held: one.id, until: one.until },
      { from: { id: carl.id }, text: 'two', held: two.id },
    ]);
    expect(ofType(await scene.told(carl), 'delayed')).toEqual([]);
    await release(1);
    expect(await scene.texts(carl)).toEqual(['at once', 'one']);
    await release(1);
    const messages = ofType(await scene.told(carl), 'message');
    expect(messages.map(({ text, held }) => [text, held])).toEqual([
      ['one', one.id],
      ['two', two.id],
    ]);
    expect(messages.map(({ id }) => id).sort(compareIds)).toEqual(messages.map(({ id }) => id));
    expect(ofType((await anna.act('history')).events, 'delayed')).toEqual([]);
    expect(await listed()).toEqual([]);
  });

  it('comes before what is said after the delay has ended', async () => {
    await say(bert, 'first');
    await anna.act('rules', { delay: 0 });
    expect(await say(carl, 'second')).toMatchObject({ held: true });
    await release(2);
    await say(bert, 'third');
    expect(await scene.texts(carl)).toEqual(['first', 'second', 'third']);
    expect((await anna.act('audit')).rules).not.toHaveProperty('delay');
  });

  it('is removed before others see it, and its author and roles are told; or is shown at once', async () => {
    const [rude, fine] = [await say(bert, 'rude'), await say(bert, 'fine')];
    for (const one of [anna, bert, carl]) await scene.told(one);
    await anna.act('reject', { id: rude.id });
    for (const [who, count] of [
      [anna, 1],
      [bert, 1],
      [carl, 0],
    ] as const)
      expect(ofType(await scene.told(who), 'removed').map(({ removed }) => removed)).toEqual(
        Array.from({ length: count }, () => rude.id),
      );
    await anna.act('approve', { id: fine.id });
    await release(2);
    expect(await scene.texts(carl)).toEqual(['fine']);
    await expect(anna.act('reject', { id: rude.id })).rejects.toMatchObject({ details: { field: 'id' } });
  });

  it('of a quietly muted user looks like any other to its author, and nobody else sees it', async () => {
    await anna.act('mute', { user: bert.id, seconds: 60, quiet: true });
    expect(await say(bert, 'unheard')).toMatchObject({ held: true, until: expect.any(Number) });
    expect(ofType(await scene.told(anna), 'delayed')).toEqual([]);
    await release(1);
    expect([await scene.texts(bert), await scene.texts(carl), await scene.texts(anna)]).toEqual([['unheard'], [], []]);
  });

  it('goes with its author, and with the history', async () => {
    const ends: [Person, () => Promise<unknown>][] = [
      [bert, () => anna.act('clear')],
      [bert, () => anna.act('ban', { user: bert.id, seconds: 5, messages: true })],
      [carl, () => scene.part.call('leave', { token: carl.token, forget: true })],
    ];
    for (const [who, end] of ends) {
      await say(who, 'x');
      expect(await listed()).toHaveLength(1);
      await end();
      expect(await listed(), end.toString()).toEqual([]);
    }
  });

  it('waits longer in a room that the host has switched off, and is gone with its room', async () => {
    await say(bert, 'later');
    await switchRoom(scene.part.store, 'mine', true);
    await release(1);
    expect(await listed()).toHaveLength(1);
    await switchRoom(scene.part.store, 'mine', false);
    await release(1);
    expect(await scene.texts(carl)).toEqual(['later']);
    await say(bert, 'never');
    const { redis, keys } = scene.part.store;
    await redis.del(keys.delivered('mine'), keys.log('mine'));
    await release(1);
    expect([await listed(), await redis.exists(keys.log('mine'))]).toEqual([[], 0]);
  });

  it('is refused when too many wait', async () => {
    await say(bert, '0');
    await fillWaiting(scene.part.store, scene.part.store.keys.delayed('mine'));
    await expect(say(carl, 'one more')).rejects.toMatchObject({ code: 'rate_limited' });
    await say(anna, 'not mine');
    await release(PENDING_MAX);
    await release(0);
    for (let i = 0; i < PENDING_MAX / 50; i += 1) await releaseDelayed(scene.worker.store, Date.now(), () => undefined);
    expect(await listed()).toEqual([]);
    await say(carl, 'one more');
  });
});
