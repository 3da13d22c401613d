/** Since when the chat works or does not, which `/status` says, although nobody has asked in between. */
import { expect, it, vi } from 'vitest';
import { Status } from '../../apps/api/http/status.js';
import type { Store } from '../../shared/store/store.js';

it('is the time of this outage and not of an earlier one, also if nobody asked meanwhile', async () => {
  vi.useFakeTimers({ now: 0 });
  let reason: string | null = null;
  const availability = { check: async () => reason };
  const status = new Status({ availability, pressure: { isOn: false }, store: {} as Store }).watch();
  reason = 'its memory is full';
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await status.read()).toMatchObject({ state: 'away', since: 5_000 });
  reason = null;
  await vi.advanceTimersByTimeAsync(60_000);
  reason = 'the connection broke';
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await status.read()).toMatchObject({ state: 'away', since: 125_000 });
  vi.useRealTimers();
});
