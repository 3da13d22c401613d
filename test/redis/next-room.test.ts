/** A room that is gone, and the next one of its name: nothing of the first one is there. */
import { describe, expect } from 'vitest';
import { finishForgetting } from '../../apps/worker/jobs/forget.js';
import { releaseDelayed } from '../../shared/store/delayed-messages.js';
import { bothPlans } from '../support/fixtures/parts.js';
import { passDays } from '../support/later.js';
import { allKeys, wipe } from '../support/redis.js';
import { plain, set } from '../support/values.js';

describe.for(bothPlans())('the next room of a name, with the plan %s,', ([, it]) => {
  it('has nothing of the former one, neither said nor delayed, held or remembered', async ({ scene }) => {
    const { store } = scene.part;
    const { redis, keys } = store;
    await wipe(redis);
    await redis.config('SET', 'rdbcompression', 'no'); // so that a dump can be searched
    const [anna, bert] = await scene.people('r', 'Anna', 'Bert');
    await anna.act('keys', { member: 'renew' });
    await anna.send(scene.part, 'a secret');
    await set(anna, 'value', 'a secret');
    await set(bert, '@me/value', 'a secret');
    await anna.act('rules', { delay: 60, words: ['rude'], hold: true });
    await bert.send(scene.part, 'a secret for later');
    await bert.send(scene.part, 'a rude secret');
    const line = (await redis.lindex(keys.delayed('r'), 0)) ?? '';
    expect(line).toContain('a secret for later');
    for (const one of [bert, anna]) await one.act('leave', { room: undefined });
    await passDays(store, 'r', 1.5);
    await redis.lset(keys.delayed('r'), 0, line.replace(/^(\S+) \d+/, '$1 1')); // due

    const { person: eve, owner } = await scene.join('r', { name: 'Eve' });
    expect(owner).toEqual(expect.any(String));
    await redis.zadd(keys.delayedRooms(keys.roomShard('r')), 1, 'r');
    await releaseDelayed(store, Date.now(), () => undefined);
    expect((await scene.told(eve)).filter(({ type }) => type !== 'joined')).toEqual([]);
    expect([await plain(eve), (await eve.act('held')).messages]).toEqual([{}, []]);
    for (const key of await allKeys(redis, `${keys.room('r')}:*`))
      expect(`${key} ${String(await redis.dump(key))}`).not.toContain('secret');
    expect(await redis.exists(keys.delayedRooms(keys.roomShard('r')))).toBe(0);
  });

  it('begins with its maker, also when a worker was late to remove messages of a banned user', async ({ scene }) => {
    const { store } = scene.part;
    await wipe(store.redis);
    const event = JSON.stringify({ type: 'removed', room: 'r', from: { id: 1, name: 'Anna' }, user: { id: 2 } });
    await store.redis.hset(store.keys.forgetting(store.keys.roomShard('r')), '2 message r', `1-0 1-0 1 ${event}`);
    await finishForgetting(store, 60_000, () => undefined, { abandonedMs: -1, rewriteMs: -1 });
    expect(await store.redis.exists(store.keys.forgetting(store.keys.roomShard('r')))).toBe(0);
    expect(await allKeys(store.redis, `${store.keys.room('r')}:*`)).toEqual([]);
    expect((await scene.join('r')).owner).toEqual(expect.any(String));
  });
});
