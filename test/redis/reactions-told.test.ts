/** A room is told of many reactions to a message together: few events, whatever the pace, and the last state always. */
import { beforeEach, describe, expect } from 'vitest';
import { bothPlans, freshRoom } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import { brief, letPass, release, shown, told } from '../support/reactions.js';
import type { Scene } from '../support/scene.js';

const USERS = 200;
const EVENTS_MAX = 20;
const EMOJI = ['👍', '❤️', '😂', '🎉'];
const MINUTES_MS = 60_000;

describe.for(bothPlans())('200 reactions to one message, by %s', ([, it]) => {
  let scene: Scene, room: string, users: Person[], message: string;
  it.beforeAll(({ scene: given }) => {
    scene = given;
  });
  beforeEach(async () => {
    room = freshRoom();
    users = await Promise.all(Array.from({ length: USERS }, async () => (await scene.join(room)).person));
    message = String((await (users[0] as Person).send(scene.part, 'the line')).id);
  });

  /** All that a member is told of, when nothing more is due. */
  async function toldInAll(who: Person): Promise<string[]> {
    for (let i = 0; i < 3; i += 1) {
      await letPass(scene.part.store, room, MINUTES_MS);
      await release(scene);
    }
    const states: string[] = [];
    for (let events = await scene.told(who); events.length > 0; events = await scene.told(who))
      states.push(...events.flatMap(({ reacted, reactions }) => (reacted === message ? [brief(reactions)] : [])));
    return states;
  }

  it.for([
    ['at once', 0],
    ['in half a minute', 0.5],
    ['in two minutes', 2],
    ['in six minutes', 6],
  ] as const)('%s cost each member 20 events at most, and the last has them all', async ([, minutes]) => {
    const last = users.at(-1) as Person;
    await scene.told(last);
    for (const [i, one] of users.entries()) {
      await one.act('react', { id: message, emoji: EMOJI[i % 4] });
      if (i % 20 === 0) await scene.worker.fanOut.advanceRoom(room);
      if (minutes > 0) {
        await letPass(scene.part.store, room, (minutes * MINUTES_MS) / USERS);
        await release(scene);
      }
    }
    const states = await toldInAll(last);
    expect(states.at(-1)).toBe('👍50 ❤️50 😂50 🎉50');
    expect(brief(await shown(last, message))).toBe(states.at(-1));
    expect(states[0]).toBe('👍1');
    expect(states.length).toBeGreaterThan(1);
    expect(states.length).toBeLessThanOrEqual(EVENTS_MAX);
  });

  it('that are made and taken back in turn cost no more', async () => {
    const [one, other] = [users[0], users.at(-1)] as [Person, Person];
    await scene.told(other);
    for (let i = 0; i < USERS; i += 1) {
      await one.act('react', { id: message, emoji: '👍', on: i % 2 === 0 });
      await letPass(scene.part.store, room, 1_000);
      await release(scene);
    }
    const states = await toldInAll(other);
    expect(states.length).toBeLessThanOrEqual(EVENTS_MAX);
    expect(states.at(-1)).toBe('');
  });

  it('are all told when the process that took the last one was killed, by any worker', async () => {
    const [one, two, three] = users as [Person, Person, Person];
    for (const who of [one, two, three]) await who.act('react', { id: message, emoji: '👍' });
    scene.part.requested.length = 0; // what the process would have asked a worker for
    const states = await toldInAll(users.at(-1) as Person);
    expect(states).toEqual(['👍1', '👍3']);
    const { redis, keys } = scene.part.store;
    expect(await redis.zcard(keys.reacted(keys.roomShard(room)))).toBe(0);
  });
});

describe.for(bothPlans({ ROOM_SENDS: '10', RATE_LIMITS: 'on', SEND_RATE: '2' }))(
  'reactions to many messages, by %s',
  ([, it]) => {
    it('cost a room a fifth of the events of its messages, and wait', async ({ scene }) => {
      const room = freshRoom();
      const [anna, bert] = await scene.people(room, 'Anna', 'Bert');
      const ids: string[] = [];
      for (let i = 0; i < 6; i += 1) ids.push(String((await anna.send(scene.part, `line ${i}`)).id));
      await scene.told(bert);
      for (const id of ids) await bert.act('react', { id, emoji: '👍' });
      expect(await told(scene, bert)).toHaveLength(2);
      const { redis, keys } = scene.part.store;
      const [rate, due] = [`${keys.room(room)}:reacts`, keys.reacted(keys.roomShard(room))];
      const rest: string[] = [];
      for (let i = 0; i < 2; i += 1) {
        expect(await redis.zcard(due)).toBe(4 - 2 * i);
        await redis.del(rate); // as if ten seconds had gone by
        await letPass(scene.part.store, room, 10_000);
        await release(scene);
        rest.push(...(await told(scene, bert)).map(({ reacted }) => String(reacted)));
      }
      expect(rest.sort()).toEqual(ids.slice(2).sort());
      expect(await redis.zcard(due)).toBe(0);
    });

    it('cost their user half as much as messages', async ({ scene }) => {
      const [anna] = await scene.people(freshRoom(), 'Anna');
      const { id } = await anna.send(scene.part, 'hi'); // one of eight at once
      let accepted = 0;
      const reactOnAndOn = async (): Promise<never> => {
        for (; ; accepted += 1) await anna.act('react', { id, emoji: '👍', on: accepted % 2 === 0 });
      };
      await expect(reactOnAndOn()).rejects.toMatchObject({ code: 'rate_limited' });
      expect(accepted).toBeGreaterThanOrEqual(14);
    });
  },
);
