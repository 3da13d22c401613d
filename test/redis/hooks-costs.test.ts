/** The cost of outgoing hooks for fan-out: commands of Redis, counted by Redis itself. */
import { describe, expect } from 'vitest';
import { bothPlans, freshRoom } from '../support/fixtures/parts.js';
import { HOOKS_ON, HooksWorld } from '../support/hooks-world.js';
import { until } from '../support/until.js';

const MESSAGES = 20;

describe.for(bothPlans(HOOKS_ON))('fan-out (%s)', ([, it]) => {
  it('runs the same commands with 1,000 dead hooks as with none, in their rooms and in others', async ({ scene }) => {
    const { redis } = scene.worker.store;
    /** How often each command runs while something is said in a room, those within scripts included. */
    const commandsOf = async (world: HooksWorld): Promise<Record<string, number>> => {
      await redis.config('RESETSTAT');
      for (let i = 0; i < MESSAGES; i += 1) await world.say(`text ${i}`);
      const stats = await redis.info('commandstats');
      const counts = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, count]) => [
        name,
        +`${count}`,
      ]);
      return Object.fromEntries(counts.filter(([name]) => !/^(info|config)/.test(String(name))).sort());
    };
    const plain = await HooksWorld.open(scene, freshRoom());
    await plain.say('first');
    await plain.say('second'); // Redis knows the scripts now
    const before = await commandsOf(plain);
    expect(Object.keys(before)).toContain('xadd');

    const worlds: HooksWorld[] = [];
    for (let i = 0; i < 200; i += 1) {
      const world = await HooksWorld.open(scene, freshRoom());
      await world.receiver.down();
      for (let n = 0; n < 5; n += 1) await world.anna.act('hook', { url: world.receiver.url });
      worlds.push(world);
      await world.say('first');
    }
    // hooks that are new wait for one another, so only some of them have been tried
    let tried: HooksWorld | undefined;
    await until(async () => {
      while (await worlds[0]?.work());
      for (const world of worlds)
        if ((await world.list()).some(({ error }) => error?.message.startsWith('Nobody listens'))) tried = world;
      return tried !== undefined;
    }, 'a dead hook');
    expect(await commandsOf(plain)).toEqual(before);
    expect(await commandsOf(tried as HooksWorld)).toEqual(before);
    await plain.close();
  });
});
