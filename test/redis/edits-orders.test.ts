/**
 * Edits under random interleavings: messages are sent, edited, taken back, removed, trimmed, cleared and forgotten at two
 * processes, some of them by users that are muted quietly; answers are lost, and workers die between two script calls.
 */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { compareIds } from '../../shared/protocol/events.js';
import { drain, join, type Shown, steps, takeStep, type World } from '../support/edits-world.js';
import { bothPlans, freshRoom } from '../support/fixtures/parts.js';
import { strayOverlay } from '../support/overlay.js';

/** What pages show of the messages that are still in the log. */
const kept = (shown: Shown, oldest: string, forgotten: Set<number>) =>
  Object.fromEntries([...shown].filter(([id, { from }]) => compareIds(id, oldest) >= 0 && !forgotten.has(from)));

describe.for(bothPlans({ HISTORY: '6', RATE_LIMITS: 'off' }))('edits (%s)', ([, it]) => {
  it('show every member what a newcomer reads when all is quiet, and leave nothing of what is gone', async ({
    part,
    otherPart,
    worker,
    otherWorker,
  }) => {
    const { redis, keys } = part.store;
    await redis.config('SET', 'stream-node-max-entries', '2'); // so that few messages are trimmed exactly
    let trimmed = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const world: World = {
          ...{ room: freshRoom(), parts: [part, otherPart], workers: [worker, otherWorker], pages: [] },
          ...{ sent: [], said: new Map(), forgotten: new Set() },
        };
        for (let i = 0; i < 2; i += 1) world.pages.push(await join(world));
        for (const step of sequence) await takeStep(world, step);
        await drain(world);

        const [first] = await redis.xrange(keys.log(world.room), '-', '+', 'COUNT', 1);
        const oldest = first?.[0] ?? '0-0';
        trimmed += world.sent.filter((id) => compareIds(id, oldest) < 0).length;
        const newcomer = await join(world);
        for (const [id, { text }] of newcomer.shown) expect(text).toBe(world.said.get(id));
        const isThere = (shown: Shown) => kept(shown, oldest, world.forgotten);
        for (const page of world.pages) expect(isThere(page.shown)).toEqual(isThere(await page.read()));
        const [owner] = world.pages; // it hears everybody who is not muted, and is never muted itself
        expect(isThere(owner?.shown ?? new Map())).toEqual(isThere(newcomer.shown));
        expect(await strayOverlay(part.store, world.room)).toEqual([]);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 30_000 },
    );
    expect(trimmed).toBeGreaterThan(100);
  });
});
