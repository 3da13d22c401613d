/**
 * Values under random interleavings: writes at two processes, some of them repeated with their nonces, polls whose
 * answers are lost, inboxes that overflow, workers that die between two script calls, members that go, expire and come,
 * and everything cleared. The library's own code keeps what each member's page knows.
 */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { Answers } from '../../apps/web/client/answers.js';
import { bothWays, freshRoom } from '../support/fixtures/parts.js';
import type { Part, Worker } from '../support/parts.js';
import { pick } from '../support/pick.js';
import { drain, join, plain, run, steps, type World } from '../support/values-world.js';

describe.for(bothWays({ INBOX_MAX: '4' }))('values with LIVE=%s', ([, it]) => {
  let parts: Part[], workers: Worker[];
  it.beforeAll(({ part: here, otherPart, worker, otherWorker }) => {
    [parts, workers] = [
      [here, otherPart],
      [worker, otherWorker],
    ];
  });

  const worldOf = async (members: number): Promise<World> => {
    const world: World = { room: freshRoom(), parts, workers, members: [], sum: 0, count: 0 };
    for (let i = 0; i < members; i += 1) await join(world);
    return world;
  };

  it('are the same for every member as in Redis when all is quiet, and no version goes back', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const world = await worldOf(2);
        for (const step of sequence) await run(world, step);
        await drain(world);
        const kept = plain(((await pick(world.members, 0).call(1, 'get')) as unknown as Answers['get']).values);
        expect(kept.n ?? 0).toBe(world.sum);
        for (const one of world.members) if (one.present) expect(one.known).toEqual(kept);
        const owners = Object.keys(kept).flatMap((key) => /^@(\d+)\//.exec(key)?.slice(1).map(Number) ?? []);
        const present = world.members.filter((one) => one.present).map(({ id }) => id);
        expect(present).toEqual(expect.arrayContaining(owners)); // own values go with their user, however it went
        const log = await parts[0]?.store.redis.xrange(parts[0].store.keys.log(world.room), '-', '+');
        expect(log?.filter(([, fields]) => fields[3]?.startsWith('{"type":"value"'))).toEqual([]);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 20_000 },
    );
  });

  it('are added to exactly 1,000 times by 1,000 calls of 50 users, however often each is repeated', async () => {
    const world = await worldOf(50);
    const calls = world.members.flatMap((one) => Array.from({ length: 20 }, (_, i) => ({ one, id: `n${i}` })));
    await Promise.all(
      [...calls, ...calls.slice(0, 500)].map(({ one, id }, i) => one.call(i % 2, 'add', { key: 'n', id })),
    );
    expect(plain(((await pick(world.members, 0).call(0, 'get')) as unknown as Answers['get']).values)).toEqual({
      n: 1_000,
    });
  });

  it('have exactly one winner in each race to compare and set', async () => {
    const world = await worldOf(10);
    let version = '0';
    for (let round = 0; round < 20; round += 1) {
      const racers = world.members.map((one, i) => one.call(i % 2, 'set', { key: 'turn', value: i, if: version }));
      const outcomes = await Promise.allSettled(racers);
      const won = outcomes.filter((one) => one.status === 'fulfilled');
      expect(won).toHaveLength(1);
      version = String(won[0]?.value.version);
      for (const one of outcomes)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'conflict', details: { version } });
    }
  });
});
