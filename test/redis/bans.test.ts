/** Users who are sent out of a room, or kept out: what they and the others are told, and what keeps them out. */
import { describe, expect } from 'vitest';
import { AddressHash } from '../../apps/api/limits/address-hash.js';
import { checkParameters } from '../../apps/api/operations/parameters/check.js';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { emptyTest } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import { allKeys } from '../support/redis.js';
import type { Scene } from '../support/scene.js';

const it = emptyTest;
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

describe('who is sent out', () => {
  it.each(['live', 'blocking'])('is told by its own `left`, once, and of nothing after it (%s)', async (way) => {
    if (way === 'live') await carl.becomeLive(scene.part);
    else await scene.told(carl);
    const waiting = carl.poll(scene.part, 5);
    await bert.send(scene.part, 'before');
    await anna.act('kick', { user: carl.id });
    await bert.send(scene.part, 'after');
    await scene.worker.fanOut.advanceRoom('mine');
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
    await expect(anna.act('kick', { user: carl.id })).rejects.toMatchObject(refused('no_such_user'));
    await scene.worker.fanOut.advanceRoom('mine'); // what it is owed
    expect(await redis.zscore(keys.members(keys.userShard(carl.id), 'mine'), String(carl.id))).toBeNull();
  });
});

describe('a ban', () => {
  const comeBack = (name: string, addresses: string[]) => {
    scene.part.addresses = addresses;
    return scene.join('mine', { name });
  };

  it('lasts for 90 days at most', async () => {
    const ninety = 90 * 86_400;
    const parse = (op: 'ban' | 'mute', seconds: number) =>
      checkParameters(op, { token: 't', room: 'mine', user: 1, seconds }).seconds;
    expect(parse('ban', ninety)).toBe(ninety);
    expect(() => parse('ban', ninety + 1)).toThrow('from 0 to 7776000');
    expect(() => parse('mute', 86_401)).toThrow('from 0 to 86400');
    await anna.act('ban', { user: carl.id, seconds: ninety });
    const [banned] = (await anna.act('audit')).banned as { until: number }[];
    expect(((banned?.until ?? 0) - Date.now()) / 1_000).toBeCloseTo(ninety, -2);
    await expect(comeBack('Carl', ['elsewhere', ''])).rejects.toMatchObject(refused('not_allowed', 'banned'));
  });

  it("keeps out the user, its nickname however it is written, and its address, today's and yesterday's; not others", async () => {
    scene.part.addresses = ['theirs', ''];
    const dora = (await scene.join('mine', { name: 'Dora' })).person;
    await anna.act('ban', { user: dora.id, seconds: 60 });
    expect(seen(await scene.told(bert), 'left').at(-1)).toMatchObject({
      from: { id: dora.id },
      by: { id: anna.id },
      banned: 60,
    });
    expect(seen(await scene.told(dora), 'left')).toMatchObject([{ banned: 60 }]);
    const banned = { code: 'not_allowed', details: { reason: 'banned', retryAfter: expect.any(Number) } };
    scene.part.addresses = ['elsewhere', ''];
    await expect(dora.act('enter')).rejects.toMatchObject(banned);
    await scene.part.call('rename', { token: dora.token, name: 'Else' });
    await expect(dora.act('enter')).rejects.toMatchObject(banned);
    await expect(comeBack('dОrA', ['elsewhere', ''])).rejects.toMatchObject(banned); // a Cyrillic О
    await expect(comeBack('Fresh', ['theirs', ''])).rejects.toMatchObject(banned);
    await expect(comeBack('Fresh', ['new', 'theirs'])).rejects.toMatchObject(banned);
    const { redis, keys } = scene.part.store;
    expect(await redis.hexists(keys.holders('mine'), 'fresh')).toBe(0); // nothing is left of who was not let in
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
    await anna.act('ban', { user: carl.id, seconds: 60, messages: true });
    await bert.send(scene.part, 'after');
    const told = await scene.told(bert);
    expect(told.map(({ type, user, text }) => [type, user?.id ?? text])).toEqual([
      ['left', undefined],
      ['removed', carl.id],
      ['message', 'after'],
    ]);
    expect(await scene.texts(bert)).toEqual(['kind', 'after']);
    expect((await bert.act('history')).events).toMatchObject([
      { type: 'joined' },
      { type: 'joined' },
      { type: 'joined', from: { id: carl.id } },
      { text: 'kind' },
      { type: 'left' },
      { type: 'removed' },
      { text: 'after' },
    ]);
    expect((await anna.act('audit')).acts).toMatchObject([
      { what: 'ban' },
      { what: 'remove', user: carl.id, name: 'Carl' },
    ]);
  });

  it("knows an address of yesterday by yesterday's salt, which is kept so long", async () => {
    const { redis, keys } = scene.part.store;
    const hashes = (): Promise<string[]> => new AddressHash({ redis, keys }).hashes('192.0.2.1');
    const [then] = await hashes();
    const [key = ''] = await allKeys(redis, keys.salt('*'));
    expect(await redis.ttl(key)).toBeGreaterThan(48 * 3_600);
    await redis.set(
      keys.salt(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)),
      (await redis.getdel(key)) ?? '',
    );
    const now = await hashes();
    expect([now.length, now[1]]).toEqual([2, then]);
    expect(now[0]).not.toBe(then);
  });

  it('ends when it is ended, or its time is up', async () => {
    await anna.act('ban', { user: carl.id, seconds: 60 });
    expect((await anna.act('audit')).banned).toEqual([{ id: carl.id, name: 'Carl', until: expect.any(Number) }]);
    await anna.act('ban', { user: carl.id, seconds: 0 });
    await carl.act('enter');
    await anna.act('ban', { user: carl.id, seconds: 60 });
    const { redis, keys } = scene.part.store;
    await redis.hset(
      keys.rules('mine'),
      'bans',
      ((await redis.hget(keys.rules('mine'), 'bans')) ?? '').replace(/^\d+/, '1'),
    );
    await carl.act('enter');
    expect((await anna.act('audit')).banned).toEqual([]);
  });
});
