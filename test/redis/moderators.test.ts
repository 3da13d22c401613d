/** Roles in a room: what they allow, how they come and go, and what the host can do. */
import { describe, expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { clearRoom, switchRoom } from '../../shared/store/moderation.js';
import { takeRoom } from '../../shared/store/owners.js';
import { emptyWith } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';

const it = emptyWith({ RESERVED_ROOMS: 'staff,Official.' });
let scene: Scene, anna: Person, bert: Person, carl: Person, owner: string;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  scene.part.addresses = ['here', ''];
  const made = await scene.join('mine', { name: 'Anna' });
  [anna, owner] = [made.person, String(made.owner)];
  [bert, carl] = await scene.people('mine', 'Bert', 'Carl');
});

const refused = (code: string, reason?: string) => ({ code, ...(reason && { details: { reason } }) });
const seen = (events: ChatEvent[], type: string) => events.filter((event) => event.type === type);
/** The room as somebody sees it who enters again. */
const view = async (who: Person) => (await who.act('enter')).room as Record<string, unknown>;

describe('a role', () => {
  it("is the maker's at once, and anybody's who brings the owner token; it is told by join and enter", async () => {
    expect(await view(anna)).toMatchObject({ role: 'owner', moderators: [anna.id] });
    expect(await view(bert)).not.toHaveProperty('role');
    const { person, room } = await scene.join('mine', { owner });
    expect(room).toMatchObject({ role: 'owner', moderators: [anna.id, person.id], owners: [anna.id, person.id] });
    expect(seen(await scene.told(carl), 'joined').at(-1)).toMatchObject({ from: { id: person.id }, role: 'owner' }); // and by its coming
    expect((await scene.join('mine', { owner: `${owner}x` })).room).not.toHaveProperty('role');
    await bert.act('rules', { slow: 2, links: false, owner });
    expect(await view(bert)).toMatchObject({ role: 'owner', rules: { slow: 2, links: false } });
  });

  it('is given and taken by the owner, everybody is told, and ends when its user leaves the room', async () => {
    await anna.act('moderate', { user: bert.id });
    await anna.act('moderate', { user: bert.id }); // changes nothing, tells nothing
    expect(await view(bert)).toMatchObject({ role: 'moderator' });
    await anna.act('moderate', { user: bert.id, on: false });
    await expect(bert.act('clear')).rejects.toMatchObject(refused('not_owner'));
    expect(seen(await scene.told(carl), 'moderator')).toMatchObject([
      { from: { id: anna.id }, user: { id: bert.id, name: 'Bert' }, on: true },
      { user: { id: bert.id }, on: false },
    ]);
    await anna.act('moderate', { user: bert.id });
    await bert.act('exit');
    expect(await view(bert)).not.toHaveProperty('role');
    await expect(anna.act('moderate', { user: anna.id, on: false })).rejects.toMatchObject(
      refused('not_allowed', 'role'),
    );
  });

  it("of a moderator allows all but what is the owner's, and nothing against who has a role", async () => {
    await anna.act('moderate', { user: bert.id });
    const { id } = await carl.send(scene.part, 'rude');
    await bert.act('remove', { id });
    await bert.act('mute', { user: carl.id, seconds: 5 });
    await bert.act('rules', { slow: 30, readonly: true });
    for (const text of ['not', 'bound']) await bert.send(scene.part, text);
    for (const [op, extra] of [
      ['moderate', { user: carl.id }],
      ['handover', { user: carl.id }],
      ['rules', { closed: true }],
    ] as const) {
      await expect(bert.act(op, extra), op).rejects.toMatchObject(refused('not_owner'));
    }
    for (const op of ['mute', 'kick', 'ban'] as const) {
      await expect(bert.act(op, { user: anna.id, seconds: 5 }), op).rejects.toMatchObject(
        refused('not_allowed', 'role'),
      );
    }
    await anna.act('kick', { user: bert.id });
    await expect(bert.send(scene.part, 'x')).rejects.toMatchObject(refused('not_in_room'));
  });

  it('is bounded: 20 roles, 200 mutes, 200 bans', async () => {
    const { redis, keys } = scene.part.store;
    const many = (name: string, count: number, value: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}:${1_000 + i}`, value]));
    const bans = Array.from({ length: 200 }, (_, i) => `9999999999999\t${1_000 + i}\t\tx${i}\tX${i}`);
    await redis.hset(keys.rules('mine'), {
      ...many('role', 19, 'moderator'),
      ...many('mute', 200, '9999999999999'),
      bans: bans.join('\n'),
    });
    for (const [op, extra] of [
      ['moderate', {}],
      ['mute', { seconds: 5 }],
      ['ban', { seconds: 5 }],
    ] as const) {
      await expect(anna.act(op, { user: bert.id, ...extra }), op).rejects.toMatchObject({
        code: 'bad_request',
        details: { field: 'user' },
      });
    }
    await redis.hset(keys.rules('mine'), 'mute:1000', '1'); // over
    await anna.act('mute', { user: bert.id, seconds: 5 });
  });
});

describe('a closed room', () => {
  it('lets nobody in, and only roles speak', async () => {
    await anna.act('rules', { closed: true });
    await expect(scene.join('mine')).rejects.toMatchObject(refused('not_allowed', 'closed'));
    await expect(bert.send(scene.part, 'x')).rejects.toMatchObject(refused('not_allowed', 'closed'));
    expect(await view(bert)).toMatchObject({ rules: { closed: true } }); // who is in stays, and may come back to its page
    await anna.send(scene.part, 'still here');
    await scene.join('mine', { owner });
  });
});

describe('a handover', () => {
  it('gives the room to whom it was offered, who may ask again; the former owner is one no more', async () => {
    await anna.act('handover', { user: carl.id });
    await anna.act('handover', { user: bert.id });
    await expect(carl.act('own')).rejects.toMatchObject(refused('not_owner')); // one offer at a time
    const first = String((await bert.act('own')).owner);
    const second = String((await bert.act('own')).owner);
    expect(first).not.toBe(second);
    for (const worthless of [owner, first])
      await expect(anna.act('clear', { owner: worthless })).rejects.toMatchObject(refused('not_owner'));
    await carl.act('rules', { slow: 1, owner: second });
    const told = await scene.told(anna);
    expect(seen(told, 'offered')).toMatchObject([{ user: { id: carl.id } }, { user: { id: bert.id } }]);
    expect(seen(told, 'owned')).toMatchObject([{ from: { id: bert.id, name: 'Bert' } }]);
  });

  it('is over after ten minutes', async () => {
    await anna.act('handover', { user: bert.id });
    const { redis, keys } = scene.part.store;
    expect(Number((await redis.hget(keys.rules('mine'), 'offer'))?.split(' ')[1]) - Date.now()).toBeGreaterThan(
      590_000,
    );
    await redis.hset(keys.rules('mine'), 'offer', `${bert.id} 1`);
    await expect(bert.act('own')).rejects.toMatchObject(refused('not_owner'));
  });
});

describe('the list of what was done', () => {
  it('says also what holds now, and names who has left', async () => {
    await anna.act('moderate', { user: bert.id });
    await bert.act('rules', { slow: 3, words: ['bad'], hold: true, readonly: true });
    await anna.act('mute', { user: carl.id, seconds: 60, quiet: true });
    await scene.part.call('leave', { token: carl.token });
    const { acts, ...now } = await bert.act('audit');
    expect(acts).toMatchObject([
      { by: anna.id, byName: 'Anna', what: 'moderate', user: bert.id, name: 'Bert', on: true },
      { by: bert.id, what: 'rules', words: 1 },
      { what: 'mute', quiet: true, user: carl.id, name: 'Carl' },
    ]);
    expect(now).toEqual({
      ok: true,
      role: 'moderator',
      rules: { slow: 3, readonly: true, words: ['bad'], hold: true },
      held: 0,
      keys: {},
      reports: 0,
      voices: [],
      banned: [],
      moderators: [
        { id: anna.id, name: 'Anna', role: 'owner' },
        { id: bert.id, name: 'Bert', role: 'moderator' },
      ],
      muted: [{ id: carl.id, name: 'Carl', quiet: true, until: expect.any(Number) }],
    });
    await anna.act('mute', { user: carl.id, seconds: 0 });
    expect((await anna.act('audit')).acts).toMatchObject([{}, {}, {}, { what: 'mute', seconds: 0, name: 'Carl' }]); // though it has left
  });
});

describe('the host', () => {
  it('keeps rooms for somebody: nobody enters before they are opened, nobody comes first', async () => {
    const { store } = scene.part;
    for (const room of ['staff', 'Staff-1', 'official.news'])
      await expect(scene.join(room)).rejects.toMatchObject(refused('not_allowed', 'reserved'));
    await scene.join('officials');
    const token = await takeRoom(store, 'staff');
    expect((await scene.join('staff')).room).not.toHaveProperty('role');
    const { person, room } = await scene.join('staff', { owner: token });
    expect(room).toMatchObject({ role: 'owner' });
    await scene.part.call('rules', { token: person.token, room: 'staff', slow: 9 });
    const { keys, redis } = store;
    for (const id of Object.keys(await redis.hgetall(keys.roster('staff')))) await redis.hdel(keys.roster('staff'), id);
    await redis.del(keys.log('staff'), keys.delivered('staff')); // as after an empty day
    expect((await scene.join('staff')).room).toMatchObject({ rules: { slow: 9 } });
  });

  it('takes any room, the lobby too, and its rules stay when the room is empty', async () => {
    const { store } = scene.part;
    const { person } = await scene.join('lobby');
    const token = await takeRoom(store, 'lobby');
    await scene.part.call('rules', { token: person.token, room: 'lobby', readonly: true, owner: token });
    await scene.part.call('leave', { token: person.token });
    expect(await store.redis.pttl(store.keys.rules('lobby'))).toBe(-1);
    await takeRoom(store, 'mine');
    await expect(anna.act('clear', { owner })).rejects.toMatchObject(refused('not_owner'));
    for (const { token: theirs } of [anna, bert, carl]) await scene.part.call('leave', { token: theirs });
    await store.redis.del(store.keys.log('mine'), store.keys.delivered('mine')); // as after an empty day
    expect((await scene.part.call('join', { room: 'mine' })).owner).toBeUndefined();
  });

  it('switches a room off for everybody, and on again; and clears it', async () => {
    const { store } = scene.part;
    await switchRoom(store, 'mine', true);
    for (const who of [anna, bert])
      await expect(who.send(scene.part, 'x')).rejects.toMatchObject(refused('not_allowed', 'off'));
    await expect(scene.join('mine', { owner })).rejects.toMatchObject(refused('not_allowed', 'off'));
    await switchRoom(store, 'mine', false);
    expect(seen(await scene.told(carl), 'rules')).toMatchObject([{ from: { id: 0 }, off: true }, { off: false }]);
    await bert.send(scene.part, 'again');
    await clearRoom(store, 'mine');
    expect(await scene.texts(bert)).toEqual([]);
    expect(seen(await scene.told(bert), 'cleared')).toMatchObject([{ from: { id: 0, name: 'host' } }]);
    await switchRoom(store, 'nobody-there', true);
    await switchRoom(store, 'nobody-there', false);
    expect(await store.redis.exists(store.keys.rules('nobody-there'))).toBe(0);
  });
});
