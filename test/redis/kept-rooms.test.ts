/** Rooms that the host keeps: their rules outlive them when they are empty for long, and go on to work. */
import { describe, expect } from 'vitest';
import { releaseDelayed } from '../../shared/store/delayed-messages.js';
import { bothPlans, freshRoom } from '../support/fixtures/parts.js';
import { HOOKS_ON, HooksWorld } from '../support/hooks-world.js';
import { passDays } from '../support/later.js';
import type { Scene } from '../support/scene.js';

describe.for(bothPlans(HOOKS_ON))('in a kept room that was empty for long (%s)', ([, it]) => {
  let world: HooksWorld;
  it.beforeEach(async ({ scene }) => {
    world = await HooksWorld.open(scene, freshRoom());
    await scene.part.store.redis.hset(scene.part.store.keys.rules(world.room), 'kept', 1);
  });
  it.afterEach(() => world.close());

  /** All go, and the log expires. */
  async function beEmpty({ part, worker }: Scene): Promise<void> {
    await world.anna.act('exit');
    await worker.fanOut.advanceRoom(world.room);
    await world.work();
    await passDays(part.store, world.room, 2);
    expect(await part.store.redis.exists(part.store.keys.delivered(world.room))).toBe(0);
  }

  const post = ({ part }: Scene, text: string) => part.call('post', { room: world.room, name: 'build', text });

  it('a hook sends what is said then', async ({ scene }) => {
    await world.add();
    await beEmpty(scene);
    await world.anna.act('enter');
    await world.say('good morning');
    await world.work();
    expect(world.receiver.texts).toEqual(['good morning']);
  });

  it('a hook sends what is posted then', async ({ scene }) => {
    await world.add();
    await beEmpty(scene);
    await post(scene, 'good morning');
    await scene.worker.fanOut.advanceRoom(world.room);
    await world.work();
    expect(world.receiver.texts).toEqual(['good morning']);
  });

  it('a hook that has ended does not come back', async ({ scene }) => {
    const { id } = await world.add();
    const { redis, keys } = scene.part.store;
    await beEmpty(scene);
    await redis.hset(keys.rules(world.room), `outState:${id}`, '{"ended":"refused"}');
    await redis.zrem(keys.hooksOut(keys.roomShard(world.room)), `${world.room} ${id}`);
    await world.anna.act('enter');
    await world.say('good morning');
    expect(await world.work()).toBe(0);
  });

  it('a post that waits for approval waits until somebody comes who approves it', async ({ scene }) => {
    await world.anna.act('rules', { hold: 'all' });
    await beEmpty(scene);
    expect(await post(scene, 'good morning')).toMatchObject({ held: true });
    await world.anna.act('enter');
    const { redis, keys } = scene.part.store;
    expect(await redis.llen(keys.pending(world.room))).toBe(1);
  });

  it('a post with a delay comes', async ({ scene }) => {
    await world.anna.act('rules', { delay: 10 });
    await beEmpty(scene);
    await post(scene, 'good morning');
    const { redis, keys } = scene.part.store;
    const [line = ''] = await redis.lrange(keys.delayed(world.room), 0, -1);
    await redis.lset(keys.delayed(world.room), 0, line.replace(/^(\S+) \d+/, '$1 1'));
    await redis.zadd(keys.delayedRooms(keys.roomShard(world.room)), 1, world.room);
    await releaseDelayed(scene.worker.store, Date.now(), () => undefined);
    await world.anna.act('enter');
    expect(await scene.texts(world.anna)).toEqual(['good morning']);
  });
});
