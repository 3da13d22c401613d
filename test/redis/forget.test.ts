/** `leave` with `forget`: what is gone from Redis then, what is left, and that the rooms go on. */
import { beforeEach, describe, expect } from 'vitest';
import { finishForgetting } from '../../apps/worker/jobs/forget.js';
import { continueUnfinished, ForgetBudget, forgetRoom, unfinished } from '../../shared/store/forget.js';
import { fillLog } from '../support/filled.js';
import { emptyTest } from '../support/fixtures/parts.js';
import { endEverybody, ghosts } from '../support/key-space.js';
import type { Part, Worker } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { allKeys } from '../support/redis.js';

const it = emptyTest;
let part: Part, worker: Worker, anna: Person, bert: Person;
it.beforeEach(async ({ scene }) => {
  ({ part, worker } = scene);
  await part.store.redis.config('SET', 'rdbcompression', 'no'); // so that a dump can be searched
  anna = await joinAs(part, 'r', 'Annabella');
  bert = await joinAs(part, 'r', 'Bert');
});

/** All that Redis holds of which the text is part. */
async function mentions(text: string): Promise<string[]> {
  const keys = await allKeys(part.store.redis);
  const held = await Promise.all(keys.map(async (key) => `${key} ${String(await part.store.redis.dump(key))}`));
  return held.filter((one) => one.includes(text));
}

const talk = async (): Promise<void> => {
  for (let i = 0; i < 250; i += 1) await anna.send(part, `mine-${i}`);
  await bert.send(part, 'of-bert');
  await part.call('send', { token: anna.token, to: bert.id, text: 'whispered' });
  await part.call('send', { token: bert.token, to: anna.id, text: 'answered' });
};
const rooms = (): string[] => ['r', `${anna.id}:${bert.id}`];
const advance = async (): Promise<void> => {
  for (const room of rooms()) await worker.fanOut.advanceRoom(room);
};
/** A worker's run some minutes later. */
const finish = () =>
  finishForgetting(worker.store, 60_000, (room) => void worker.fanOut.advanceRoom(room), {
    abandonedMs: -1,
    rewriteMs: -1,
  });
const forget = () => part.call('leave', { token: anna.token, forget: true });

describe('who leaves and wants to be forgotten', () => {
  it('leaves no message, no private talk and no key; only the line that it left', async () => {
    await talk();
    await advance();
    while ((await bert.poll(part)).events.length > 0);
    await forget();
    const unread = await part.call('history', { token: bert.token, room: 'r', limit: 100 });
    expect(unread.events.filter(({ from }) => from.id === anna.id).map(({ type }) => type)).toEqual(['left']);
    await finish();
    for (const text of ['mine-', 'whispered', 'answered']) expect(await mentions(text), text).toEqual([]);
    expect((await mentions('Annabella')).map((held) => held.split(' ')[0])).toEqual([part.store.keys.log('r')]);
    const { events } = await part.call('history', { token: bert.token, room: 'r', limit: 100 });
    expect(events.filter(({ from }) => from.id === anna.id).map(({ type }) => type)).toEqual(['left']);
    expect(events.map(({ text }) => text)).toContain('of-bert');
    expect((await joinAs(part, 'r', 'Annabella')).id).toBeGreaterThan(anna.id);
  });

  it('while nothing is delivered yet: what others say still is', async () => {
    await talk();
    await forget();
    await advance();
    await bert.send(part, 'afterwards');
    await advance();
    await bert.receive(part, 'afterwards');
    expect(bert.texts.filter((text) => text?.startsWith('mine-'))).toEqual([]);
    expect(bert.texts).toContain('of-bert');
    expect(
      await part.store.redis
        .hmget(part.store.keys.delivered('r'), 'appended', 'through')
        .then(([appended, through]) => appended === through),
    ).toBe(true);
    expect(await part.store.redis.zcard(part.store.keys.dirty(part.store.keys.roomShard('r')))).toBe(0);
    await endEverybody(part.store);
    expect(await ghosts(part.store)).toEqual([]);
  });

  it('is still told to have left, when expiry comes to it beside its own leave', async () => {
    await talk();
    await forget();
    await forgetRoom(part.store, 'r', { user: anna.id, scope: 'all' }, new ForgetBudget());
    await advance();
    const { events } = await part.call('history', { token: bert.token, room: 'r', limit: 100 });
    expect(events.filter(({ from }) => from.id === anna.id).map(({ type }) => type)).toEqual(['left']);
  });

  it('must be who it says', async () => {
    await anna.send(part, 'stays');
    await expect(part.call('leave', { token: `${anna.id}.${'A'.repeat(24)}`, forget: true })).rejects.toMatchObject({
      code: 'unauthorized',
    });
    await expect(part.call('leave', { token: anna.token, forget: true, after: 5 })).rejects.toMatchObject({
      code: 'bad_request',
      details: { field: 'forget' },
    });
    expect(await mentions('stays')).toHaveLength(1);
  });
});

describe('a log that is written anew after something was deleted in it', () => {
  const shard = (): number => part.store.keys.roomShard('r');
  const state = () => part.store.redis.hgetall(part.store.keys.forgetting(shard()));
  const entries = () => part.store.redis.xrange(part.store.keys.log('r'), '-', '+');
  const step = async (): Promise<boolean> => {
    for await (const one of unfinished(part.store, shard())) return continueUnfinished(part.store, one);
    return true;
  };

  beforeEach(async () => {
    await fillLog(part.store, 'r', {
      count: 1_200,
      from: (i) => (i % 2 === 0 ? { id: anna.id, name: 'Annabella' } : { id: bert.id, name: 'Bert' }),
      what: { text: 'said' },
    });
    await forget();
    expect(Object.keys(await state())).toEqual(['renew r']);
  });

  it('has what it had, and what came meanwhile; its ids go on', async () => {
    const before = await entries();
    expect(await step()).toBe(false);
    await bert.send(part, 'meanwhile');
    await finish();
    const after = await entries();
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)?.[1].join()).toContain('meanwhile');
    expect(await state()).toEqual({});
    expect(await allKeys(part.store.redis, '*:copy')).toEqual([]);
    await advance();
    await bert.receive(part, 'meanwhile');
  });

  it('lacks what was deleted meanwhile, and when it was emptied all', async () => {
    const [, second] = await entries();
    await step();
    await part.store.redis.xdel(part.store.keys.log('r'), second?.[0] ?? '');
    const left = await entries();
    await finish();
    expect(await entries()).toEqual(left);
    const dora = await joinAs(part, 'r', 'Dora');
    await dora.send(part, 'hers');
    await part.call('leave', { token: dora.token, forget: true });
    await step();
    await part.store.redis.xtrim(part.store.keys.log('r'), 'MAXLEN', 0);
    await finish();
    expect(await entries()).toEqual([]);
    expect(await state()).toEqual({});
  });

  it('still goes when its room is empty', async () => {
    await part.call('exit', { token: bert.token, room: 'r' });
    await finish();
    expect(await part.store.redis.ttl(part.store.keys.log('r'))).toBeGreaterThan(0);
  });
});
