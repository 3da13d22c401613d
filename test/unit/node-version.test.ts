/** When the host is told that its Node gets no more fixes. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { endOfLifeNotice } from '../../shared/node-version.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('the notice of the end of life of Node', () => {
  it.each([
    ['20.19.0', '2026-04-30'],
    ['21.7.3', '2024-06-01'],
    ['22.23.5', '2027-04-30'],
    ['23.11.1', '2025-06-01'],
    ['24.22.3', '2028-04-30'],
    ['25.9.0', '2026-06-01'],
    ['26.13.0', '2029-04-30'],
    ['27.0.0', '2030-04-30'],
  ])('of %s comes with the end of %s, not before', (version, lastDay) => {
    const midnight = Date.parse(`${lastDay}T23:59:59.999Z`) + 1;
    expect(endOfLifeNotice(version, midnight - 1)).toBe(null);
    expect(endOfLifeNotice(version, midnight)).toBe(
      `Node ${version} has had no fixes since ${lastDay}, not even for security holes. Install the current LTS version.`,
    );
  });

  it('does not come for a version that is newer than the table', () => {
    expect(endOfLifeNotice('28.0.0', Date.parse('2100-01-01'))).toBe(null);
    expect(endOfLifeNotice('200.0.0', Date.parse('2100-01-01'))).toBe(null);
  });

  it('is of the Node in use and of now when it is asked without a version', () => {
    vi.useFakeTimers({ now: Date.parse('2100-01-01') });
    expect(endOfLifeNotice()).toContain(`Node ${process.versions.node} has had no fixes since`);
  });
});
