/** Outgoing hooks: what they send, whom they obey, and what nobody gets to see. */
import { createHmac } from 'node:crypto';
import { describe, expect } from 'vitest';
import { bothPlans, freshRoom } from '../support/fixtures/parts.js';
import type { Received } from '../support/hook-receiver.js';
import { HOOKS_ON, HooksWorld } from '../support/hooks-world.js';

describe.for(bothPlans(HOOKS_ON))('a hook (%s)', ([, it]) => {
  let world: HooksWorld;
  it.beforeEach(async ({ scene }) => {
    world = await HooksWorld.open(scene, freshRoom());
  });
  it.afterEach(() => world.close());

  it('sends what is said from then on, as members see it, signed', async () => {
    await world.say('before');
    const { id, secret } = await world.add();
    await world.say('one', 'two');
    await world.work();
    await world.say('three');
    await world.later();
    expect(world.receiver.texts).toEqual(['one', 'two', 'three']);
    const [{ headers, body }] = world.receiver.all as [Received];
    const { events, ...rest } = JSON.parse(body);
    expect(rest).toEqual({ room: world.room, hook: id });
    const { events: history } = await world.anna.act('history', { types: ['message'] });
    expect(events).toEqual(history.slice(1, 3));
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(Math.abs(Number(headers['webhook-timestamp']) * 1_000 - Date.now())).toBeLessThan(60_000);
  });

  it('sends only what all members may read: nothing private, quietly muted, held, imported or removed', async () => {
    const [bert, eve] = await world.scene.people(world.room, 'Bert', 'Eve');
    await world.add();
    await world.anna.act('mute', { user: eve.id, seconds: 60, quiet: true });
    await world.anna.act('send', { room: undefined, to: bert.id, text: 'private' });
    await eve.send(world.scene.part, 'muted');
    await world.anna.act('rules', { words: ['bad'], hold: true });
    await bert.send(world.scene.part, 'bad').catch(() => bert.send(world.scene.part, 'bad'));
    const { id } = await bert.send(world.scene.part, 'removed');
    await world.anna.act('remove', { id });
    const { id: changed } = await bert.send(world.scene.part, 'first');
    await bert.act('edit', { id: changed, text: 'edited' });
    await world.say('all');
    await world.later();
    expect(world.receiver.texts).toEqual(['edited', 'all']);
    const { messages } = (await world.anna.act('held')) as unknown as { messages: { id: string }[] };
    await world.anna.act('approve', { id: messages[0]?.id });
    await world.say('end');
    await world.later();
    expect(world.receiver.texts).toEqual(['edited', 'all', 'bad', 'end']);
  });

  it('sends what bots say only if it is to', async () => {
    await world.add();
    const { keys, redis } = world.scene.part.store;
    const { path } = await world.anna.act('incoming', { name: 'build' });
    await world.scene.part.call('post', { hook: String(path).slice('/h/'.length), text: 'by a bot' });
    await world.say('by Anna');
    await world.later();
    expect(world.receiver.texts).toEqual(['by Anna']);
    const { id } = await world.add({ bots: true });
    await redis.hset(keys.rules(world.room), `outAt:${id}`, '0-0 0 0');
    await world.later();
    expect(world.receiver.texts).toEqual(['by Anna', 'by a bot', 'by Anna']);
    expect((await world.list())[1]).toMatchObject({ bots: true });
  });

  it('has nothing to do while nothing is said, and one job when something is', async () => {
    await world.add();
    expect(await world.work()).toBe(0);
    await world.say('one', 'two', 'three');
    expect([await world.work(), await world.work()]).toEqual([1, 0]);
    expect(world.receiver.all).toHaveLength(1);
  });

  it('goes on when Redis has lost that it is due', async () => {
    await world.add();
    await world.say('one');
    const { keys, redis } = world.scene.part.store;
    await redis.hdel(keys.delivered(world.room), 'hooks');
    await world.later(2);
    await world.say('two');
    await world.later();
    expect(world.receiver.texts).toEqual(['one', 'two']);
  });

  it('sends in the same order from several rooms, five hooks of each, and no more can be added', async () => {
    for (let i = 0; i < 5; i += 1) await world.add();
    await expect(world.add()).rejects.toMatchObject({ code: 'bad_request', details: { field: 'url' } });
    await world.say('one', 'two');
    await world.later(4); // one host gets four letters at a time
    expect(world.receiver.texts.sort()).toEqual([...Array(5).fill('one'), ...Array(5).fill('two')]);
  });

  it('is removed, and sends nothing from then on', async () => {
    const { id } = await world.add();
    await world.say('one');
    await world.work();
    await world.say('two');
    await world.anna.act('hook', { id, on: false });
    await world.later(2);
    expect([world.receiver.texts, await world.list()]).toEqual([['one'], []]);
    await expect(world.anna.act('hook', { id, on: false })).rejects.toMatchObject({ details: { field: 'id' } });
    const { keys, redis } = world.scene.part.store;
    expect(Object.keys(await redis.hgetall(keys.rules(world.room))).filter((name) => /^out/.test(name))).toEqual([]);
    expect(await redis.hget(keys.delivered(world.room), 'hooks')).toBeNull();
  });

  it('keeps its address and secret to itself: in lists, the audit log, the export and events', async () => {
    const { person: bert } = await world.scene.join(world.room, { name: 'Bert' });
    const { id, secret } = await world.add({ url: `${world.receiver.url}/a-secret?with=more` });
    const { host } = new URL(world.receiver.url);
    const [hook] = await world.list();
    expect(hook).toEqual({
      ...{ id, shape: 'json', host, by: { id: world.anna.id, name: 'Anna' }, at: expect.any(Number), waiting: 0 },
    });
    expect(await world.audit()).toMatchObject([{ by: world.anna.id, hook: id, host, on: true }]);
    const seen = [await world.list(), await world.audit(), await world.anna.act('export'), await bert.act('enter')];
    const texts = JSON.stringify([...seen, await world.scene.told(bert)]);
    for (const one of ['a-secret', 'with=more', secret]) expect(texts).not.toContain(one);
  });

  it('obeys the owner alone', async () => {
    const [bert, eve] = await world.scene.people(world.room, 'Bert', 'Eve');
    await world.anna.act('moderate', { user: bert.id });
    const { id } = await world.add();
    for (const who of [bert, eve])
      for (const [op, more] of [
        ['hook', { url: 'https://example.com/' }],
        ['hook', { id, on: false }],
        ['hooks', {}],
      ])
        await expect(who.act(op as 'hook', more as object)).rejects.toMatchObject({ code: 'not_owner' });
    expect(await world.list()).toHaveLength(1);
  });

  it('sends nothing while the host has switched the room off', async () => {
    await world.add();
    await world.say('one');
    const { keys, redis } = world.scene.part.store;
    await redis.hset(keys.rules(world.room), 'off', 1);
    await world.later();
    expect(world.receiver.texts).toEqual([]);
    await redis.hdel(keys.rules(world.room), 'off');
    await world.later();
    expect(world.receiver.texts).toEqual(['one']);
  });

  it('needs url, or id and on; https or a network of the host; and for Telegram the chat', async () => {
    for (const [given, field] of [
      [{}, 'url'],
      [{ id: 'abcdefgh' }, 'url'],
      [{ url: 'https://example.com/', id: 'abcdefgh', on: true }, 'url'],
      [{ url: 'https://10.0.0.1/' }, 'url'],
      [{ url: 'https://api.telegram.org/bot1:x/sendMessage', shape: 'telegram' }, 'url'],
    ] as const)
      await expect(world.anna.act('hook', given)).rejects.toMatchObject({ code: 'bad_request', details: { field } });
    expect(await world.list()).toEqual([]);
  });
});

describe.for(bothPlans())('without HOOKS_OUT (%s)', ([, it]) => {
  it('nobody can add a hook', async ({ scene }) => {
    const world = await HooksWorld.open(scene, freshRoom());
    const refused = { code: 'not_allowed', details: { reason: 'hooks' } };
    await expect(world.add({ url: 'https://example.com/' })).rejects.toMatchObject(refused);
    expect(await world.list()).toEqual([]);
    await world.close();
  });
});
