/** The end of reactions, when their message, their user or their room goes: nothing stays, and the room is told. */
import { beforeEach, describe, expect } from 'vitest';
import { finishForgetting } from '../../apps/worker/jobs/forget.js';
import { erasePerson } from '../../shared/store/erase-person.js';
import { removeOldMessages } from '../../shared/store/retention.js';
import { bothPlans, freshRoom } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import { brief, letPass, release, shown, told } from '../support/reactions.js';
import { allKeys } from '../support/redis.js';
import type { Scene } from '../support/scene.js';

const THUMB = '👍';
const HEART = '❤️';

describe.for(bothPlans({ HISTORY: '2', MESSAGE_TTL: '3600' }))('reactions, by %s', ([, it]) => {
  let scene: Scene, room: string, anna: Person, bert: Person, carl: Person, message: string;
  it.beforeAll(({ scene: given }) => {
    scene = given;
  });
  beforeEach(async () => {
    room = freshRoom();
    [anna, bert, carl] = await scene.people(room, 'Anna', 'Bert', 'Carl');
    message = String((await anna.send(scene.part, 'hi')).id);
    for (const one of [bert, carl]) await react(one);
    for (const one of [anna, bert, carl]) await scene.told(one);
  });

  const react = (who: Person, emoji = THUMB) => who.act('react', { id: message, emoji });
  const kept = () => scene.part.store.redis.hgetall(scene.part.store.keys.reactions(room));
  const due = async () => {
    const { redis, keys } = scene.part.store;
    const messages = await redis.zrange(keys.reacted(keys.roomShard(room)), '0', '-1');
    return messages.filter((one) => one.startsWith(`${room} `));
  };
  const later = async () => {
    await letPass(scene.part.store, room, 60_000);
    await release(scene);
  };

  it.for<[string, () => Promise<unknown>]>([
    ['is removed', () => anna.act('remove', { id: message })],
    ['is cleared away', () => anna.act('clear')],
    [
      'is trimmed',
      async () => {
        for (let i = 0; i < 300; i += 1) await anna.send(scene.part, `more ${i}`);
        await scene.worker.fanOut.advanceRoom(room);
      },
    ],
    ['is too old', () => removeOldMessages(scene.worker.store, Date.now() + 3_700_000, async () => undefined)],
    ['is forgotten', () => scene.part.call('leave', { token: anna.token, forget: true })],
  ])('go with their message when it %s, also those that are due', async ([, end]) => {
    expect(Object.keys(await kept()).sort()).toEqual([message, 'bytes'].sort());
    expect(await due()).toEqual([`${room} ${message}`]);
    await end();
    expect(await kept()).toEqual({});
    await later();
    expect(await due()).toEqual([]);
    expect(await told(scene, bert)).toEqual([]);
    expect(await kept()).toEqual({});
  });

  it('stay when their user leaves, and expire with their room', async () => {
    const { redis, keys } = scene.part.store;
    await scene.part.call('leave', { token: bert.token });
    expect(brief(await shown(anna, message))).toBe(`${THUMB}2`);
    for (const one of [anna, carl]) await scene.part.call('leave', { token: one.token });
    const ofRoom = await allKeys(redis, `${keys.room(room)}:*`);
    expect(ofRoom).toContain(keys.reactions(room));
    for (const key of ofRoom) expect(await redis.pttl(key), key).toBeGreaterThan(0);
    const dora = (await scene.join(room)).person;
    expect(brief(await shown(dora, message))).toBe(`${THUMB}2`);
    expect(await redis.pttl(keys.reactions(room))).toBe(-1);
    await redis.del(keys.log(room), keys.delivered(room), keys.reactions(room), keys.overlaid(room));
    await later();
    expect(await due()).toEqual([]);
    expect(await redis.exists(keys.log(room), keys.reactions(room))).toBe(0);
  });

  it.for<[string, () => Promise<unknown>]>([
    ['leaves and wants to be forgotten', () => scene.part.call('leave', { token: bert.token, forget: true })],
    ['is banned with all messages', () => anna.act('ban', { user: bert.id, seconds: 60, messages: true })],
    ['is erased by the host', () => erasePerson(scene.worker.store, room, 'bert', Date.now())],
  ])('of a user that %s go, nothing has its name, and the room is told', async ([, end]) => {
    await react(bert, HEART);
    await later();
    await scene.told(carl);
    expect((await kept())[message]).toContain('"Bert"');
    await end();
    await finishForgetting(scene.worker.store, 60_000, () => undefined, { abandonedMs: -1, rewriteMs: -1 });
    expect((await kept())[message]).not.toContain('"Bert"');
    await later();
    const events = await told(scene, carl);
    expect(events.map(({ from, reactions }) => [from.id, brief(reactions)])).toEqual([[0, `${THUMB}1`]]);
    expect(brief(await shown(carl, message))).toBe(`${THUMB}1`);
  });

  it('of a user that is forgotten go also when the last thing they did is not delivered yet', async () => {
    await letPass(scene.part.store, room, 60_000);
    await bert.act('react', { id: message, emoji: THUMB, on: false }); // told at once, by an event from Bert
    await scene.part.call('leave', { token: bert.token, forget: true });
    await later();
    expect((await told(scene, carl)).map(({ reactions }) => brief(reactions)).at(-1)).toBe(`${THUMB}1`);
  });
});
