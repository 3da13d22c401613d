/**
 * Reactions under random interleavings: reactions by many users, messages that are sent, removed, cleared, trimmed and
 * forgotten, users who come, leave and are forgotten, API processes and workers that are killed between two commands.
 */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { bothPlans, freshRoom } from '../support/fixtures/parts.js';
import { steps, World } from '../support/reactions-world.js';

describe.for(bothPlans({ HISTORY: '4' }))('reactions, by %s', ([, it]) => {
  it('are the same for every member, for a newcomer and in Redis when all is quiet', async ({
    part,
    worker,
    otherWorker,
  }) => {
    const { redis, keys } = part.store;
    await redis.config('SET', 'stream-node-max-entries', 3); // so that logs are trimmed soon
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const world = new World(freshRoom(), part, [worker, otherWorker]);
        await world.join();
        await world.join();
        for (const step of sequence) await world.run(step);
        await world.settle();
        const newcomer = await world.join();
        const logged = (await redis.xrange(keys.log(world.room), '-', '+')).map(
          ([id, fields]) => ({ ...JSON.parse(fields[3] ?? ''), id }) as ChatEvent,
        );
        const messages = logged.filter(({ type }) => type === 'message').map(({ id }) => id);
        expect([...newcomer.shown.keys()]).toEqual(messages);
        for (const { shown } of world.pages)
          for (const [id, reactions] of shown)
            if (messages.includes(id)) expect(reactions).toEqual(newcomer.shown.get(id));
        const { bytes = '0', ...kept } = await redis.hgetall(keys.reactions(world.room));
        expect(Object.keys(kept).filter((id) => !messages.includes(id))).toEqual([]);
        const size = Object.entries(kept).reduce((sum, [id, text]) => sum + id.length + Buffer.byteLength(text), 0);
        expect(Number(bytes)).toBe(size);
        expect(logged.filter(({ type }) => type === 'reacted')).toEqual([]);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 20_000 },
    );
  });
});
