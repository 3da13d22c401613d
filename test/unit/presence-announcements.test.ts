import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PresenceAnnouncements } from '../../apps/api/presence-announcements.js';

let announced: string[] = [];
let presence: PresenceAnnouncements;
beforeEach(() => {
  vi.useFakeTimers();
  announced = [];
  presence = new PresenceAnnouncements((room) => announced.push(room));
});
afterEach(() => void vi.useRealTimers());

/** Lets time pass. Returns how often rooms were announced meanwhile. */
function pass(ms: number): number {
  vi.advanceTimersByTime(ms);
  return announced.splice(0).length;
}

test('the first one is announced at once, those that come soon after together, and none is left', () => {
  presence.announce('r');
  expect(pass(0)).toBe(1);
  for (let i = 0; i < 20; i += 1) presence.announce('r');
  expect(pass(400)).toBe(0);
  expect(pass(200)).toBe(1);
  expect(pass(5_000)).toBe(0);
  presence.announce('r');
  expect(pass(0)).toBe(1);
});

test('while people go on coming, they are announced every second', () => {
  for (let ms = 0; ms < 10_000; ms += 50) {
    presence.announce('r');
    vi.advanceTimersByTime(50);
  }
  expect(announced.length).toBeLessThanOrEqual(12);
  expect(announced.length).toBeGreaterThanOrEqual(9);
});

test('rooms do not wait for each other', () => {
  presence.announce('r');
  presence.announce('s');
  expect(announced).toEqual(['r', 's']);
});
