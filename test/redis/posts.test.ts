/** Posts: messages of people who are not in the room. The room's rules bind them as they bind its users. */
import { describe, expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { POSTER_ID_MIN } from '../../shared/protocol/limits.js';
import { parseToken } from '../../shared/store/tokens.js';
import { leave } from '../../shared/store/user-end.js';
import { bothPlans } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import { wipe } from '../support/redis.js';
import type { Scene } from '../support/scene.js';

const denied = (reason: string) => ({ code: 'not_allowed', details: { reason } });

describe.for(bothPlans())('a post (%s)', ([, it]) => {
  let scene: Scene, anna: Person, bert: Person;
  it.beforeEach(async ({ scene: given }) => {
    scene = given;
    await wipe(scene.part.store.redis);
    scene.part.addresses = ['here', ''];
    [anna, bert] = await scene.people('r', 'Anna', 'Bert');
    await scene.told(bert);
    scene.part.addresses = ['there', ''];
  });

  const post = (text: string, more: object = {}) =>
    scene.part.call('post', { room: 'r', name: 'build', text, ...more });
  const fromOf = (answer: object) => (answer as { from: { id: number; name: string } }).from;

  it('comes to all members, and nobody comes or goes', async () => {
    const { id, from, room } = await post('done');
    expect(room).toBe('r');
    const told = await scene.told(bert);
    expect(told).toEqual([{ type: 'message', room: 'r', id, at: Number.parseInt(String(id), 10), from, text: 'done' }]);
    expect(from).toEqual({ id: expect.any(Number) as number, name: 'build' });
    expect(fromOf({ from }).id).toBeGreaterThanOrEqual(POSTER_ID_MIN);
    expect((await bert.act('members')).members).toHaveLength(2);
    expect(scene.part.requested).toContain('r');
  });

  it('has the same sender while address, room and name are the same, and is told from its like', async () => {
    const ids = [await post('1'), await post('2'), await post('3', { name: 'Build' })].map(fromOf).map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
    const others = [await post('4', { name: 'other' }), await post('5', { room: 's' })].map(fromOf);
    scene.part.addresses = ['elsewhere', ''];
    const all = [...ids, ...others.map(({ id }) => id), fromOf(await post('6')).id];
    expect(new Set(all).size).toBe(4);
  });

  it('is of a guest without a name, which no member has', async () => {
    const { name } = fromOf(await post('1', { name: undefined }));
    expect(name).toMatch(/^guest-\d{5}$/);
    await scene.join('r', { name });
    const other = fromOf(await post('2', { name: undefined })).name;
    expect(other).toMatch(/^guest-\d{5}$/);
    expect(other).not.toBe(name);
  });

  it('has no name of a member, of a role or of somebody who may come back', async () => {
    await expect(post('x', { name: 'anna' })).rejects.toMatchObject({
      code: 'name_taken',
      details: { field: 'name', suggestion: 'anna2' },
    });
    await expect(post('x', { name: 'host' })).rejects.toMatchObject({ code: 'name_taken' });
    const secret = 's'.repeat(22);
    await scene.join('r', { name: 'Carl', secret });
    await expect(post('x', { name: 'Carl' })).rejects.toMatchObject({ code: 'name_taken' });
    await post('by the same person', { name: 'Carl', secret });
    expect((await bert.act('members')).members).toHaveLength(3);
  });

  it('needs the key of the room, and says nothing of the room without it', async () => {
    const { member: key } = await anna.act('keys', { member: 'renew' });
    for (const wrong of [undefined, 'wrong'])
      for (const name of ['anna', 'build'])
        await expect(post('x', { key: wrong, name })).rejects.toMatchObject(denied('key'));
    await expect(post('x', { room: 'nowhere', key: 'wrong' })).rejects.toMatchObject(denied('key'));
    await post('with it', { key });
    expect(await scene.texts(bert)).toEqual(['with it']);
  });

  it.for([
    ['readonly', { readonly: true }, denied('read_only')],
    ['closed', { closed: true }, denied('closed')],
    ['links', { links: false }, denied('links')],
    ['names', { names: 'asked' }, denied('name')],
  ] as const)('is refused by the rule %s', async ([, rule, refusal]) => {
    await anna.act('rules', rule);
    const text = 'see https://example.com/x';
    await expect(post(text, 'names' in rule ? { name: undefined } : {})).rejects.toMatchObject(refusal);
    expect(await scene.texts(bert)).toEqual([]);
  });

  it('waits in slow mode for all posts of its address, under whatever name', async () => {
    await anna.act('rules', { slow: 60 });
    await post('1');
    for (const name of ['build', 'other'])
      await expect(post('2', { name })).rejects.toMatchObject({ code: 'rate_limited' });
    scene.part.addresses = ['elsewhere', ''];
    await post('from elsewhere');
  });

  it('has its words masked, and waits for approval where messages do', async () => {
    await anna.act('rules', { words: ['rude'] });
    await post('a rude word');
    expect(await scene.texts(bert)).toEqual(['a •••• word']);
    await anna.act('rules', { hold: 'all' });
    const { id, held } = await post('may I?');
    expect(held).toBe(true);
    await anna.act('approve', { id });
    expect(await scene.texts(bert)).toEqual(['a •••• word', 'may I?']);
  });

  it('is not repeated by its nonce', async () => {
    const [first, again] = [await post('once', { id: 'n' }), await post('once', { id: 'n' })];
    expect(again).toMatchObject({ id: first.id, duplicate: true });
    expect(await scene.texts(bert)).toEqual(['once']);
  });

  it('has a sender who can be banned: by name and address, with all it said', async () => {
    const { id } = fromOf(await post('spam'));
    await post('more spam');
    await anna.act('ban', { user: id, seconds: 60, messages: true });
    expect(await scene.texts(bert)).toEqual([]);
    for (const name of ['build', 'other']) await expect(post('x', { name })).rejects.toMatchObject(denied('banned'));
    await expect(scene.join('r', { name: 'other' })).rejects.toMatchObject(denied('banned'));
    await anna.act('ban', { user: id, seconds: 0 });
    await post('again');
    scene.part.addresses = ['here', ''];
    await expect(anna.act('ban', { user: POSTER_ID_MIN, seconds: 60 })).rejects.toMatchObject({ code: 'no_such_user' });
  });

  it('has a sender who can be muted', async () => {
    const { id } = fromOf(await post('loud'));
    await anna.act('mute', { user: id, seconds: 60 });
    await expect(post('louder')).rejects.toMatchObject(denied('muted'));
    await anna.act('mute', { user: id, seconds: 60, quiet: true });
    await post('nobody hears it');
    expect(await scene.texts(bert)).toEqual(['loud']);
  });

  it('of a banned user is refused', async () => {
    await anna.act('ban', { user: bert.id, seconds: 60 });
    await expect(post('x', { name: 'bert' })).rejects.toMatchObject(denied('banned'));
    scene.part.addresses = ['here', ''];
    await expect(post('x')).rejects.toMatchObject(denied('banned'));
  });

  it('makes a room that is nobody’s: the first user to enter it owns it, and it expires', async () => {
    const { store } = scene.part;
    await post('first', { room: 'new' });
    await scene.worker.fanOut.advanceRoom('new');
    const left = await Promise.all(
      ['log', 'delivered'].map((key) => store.redis.pttl(`${store.keys.room('new')}:${key}`)),
    );
    for (const ms of left) expect(ms).toBeGreaterThan(0);
    expect(await store.redis.pttl(store.keys.posters('new'))).toBeLessThanOrEqual(store.config.roomTtl * 1_000);
    const { owner, room, person } = await scene.join('new', { name: 'Dora' });
    expect(owner).toEqual(expect.any(String));
    expect(room.history.map(({ text }: ChatEvent) => text)).toEqual(['first', undefined]);
    expect((await scene.join('new')).owner).toBeUndefined();
    await person.act('rules', { slow: 5 });
    await leave(store, parseToken(person.token));
  });

  it('in an empty room keeps it for as long as a visit', async () => {
    const { store } = scene.part;
    for (const one of [anna, bert]) await leave(store, parseToken(one.token));
    await store.redis.pexpire(store.keys.log('r'), 5_000);
    await post('still here');
    expect(await store.redis.pttl(store.keys.log('r'))).toBeGreaterThan(5_000);
    expect((await scene.join('r')).owner).toBeUndefined(); // it had an owner, who can come back
  });

  it('remembers a bounded number of senders, with hashes of their addresses, for two days', async () => {
    const { redis, keys } = scene.part.store;
    for (let i = 0; i < 203; i += 1) await post('x', { name: `build ${i}` });
    expect(await redis.zcard(keys.posters('r'))).toBe(200);
    expect(await redis.pttl(keys.posters('r'))).toBeGreaterThan(48 * 3_600_000);
  });
});
