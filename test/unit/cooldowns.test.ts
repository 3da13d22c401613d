import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Cooldowns } from '../../apps/api/limits/cooldowns.js';
import type { ChatError } from '../../shared/protocol/errors.js';

let nowMs = 0;
beforeEach(() => {
  nowMs = 1_000;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Returns the seconds that a refusal asks to wait, or 0 if nothing is refused. */
function waitOf(cooldowns: Cooldowns): number {
  try {
    cooldowns.check('rename Ann', 'user');
    return 0;
  } catch (refusal) {
    return (refusal as ChatError).details.retryAfter ?? Number.NaN;
  }
}

test('a cooldown never asks for a longer wait than it was started with', () => {
  const cooldowns = new Cooldowns();
  for (let calls = 0; calls < 100; calls += 1) {
    cooldowns.check('rename Ben', 'user'); // reads the clock a little before
    nowMs += 0.7;
    cooldowns.start(`rename ${calls}`, 1_000);
    cooldowns.start('rename Ann', 1_000);
    expect(waitOf(cooldowns)).toBeLessThanOrEqual(1);
  }
});

test('a cooldown ends although the user goes on calling and each refusal is noted', () => {
  const cooldowns = new Cooldowns();
  cooldowns.start('rename Ann', 1_000);
  let waitedMs = 0;
  for (; waitOf(cooldowns) > 0 && waitedMs < 5_000; waitedMs += 10) {
    cooldowns.start('rename Ann', waitOf(cooldowns) * 1_000);
    nowMs += 10;
  }
  expect(waitedMs).toBeLessThanOrEqual(1_010);
});
