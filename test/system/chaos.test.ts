/** A short run of `npm run chaos`: every kind of fault once, by a fixed schedule. */
import { expect, it } from 'vitest';
import { runChaos } from '../chaos/chaos.js';
import { HABITS } from '../chaos/habits.js';
import { FAULTS } from '../chaos/plan.js';
import { describe } from '../chaos/report.js';

/** Above what a busy machine takes to start all that was killed. */
const PATIENCE = 150_000;

it('loses, doubles and disorders nothing while processes are killed, stopped and cut off', {
  timeout: PATIENCE,
  retry: 0, // a loss that comes seldom is a loss
}, async () => {
  const report = await runChaos({
    seconds: 14,
    users: 12,
    rooms: 3,
    rate: 20,
    seed: 1,
    faults: [...FAULTS],
    habits: [...HABITS],
    fsync: 'always',
    live: 'on',
    apis: 2,
    workers: 2,
    redis: 'one',
    wait: 0,
  });
  expect(report.violations, describe(report)).toEqual([]);
  expect(report.verdict.delivered).toBeGreaterThan(report.verdict.acknowledged);
});
