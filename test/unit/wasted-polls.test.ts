import { describe, expect, it } from 'vitest';
import { WastedPolls } from '../../apps/api/limits/wasted-polls.js';
import type { PollResult } from '../../apps/api/reply.js';

describe('the wasted share of an answer', () => {
  const polls = new WastedPolls();
  let token = '';
  let users = 0;
  it.beforeEach(() => {
    users += 1;
    token = `token-${users}`;
  });

  function answer(after: number, to: number, reset = false): number {
    return polls.wastedShare({ token, ms: 0, result: 'events', given: { after, to, reset } });
  }

  it('is nothing for new events, also after others were acknowledged or lost to the limit of the inbox', () => {
    expect([answer(0, 3), answer(3, 4), answer(9, 12)]).toEqual([0, 0, 0]);
  });

  it('is all of it for events that were given already, wherever it begins', () => {
    answer(0, 10);
    expect([answer(0, 10), answer(3, 10), answer(0, 10), answer(5, 6)]).toEqual([1, 1, 1, 1]);
  });

  it('is as much as is given again', () => {
    answer(0, 6);
    expect([answer(0, 8), answer(6, 8), answer(8, 9)]).toEqual([0.75, 1, 0]);
  });

  it('is all of it for resets in turn, but numbers that begin anew are new', () => {
    answer(0, 100);
    expect([answer(0, 5, true), answer(5, 7), answer(0, 7, true), answer(7, 7, true)]).toEqual([1, 0, 1, 1]);
    expect(answer(7, 8)).toBe(0);
  });

  it('is another user’s business alone', () => {
    answer(0, 5);
    token += ' of somebody else';
    expect(answer(0, 5)).toBe(0);
  });

  it.each([
    ['nothing', 0, 1],
    ['nothing', 1_000, 0],
    ['signal', 0, 0],
    ['events', 0, 0],
  ] as const)(
    'without events is by what it is and how soon it came: %s after %i ms',
    (result: PollResult, ms, share) => {
      expect(polls.wastedShare({ token, ms, result, given: null })).toBe(share);
    },
  );
});
