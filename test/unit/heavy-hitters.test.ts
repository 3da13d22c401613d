/** The busiest of very many, in bounded memory. */
import { expect, it } from 'vitest';
import { HeavyHitters } from '../../apps/api/limits/heavy-hitters.js';

it('keeps the busiest, however many others come once', () => {
  const tops = new HeavyHitters();
  for (let i = 0; i < 20_000; i += 1) {
    tops.note(`once ${i}`);
    if (i % 10 === 0) tops.note('often');
  }
  const kept = tops.top(1e9, 2);
  expect(kept[0]?.[0]).toBe('often');
  expect(kept.length).toBeLessThanOrEqual(1_000);
});

it('gives the rate of what comes steadily, and forgets what comes no more', () => {
  const tops = new HeavyHitters();
  let rate = 0;
  for (let step = 0; step < 60; step += 1) {
    for (let i = 0; i < 14; i += 1) tops.note('steady');
    rate = tops.top(1, 2)[0]?.[1] ?? 0;
    tops.decay();
  }
  expect(rate).toBeCloseTo(7, 1); // 14 in each two seconds
  for (let step = 0; step < 40; step += 1) tops.decay();
  expect(tops.top(1, 2)).toEqual([]);
});
