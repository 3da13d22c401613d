/** Upkeep: a chat in which nothing happens gets no jobs, and one with something to do gets the right ones. */
import type { Job, Queue } from 'bullmq';
import { expect } from 'vitest';
import { sweep } from '../../apps/worker/jobs/sweep.js';
import { Upkeep } from '../../apps/worker/jobs/upkeep.js';
import { openQueue, UPKEEP } from '../../shared/queues.js';
import { connectProducer } from '../../shared/redis/connect.js';
import { emptyWith } from '../support/fixtures/parts.js';

const it = emptyWith({ LIVE: 'off', USER_TTL: '30' });
const ONE_HOUR_MS = 3_600_000;

/** Looks once. Returns the names of the jobs that were added. */
async function look(store: ConstructorParameters<typeof Upkeep>[0], fanOut: ConstructorParameters<typeof Upkeep>[1]) {
  const added: string[] = [];
  const queue = { add: async (name: string) => void added.push(name) } as unknown as Queue;
  await new Upkeep(store, fanOut, { queue, leases: null }, (error) => {
    throw error;
  }).look();
  return added;
}

it('adds no job while nobody is stale and nothing is unfinished', async ({ scene }) => {
  await scene.join('r');
  expect(await look(scene.part.store, scene.worker.fanOut)).toEqual([]);
});

it('adds a job for a user that is stale', async ({ scene }) => {
  const { store } = scene.part;
  const { person } = await scene.join('r');
  const seen = store.keys.seen(store.keys.userShard(person.id));
  await store.redis.zadd(seen, Date.now() - ONE_HOUR_MS, person.id);
  expect(await look(store, scene.worker.fanOut)).toEqual(['expire']);
});

it('adds a job for an entry whose process has died', async ({ scene }) => {
  const { store } = scene.part;
  const { person } = await scene.join('r');
  const shard = store.keys.userShard(person.id);
  await store.redis.zadd(store.keys.moves(shard), Date.now() - ONE_HOUR_MS, `${person.id} 1 r`);
  expect(await look(store, scene.worker.fanOut)).toEqual(['expire']);
});

it('the sweep finds rooms whose events are from the future, as after a restore with a clock that is behind', async ({
  scene,
}) => {
  const { store } = scene.worker;
  await scene.join('r');
  await store.redis.zadd(store.keys.dirty(store.keys.roomShard('r')), Date.now() + ONE_HOUR_MS, 'r');
  const found: string[] = [];
  await sweep(store, scene.worker.fanOut, 0, (rooms) => void found.push(...rooms));
  expect(found).toContain('r');
});

it('adds a job for messages that are still to be removed', async ({ scene }) => {
  const { store } = scene.part;
  await scene.join('r');
  await store.redis.hset(store.keys.forgetting(store.keys.roomShard('r')), '7 all r', '0-0 0 1');
  expect(await look(store, scene.worker.fanOut)).toEqual(['forget']);
});

it('looks through all rooms once an hour, and for old messages only with MESSAGE_TTL', async ({ scene }) => {
  const { store } = scene.worker;
  const redis = connectProducer(store.config.redisUrl);
  const queue = openQueue(UPKEEP, redis, store.config);
  const scheduled = async (messageTtl: number): Promise<string[]> => {
    const upkeep = new Upkeep(
      { ...store, config: { ...store.config, messageTtl } },
      scene.worker.fanOut,
      { queue, leases: null },
      (error) => {
        throw error;
      },
    );
    await upkeep.start();
    upkeep.close();
    for (const name of ['weigh', 'stays', 'retain']) expect(await upkeep.run({ name } as Job)).not.toBeNull();
    return (await queue.getJobSchedulers()).map(({ key }) => key).sort();
  };
  expect(await scheduled(3_600)).toEqual(['overlays', 'retain', 'stays', 'weigh']);
  expect(await scheduled(0)).toEqual(['overlays', 'stays', 'weigh']);
  await queue.close();
  redis.disconnect();
});
