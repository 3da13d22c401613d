/** Roles in a room: what they allow, how they come and go, who is sent out and kept out, and what the host can do. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AddressHash } from '../../apps/api/limits/address-hash.js';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { clearRoom, switchRoom } from '../../shared/store/moderation.js';
import { takeRoom } from '../../shared/store/owners.js';
import type { Person } from '../support/people.js';
import { allKeys, wipe } from '../support/redis.js';
import { openScene, type Scene } from '../support/scene.js';

let scene: Scene;
let anna: Person;
let bert: Person;
let carl: Person;
let owner: string;

beforeAll(async () => {
  scene = await openScene({ RESERVED_ROOMS: 'staff,Official.' });
});
afterAll(() => scene.close());
beforeEach(async () => {
  await wipe(scene.part.store.redis);
  scene.part.addresses = ['here', ''];
  const made = await scene.join('mine', { name: 'Anna' });
  [anna, owner] = [made.person, made.owner];
  bert = (await scene.join('mine', { name: 'Bert' })).person;
  carl = (await scene.join('mine', { name: 'Carl' })).person;
});

type Op = Parameters<Scene['part']['call']>[0];
const act = (who: Person, op: Op, extra: object = {}) =>
  scene.part.call(op, { token: who.token, room: 'mine', ...extra });
const refused = (code: string, reason?: string) => ({ code, ...(reason && { details: { reason } }) });
const seen = (events: ChatEvent[], type: string) => events.filter((event) => event.type === type);
/** The room as somebody sees it who enters again. */
const view = async (who: Person) => (await act(who, 'enter')).room as Record<string, unknown>;

describe('a role', () => {
  it("is the maker's at once, and anybody's who brings the owner token; it is told by join and enter", async () => {
    expect(await view(anna)).toMatchObject({ role: 'owner', moderators: [anna.id] });
    expect(await view(bert)).not.toHaveProperty('role');
    const { person, room } = await scene.join('mine', { owner });
    expect(room).toMatchObject({ role: 'owner', moderators: [anna.id, person.id], owners: [anna.id, person.id] });
    expect(seen(await scene.told(carl), 'joined').at(-1)).toMatchObject({ from: { id: person.id }, role: 'owner' }); // and by its coming
    expect((await scene.join('mine', { owner: `${owner}x` })).room).not.toHaveProperty('role');
    await act(bert, 'rules', { slow: 2, links: false, owner });
    expect(await view(bert)).toMatchObject({ role: 'owner', rules: { slow: 2, links: false } });
  });

  it('is given and taken by the owner, everybody is told, and ends when its user leaves the room', async () => {
    await act(anna, 'moderate', { user: bert.id });
    await act(anna, 'moderate', { user: bert.id }); // changes nothing, tells nothing
    expect(await view(bert)).toMatchObject({ role: 'moderator' });
    await act(anna, 'moderate', { user: bert.id, on: false });
    await expect(act(bert, 'clear')).rejects.toMatchObject(refused('not_owner'));
    expect(seen(await scene.told(carl), 'moderator')).toMatchObject([
      { from: { id: anna.id }, user: { id: bert.id, name: 'Bert' }, on: true },
      { user: { id: bert.id }, on: false },
    ]);
    await act(anna, 'moderate', { user: bert.id });
    await act(bert, 'exit');
    expect(await view(bert)).not.toHaveProperty('role');
    await expect(act(anna, 'moderate', { user: anna.id, on: false })).rejects.toMatchObject(
      refused('not_allowed', 'role'),
    );
  });

  it("of a moderator allows all but what is the owner's, and nothing against who has a role", async () => {
    await act(anna, 'moderate', { user: bert.id });
    const { id } = await carl.send(scene.part, 'rude');
    await act(bert, 'remove', { id });
    await act(bert, 'mute', { user: carl.id, seconds: 5 });
    await act(bert, 'rules', { slow: 30, readonly: true });
    for (const text of ['not', 'bound']) await bert.send(scene.part, text);
    for (const [op, extra] of [
      ['moderate', { user: carl.id }],
      ['handover', { user: carl.id }],
      ['rules', { closed: true }],
    ] as const) {
      await expect(act(bert, op, extra), op).rejects.toMatchObject(refused('not_owner'));
    }
    for (const op of ['mute', 'kick', 'ban'] as const) {
      await expect(act(bert, op, { user: anna.id, seconds: 5 }), op).rejects.toMatchObject(
        refused('not_allowed', 'role'),
      );
    }
    await act(anna, 'kick', { user: bert.id });
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
      await expect(act(anna, op, { user: bert.id, ...extra }), op).rejects.toMatchObject({
        code: 'bad_request',
        details: { field: 'user' },
      });
    }
    await redis.hset(keys.rules('mine'), 'mute:1000', '1'); // over
    await act(anna, 'mute', { user: bert.id, seconds: 5 });
  });
});

