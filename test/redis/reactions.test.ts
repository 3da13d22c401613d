/** Reactions: who makes them and sees them, and what refuses them. */
import { beforeEach, describe, expect } from 'vitest';
import { privateRoom } from '../../shared/protocol/events.js';
import { REACTIONS_BYTES, REACTIONS_MAX } from '../../shared/protocol/limits.js';
import { switchRoom } from '../../shared/store/moderation.js';
import { bothPlans, freshRoom } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import { brief, letPass, release, shown, told } from '../support/reactions.js';
import type { Scene } from '../support/scene.js';

const HEART = '❤️';
const THUMB = '👍';
const GONE = { code: 'bad_request', details: { field: 'id' } };

describe.for(bothPlans())('a reaction, by %s', ([, it]) => {
  let scene: Scene, room: string, anna: Person, bert: Person, carl: Person, message: string;
  it.beforeAll(({ scene: given }) => {
    scene = given;
  });
  beforeEach(async () => {
    room = freshRoom();
    [anna, bert, carl] = await scene.people(room, 'Anna', 'Bert', 'Carl');
    message = String((await bert.send(scene.part, 'hi')).id);
    for (const one of [anna, bert, carl]) await scene.told(one);
  });

  const react = (who: Person, emoji = THUMB, more: object = {}) => who.act('react', { id: message, emoji, ...more });
  const keptKeys = async (): Promise<number> => {
    const { redis, keys } = scene.part.store;
    return redis.exists(keys.reactions(room));
  };

  it('is told to all with all reactions of its message, and is in the history, to its user as its own', async () => {
    const ours = { emoji: THUMB, count: 1, users: [{ id: anna.id, name: 'Anna' }] };
    expect(await react(anna)).toEqual({ ok: true, reactions: [{ ...ours, mine: true }] });
    for (const one of [anna, bert, carl])
      expect(await told(scene, one)).toEqual([
        {
          type: 'reacted',
          room,
          id: expect.any(String),
          at: expect.any(Number),
          from: { id: anna.id, name: 'Anna' },
          reacted: message,
          reactions: [ours],
        },
      ]);
    expect(await shown(anna, message)).toEqual([{ ...ours, mine: true }]);
    expect(await shown(carl, message)).toEqual([ours]);
    expect((await scene.join(room)).room.history.find(({ id }) => id === message)?.reactions).toEqual([ours]);
    expect((await anna.act('history', { types: ['message'] })).events.map(({ type }) => type)).toEqual(['message']);
    const log = await scene.part.store.redis.xrange(scene.part.store.keys.log(room), '-', '+');
    expect(log.filter(([, fields]) => fields[3]?.startsWith('{"type":"reacted"'))).toEqual([]);
  });

  it('counts once for a user and emoji, can be taken back, and then nothing stays of it', async () => {
    await react(anna);
    await react(anna);
    await react(bert, HEART);
    expect(brief((await react(anna, HEART)).reactions as [])).toBe(`${THUMB}1 ${HEART}2`);
    await react(anna, THUMB, { on: false });
    expect(await react(carl, THUMB, { on: false })).toMatchObject({ reactions: [{ emoji: HEART, count: 2 }] });
    await react(bert, HEART, { on: false });
    expect(await react(anna, HEART, { on: false })).toEqual({ ok: true, reactions: [] });
    expect(await shown(anna, message)).toBeUndefined();
    await letPass(scene.part.store, room, 10_000);
    await release(scene);
    expect((await told(scene, carl)).map(({ reactions }) => brief(reactions))).toEqual([`${THUMB}1`, '']);
    expect(await keptKeys()).toBe(1); // else the next one would be told at once
    await letPass(scene.part.store, room, 10 * 60_000);
    await release(scene);
    expect(await keptKeys()).toBe(0);
  });

  it('of more than ten users names the first ten, whatever their names', async () => {
    const names = ['"\\<b>', 'a/b', 'Ünï', '-%d', ...Array.from({ length: 9 }, (_, i) => `n${i}`)];
    const users = await scene.people(room, ...names);
    for (const one of users) await react(one);
    const [thumb] = (await shown(users[12] as Person, message)) ?? [];
    expect(thumb).toEqual({
      emoji: THUMB,
      count: 13,
      users: users.slice(0, 10).map(({ id }, i) => ({ id, name: names[i] })),
      mine: true,
    });
  });

  it('is taken in a read-only room, and in a room with slow mode and a delay', async () => {
    await anna.act('rules', { readonly: true, slow: 60, delay: 10 });
    await react(bert);
    await react(bert, HEART);
    expect(brief(await shown(carl, message))).toBe(`${THUMB}1 ${HEART}1`);
  });

  it('is refused where its user may not speak or is not', async () => {
    const refused: [() => Promise<unknown>, () => Promise<unknown>, object][] = [
      [
        () => anna.act('mute', { user: bert.id, seconds: 60 }),
        () => anna.act('mute', { user: bert.id, seconds: 0 }),
        { code: 'not_allowed', details: { reason: 'muted', retryAfter: 60 } },
      ],
      [
        () => anna.act('rules', { closed: true }),
        () => anna.act('rules', { closed: false }),
        { code: 'not_allowed', details: { reason: 'closed' } },
      ],
      [
        () => anna.act('rules', { hold: 'all' }),
        () => anna.act('rules', { hold: false }),
        { code: 'not_allowed', details: { reason: 'hold' } },
      ],
      [
        () => switchRoom(scene.part.store, room, true),
        () => switchRoom(scene.part.store, room, false),
        { code: 'not_allowed', details: { reason: 'off' } },
      ],
      [() => anna.act('kick', { user: bert.id }), async () => undefined, { code: 'not_in_room' }],
    ];
    for (const [begin, end, error] of refused) {
      await begin();
      await expect(react(bert)).rejects.toMatchObject(error);
      await end();
    }
    await anna.act('rules', { hold: 'all' });
    await react(anna);
    expect(brief(await shown(carl, message))).toBe(`${THUMB}1`);
  });

  it('to what is no message, or is there no longer, is refused', async () => {
    const { events } = await anna.act('history');
    for (const id of [events[0]?.id, '1-0', '999999999999999-0'])
      await expect(react(anna, THUMB, { id })).rejects.toMatchObject(GONE);
    await anna.act('remove', { id: message });
    await expect(react(bert)).rejects.toMatchObject(GONE);
    expect(await keptKeys()).toBe(0);
  });

  it('of a quietly muted user is seen by itself alone, once, and its messages only it can react to', async () => {
    await react(carl);
    await anna.act('mute', { user: bert.id, seconds: 60, quiet: true });
    for (const one of [anna, bert, carl]) await scene.told(one);
    expect(brief((await react(bert)).reactions as [])).toBe(`${THUMB}2`);
    expect((await told(scene, bert)).map(({ reactions }) => brief(reactions))).toEqual([`${THUMB}2`]);
    for (const one of [anna, carl]) expect(await told(scene, one)).toEqual([]);
    for (const one of [anna, bert, carl]) expect(brief(await shown(one, message))).toBe(`${THUMB}1`);
    const unheard = String((await bert.send(scene.part, 'unheard')).id);
    await expect(react(anna, THUMB, { id: unheard })).rejects.toMatchObject(GONE);
    await anna.act('mute', { user: bert.id, seconds: 0 });
    await react(bert, HEART, { id: unheard });
    expect(await told(scene, anna)).toEqual([]);
    expect((await told(scene, bert)).map(({ reacted }) => reacted)).toEqual([unheard]);
  });

  it('whose event a worker of a former version has left in the log is in no history twice', async () => {
    const { redis, keys } = scene.part.store;
    await react(anna);
    const left = (await redis.xrange(keys.log(room), '-', '+')).at(-1);
    await scene.told(bert);
    await redis.xadd(keys.log(room), '*', ...(left?.[1] ?? []));
    const events = [(await carl.act('history')).events, (await scene.join(room)).room.history];
    for (const types of events.map((page) => page.map(({ type }) => type))) expect(types).not.toContain('reacted');
    expect(left?.[1].join()).toContain('"reacted"');
    expect(brief(await shown(carl, message))).toBe(`${THUMB}1`);
    await anna.act('remove', { id: message });
    expect(await keptKeys()).toBe(0);
  });

  it('between two users goes by the other, until one has blocked the other', async () => {
    const privately = String((await scene.part.call('send', { token: anna.token, to: bert.id, text: 'psst' })).id);
    const given = { room: undefined, id: privately };
    await react(bert, HEART, { ...given, to: anna.id });
    const between = { token: anna.token, room: privateRoom(anna.id, bert.id) };
    const { events } = await scene.part.call('history', between);
    expect(brief(events.at(-1)?.reactions)).toBe(`${HEART}1`);
    await expect(react(carl, HEART, { ...given, room: between.room })).rejects.toMatchObject({ code: 'not_in_room' });
    await expect(react(bert, HEART, { id: privately, to: anna.id })).rejects.toMatchObject({ code: 'bad_request' });
    await scene.part.call('block', { token: anna.token, user: bert.id });
    await expect(react(bert, THUMB, { ...given, to: anna.id })).rejects.toMatchObject({ code: 'not_in_room' });
  });

  it('is refused when there are too many emoji, reactions or bytes', async () => {
    const { redis, keys } = scene.part.store;
    const full = { code: 'bad_request', details: { field: 'emoji' } };
    const flags = Array.from({ length: 20 }, (_, i) => String.fromCodePoint(0x1f1e6 + i, 0x1f1fa));
    for (const flag of flags) await react(anna, flag);
    await expect(react(anna)).rejects.toMatchObject(full);
    expect(brief((await react(bert, flags[7])).reactions as [])).toContain(`${flags[7]}2`);
    const users = Array.from({ length: REACTIONS_MAX }, (_, i) => `\t${1e6 + i} "n"`).join('');
    await redis.hset(keys.reactions(room), message, `1 1 0 {"id":1,"name":"n"}\n${THUMB} ${REACTIONS_MAX}${users}`);
    await expect(react(anna)).rejects.toMatchObject(full);
    await redis.hset(keys.reactions(room), message, `1 1 0 {"id":1,"name":"n"}`, 'bytes', REACTIONS_BYTES);
    await expect(react(anna)).rejects.toMatchObject(full);
  });
});
