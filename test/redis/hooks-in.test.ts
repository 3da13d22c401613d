/** Incoming webhooks: who makes them, what they may write, and what ends with them. */
import { describe, expect } from 'vitest';
import { HOOK_ID_MIN, HOOKS_MAX } from '../../shared/protocol/limits.js';
import { bothPlans } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import { wipe } from '../support/redis.js';
import type { Scene } from '../support/scene.js';

const GONE = { code: 'unauthorized', details: { field: 'hook' } };

describe.for(bothPlans())('an incoming webhook (%s)', ([, it]) => {
  let scene: Scene, anna: Person, bert: Person, owner: string;
  it.beforeEach(async ({ scene: given }) => {
    scene = given;
    await wipe(scene.part.store.redis);
    const made = await scene.join('r', { name: 'Anna' });
    [anna, owner] = [made.person, String(made.owner)];
    [bert] = await scene.people('r', 'Bert');
    await scene.told(bert);
  });

  /** Makes a webhook. Returns its secret. */
  const make = async (name = 'CI'): Promise<string> => String((await anna.act('incoming', { name })).path).slice(3);
  const call = (hook: string, text: string, more: object = {}) => scene.part.call('post', { hook, text, ...more });

  it('writes into its room as a bot, without coming or going', async () => {
    const { hook: id, path, hooks } = await anna.act('incoming', { name: 'CI' });
    expect(path).toMatch(/^\/h\/r\.[\w-]{24}$/);
    expect(hooks).toEqual([{ id, name: 'CI', at: expect.any(Number) as number, by: anna.id }]);
    expect(id).toBeGreaterThanOrEqual(HOOK_ID_MIN);
    await call(String(path).slice(3), 'build 12 is green');
    const from = { id, name: 'CI', bot: true };
    expect(await scene.told(bert)).toMatchObject([{ type: 'message', room: 'r', from, text: 'build 12 is green' }]);
    expect((await bert.act('members')).members).toHaveLength(2);
  });

  it('is made, listed and ended by the owner alone, and Redis has its hash', async () => {
    const secret = await make();
    const { person: carl } = await scene.join('r', { name: 'Carl' });
    await anna.act('moderate', { user: carl.id });
    for (const who of [bert, carl])
      for (const what of [{}, { name: 'x' }, { end: HOOK_ID_MIN }])
        await expect(who.act('incoming', what)).rejects.toMatchObject({ code: 'not_owner' });
    const { hooks } = await bert.act('incoming', { owner });
    expect(JSON.stringify(hooks)).not.toContain(secret);
    const { acts } = await anna.act('audit');
    expect(acts).toMatchObject([{ what: 'incoming', on: true, by: anna.id }, { what: 'moderate' }]);
    const { redis, keys } = scene.part.store;
    const known = JSON.stringify([await redis.hgetall(keys.rules('r')), acts, (await anna.act('export')).data]);
    expect(known).not.toContain(secret.slice(2));
  });

  it('is ended by its owner, and says no more', async () => {
    const [one, two] = [await make('one'), await make('two')];
    const { hooks } = await anna.act('incoming');
    const { id } = (hooks as { id: number; name: string }[]).find(({ name }) => name === 'one') ?? expect.fail();
    expect((await anna.act('incoming', { end: id })).hooks).toHaveLength(1);
    await expect(call(one, 'x')).rejects.toMatchObject(GONE);
    await call(two, 'still here');
    await expect(anna.act('incoming', { end: id })).rejects.toMatchObject({ details: { field: 'end' } });
  });

  it('is the same to a stranger whatever is wrong with the secret', async () => {
    const secret = await make();
    const wrong = ['', 'r', 'r.', `${secret}x`, secret.replace('r.', 's.'), `nowhere.${'x'.repeat(24)}`, 'a b.x'];
    for (const one of wrong) await expect(call(one, 'x')).rejects.toMatchObject(GONE);
    expect(await scene.texts(bert)).toEqual([]);
  });

  it('is not opened by another secret that leads to the same id', async () => {
    const other = await anna.act('incoming', { name: 'other' });
    await make();
    const { redis, keys } = scene.part.store;
    const fields = await redis.hgetall(keys.rules('r'));
    const [, value = ''] = Object.entries(fields).find(([, text]) => text.endsWith(' CI')) ?? [];
    await redis.hset(keys.rules('r'), `hook:${String(other.hook)}`, value);
    await expect(call(String(other.path).slice(3), 'x')).rejects.toMatchObject(GONE);
  });

  it('has a name of its own, and none of a role', async () => {
    await expect(anna.act('incoming', { name: 'Moderator' })).rejects.toMatchObject({ code: 'name_taken' });
    const secret = await make();
    await expect(call(secret, 'x', { name: 'Anna' })).rejects.toMatchObject({ details: { field: 'name' } });
    await expect(call(secret, 'x', { room: 's' })).rejects.toMatchObject({ details: { field: 'room' } });
  });

  it('is one of ten', async () => {
    for (let i = 0; i < HOOKS_MAX; i += 1) await make(`hook ${i}`);
    await expect(make()).rejects.toMatchObject({ code: 'bad_request', details: { field: 'name' } });
  });

  it('may speak in a read-only room and in one with a key, and is bound by all other rules', async () => {
    const secret = await make();
    await anna.act('rules', { readonly: true, words: ['rude'], links: false, slow: 60 });
    await anna.act('keys', { member: 'renew' });
    await expect(call(secret, 'https://example.com/')).rejects.toMatchObject({ details: { reason: 'links' } });
    await call(secret, 'a rude word');
    expect(await scene.texts(bert)).toEqual(['a •••• word']);
    await expect(call(secret, 'soon again')).rejects.toMatchObject({ code: 'rate_limited' });
    await anna.act('rules', { closed: true, slow: 0 });
    await expect(call(secret, 'x')).rejects.toMatchObject({ details: { reason: 'closed' } });
    await anna.act('rules', { closed: false, hold: 'all' });
    expect(await call(secret, 'may I?')).toMatchObject({ held: true });
  });

  it('is silent in a room that the host has switched off', async () => {
    const secret = await make();
    await scene.part.store.redis.hset(scene.part.store.keys.rules('r'), 'off', 1);
    await expect(call(secret, 'x')).rejects.toMatchObject({ details: { reason: 'off' } });
  });

  it('outlives a new owner, who can end it', async () => {
    const secret = await make();
    await anna.act('handover', { user: bert.id });
    await bert.act('own');
    await call(secret, 'still here');
    await expect(anna.act('incoming')).rejects.toMatchObject({ code: 'not_owner' });
    expect((await bert.act('incoming')).hooks).toHaveLength(1);
  });
});