describe('who is sent out', () => {
  it.each(['live', 'blocking'])('is told by its own `left`, once, and of nothing after it (%s)', async (way) => {
    if (way === 'live') await carl.becomeLive(scene.part);
    else await scene.told(carl);
    const waiting = carl.poll(scene.part, 5);
    await bert.send(scene.part, 'before');
    await act(anna, 'kick', { user: carl.id });
    await bert.send(scene.part, 'after');
    const first = (await waiting).events;
    const all = [...first, ...(await scene.told(carl)), ...(await scene.told(carl))];
    expect(seen(all, 'left')).toMatchObject([
      { from: { id: carl.id, name: 'Carl' }, by: { id: anna.id, name: 'Anna' } },
    ]);
    expect(all.map(({ text }) => text)).not.toContain('after');
    expect(seen(await scene.told(bert), 'left')).toMatchObject([{ from: { id: carl.id }, by: { id: anna.id } }]);
    expect(carl.texts).not.toContain('after');
  });

  it('is half out after a crash, and another kick finishes it', async () => {
    const { redis, keys } = scene.part.store;
    await redis.hdel(keys.roster('mine'), String(carl.id));
    await expect(act(anna, 'kick', { user: carl.id })).rejects.toMatchObject(refused('no_such_user'));
    await scene.worker.fanOut.advanceRoom('mine'); // what it is owed
    expect(await redis.zscore(keys.members(keys.userShard(carl.id), 'mine'), String(carl.id))).toBeNull();
  });
});

describe('a ban', () => {
  const comeBack = (name: string, addresses: string[]) => {
    scene.part.addresses = addresses;
    return scene.join('mine', { name });
  };

  it("keeps out the user, its nickname however it is written, and its address, today's and yesterday's; not others", async () => {
    scene.part.addresses = ['theirs', ''];
    const dora = (await scene.join('mine', { name: 'Dora' })).person;
    await act(anna, 'ban', { user: dora.id, seconds: 60 });
    expect(seen(await scene.told(bert), 'left').at(-1)).toMatchObject({
      from: { id: dora.id },
      by: { id: anna.id },
      banned: 60,
    });
    expect(seen(await scene.told(dora), 'left')).toMatchObject([{ banned: 60 }]);
    const banned = { code: 'not_allowed', details: { reason: 'banned', retryAfter: expect.any(Number) } };
    scene.part.addresses = ['elsewhere', ''];
    await expect(act(dora, 'enter')).rejects.toMatchObject(banned);
    await scene.part.call('rename', { token: dora.token, name: 'Else' });
    await expect(act(dora, 'enter')).rejects.toMatchObject(banned);
    await expect(comeBack('dОrA', ['elsewhere', ''])).rejects.toMatchObject(banned); // a Cyrillic О
    await expect(comeBack('Fresh', ['theirs', ''])).rejects.toMatchObject(banned);
    await expect(comeBack('Fresh', ['new', 'theirs'])).rejects.toMatchObject(banned);
    expect(await allKeys(scene.part.store.redis, 'nick:*')).not.toContain('nick:fresh'); // nothing is left of who was not let in
    await comeBack('Fresh', ['elsewhere', 'other']);
    expect((await scene.part.call('join', { room: 'mine', owner, name: 'Dora' })).room).toMatchObject({
      role: 'owner',
    }); // the owner by its token
  });

  it('removes all that the user said when that is asked for, and nothing else; everybody is told once', async () => {
    for (const text of ['spam 1', 'spam 2']) await carl.send(scene.part, text);
    await bert.send(scene.part, 'kind');
    expect(await scene.texts(bert)).toEqual(['spam 1', 'spam 2', 'kind']);
    await scene.told(bert);
    await carl.send(scene.part, 'spam 3'); // under way
    await act(anna, 'ban', { user: carl.id, seconds: 60, messages: true });
    await bert.send(scene.part, 'after');
    const told = await scene.told(bert);
    expect(told.map(({ type, user, text }) => [type, user?.id ?? text])).toEqual([
      ['left', undefined],
      ['removed', carl.id],
      ['message', 'after'],
    ]);
    expect(await scene.texts(bert)).toEqual(['kind', 'after']);
    expect((await act(bert, 'history')).events).toMatchObject([
      { type: 'joined' },
      { type: 'joined' },
      { type: 'joined', from: { id: carl.id } },
      { text: 'kind' },
      { type: 'left' },
      { type: 'removed' },
      { text: 'after' },
    ]);
    expect((await act(anna, 'audit')).acts).toMatchObject([
      { what: 'ban' },
      { what: 'remove', user: carl.id, name: 'Carl' },
    ]);
  });

  it("knows an address of yesterday by yesterday's salt, which is kept so long", async () => {
    const { redis } = scene.part.store;
    const hashes = (): Promise<string[]> => new AddressHash(redis).hashes('192.0.2.1');
    const [then] = await hashes();
    const [key = ''] = await allKeys(redis, 'salt:*');
    expect(await redis.ttl(key)).toBeGreaterThan(48 * 3_600);
    await redis.set(
      `salt:${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)}`,
      (await redis.getdel(key)) ?? '',
    );
    const now = await hashes();
    expect([now.length, now[1]]).toEqual([2, then]);
    expect(now[0]).not.toBe(then);
  });

  it('ends when it is ended, or its time is up', async () => {
    await act(anna, 'ban', { user: carl.id, seconds: 60 });
    expect((await act(anna, 'audit')).banned).toEqual([{ id: carl.id, name: 'Carl', until: expect.any(Number) }]);
    await act(anna, 'ban', { user: carl.id, seconds: 0 });
    await act(carl, 'enter');
    await act(anna, 'ban', { user: carl.id, seconds: 60 });
    const { redis, keys } = scene.part.store;
    await redis.hset(
      keys.rules('mine'),
      'bans',
      ((await redis.hget(keys.rules('mine'), 'bans')) ?? '').replace(/^\d+/, '1'),
    );
    await act(carl, 'enter');
    expect((await act(anna, 'audit')).banned).toEqual([]);
  });
});

describe('a closed room', () => {
  it('lets nobody in, and only roles speak', async () => {
    await act(anna, 'rules', { closed: true });
    await expect(scene.join('mine')).rejects.toMatchObject(refused('not_allowed', 'closed'));
    await expect(bert.send(scene.part, 'x')).rejects.toMatchObject(refused('not_allowed', 'closed'));
    expect(await view(bert)).toMatchObject({ rules: { closed: true } }); // who is in stays, and may come back to its page
    await anna.send(scene.part, 'still here');
    await scene.join('mine', { owner });
  });
});

describe('a handover', () => {
  it('gives the room to whom it was offered, who may ask again; the former owner is one no more', async () => {
    await act(anna, 'handover', { user: carl.id });
    await act(anna, 'handover', { user: bert.id });
    await expect(act(carl, 'own')).rejects.toMatchObject(refused('not_owner')); // one offer at a time
    const first = String((await act(bert, 'own')).owner);
    const second = String((await act(bert, 'own')).owner);
    expect(first).not.toBe(second);
    for (const worthless of [owner, first])
      await expect(act(anna, 'clear', { owner: worthless })).rejects.toMatchObject(refused('not_owner'));
    await act(carl, 'rules', { slow: 1, owner: second });
    const told = await scene.told(anna);
    expect(seen(told, 'offered')).toMatchObject([{ user: { id: carl.id } }, { user: { id: bert.id } }]);
    expect(seen(told, 'owned')).toMatchObject([{ from: { id: bert.id, name: 'Bert' } }]);
  });

  it('is over after ten minutes', async () => {
    await act(anna, 'handover', { user: bert.id });
    const { redis, keys } = scene.part.store;
    expect(Number((await redis.hget(keys.rules('mine'), 'offer'))?.split(' ')[1]) - Date.now()).toBeGreaterThan(
      590_000,
    );
    await redis.hset(keys.rules('mine'), 'offer', `${bert.id} 1`);
    await expect(act(bert, 'own')).rejects.toMatchObject(refused('not_owner'));
  });
});

describe('the list of what was done', () => {
  it('says also what holds now, and names who has left', async () => {
    await act(anna, 'moderate', { user: bert.id });
    await act(bert, 'rules', { slow: 3, words: ['bad'], hold: true, readonly: true });
    await act(anna, 'mute', { user: carl.id, seconds: 60, quiet: true });
    await scene.part.call('leave', { token: carl.token });
    const { acts, ...now } = await act(bert, 'audit');
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
      banned: [],
      moderators: [
        { id: anna.id, name: 'Anna', role: 'owner' },
        { id: bert.id, name: 'Bert', role: 'moderator' },
      ],
      muted: [{ id: carl.id, name: 'Carl', quiet: true, until: expect.any(Number) }],
    });
    await act(anna, 'mute', { user: carl.id, seconds: 0 });
    expect((await act(anna, 'audit')).acts).toMatchObject([{}, {}, {}, { what: 'mute', seconds: 0, name: 'Carl' }]); // though it has left
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
    await expect(act(anna, 'clear', { owner })).rejects.toMatchObject(refused('not_owner'));
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
