/**
 * Guessing the keys of rooms: it is bounded by address, tells nothing by limits, and keeps nobody out who has a key.
 */
import { describe, expect } from 'vitest';
import { systemWith } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';
import type { Joined } from '../support/user.js';
import { expectLimited, many, refused, taken, Visitors } from '../support/visitors.js';

const FAILURES = 10;
const it = systemWith({
  apis: 2,
  workers: 0,
  env: { TRUST_PROXY: 1, ADDRESS_FAILURES: FAILURES, ROOM_JOINS: 8, ADDRESS_ROOMS: 4 },
});
let system: TestSystem, key: string;
it.beforeAll(async ({ system: started }) => {
  system = started;
  const made = await ask<Joined>('198.51.100.1', 'join', { room: 'locked' });
  const given = { token: made.ok ? made.token : '', room: 'locked', member: 'renew' };
  const renewed = await ask<{ member: string }>('198.51.100.1', 'keys', given);
  key = renewed.ok ? renewed.member : expect.fail(renewed.error.message);
});

const { ask } = new Visitors(() => system.urls);
let guesses = 0;
const guess = (address: string, room = 'locked') => ask(address, 'join', { room, key: `guess-${guesses++}` });

describe('an address that guesses', () => {
  it('has to wait at every process, by join and by enter; not with a key that was right, and not another address', async () => {
    const address = '198.51.100.2';
    const enter = async (with_: string) => ask(address, 'join', { room: 'locked', key: with_ });
    for (let i = 0; i < 2; i += 1) expect(await enter(key)).toMatchObject({ ok: true }); // at both processes
    const failures = refused(await many(FAILURES, () => guess(address)));
    for (const failure of failures) expect(failure).toMatchObject({ code: 'not_allowed', reason: 'key' });
    const isLimited = async () =>
      refused([await guess(address), await guess(address)]).every(({ code }) => code === 'rate_limited');
    await until(isLimited, 'both processes refuse to look');
    expectLimited(refused([await guess(address)]), 60);
    const joined = await ask<Joined>(address, 'join', { room: 'outside' });
    const token = joined.ok ? joined.token : expect.fail(joined.error.message);
    expectLimited(refused([await ask(address, 'enter', { token, room: 'locked', key: 'guess' })]), 60);
    for (let i = 0; i < 2; i += 1) expect(await enter(key)).toMatchObject({ ok: true });
    expect(refused([await guess('198.51.100.3')])).toMatchObject([{ reason: 'key' }]);
  });
});

describe('a room', () => {
  it('is told from none by no limit, and wrong keys take none of its newcomers', async () => {
    for (const room of ['locked', 'absent']) {
      const answers = await many(20, (i) => guess(`198.51.101.${i}`, room));
      expect(taken(answers)).toBe(0);
      for (const failure of refused(answers)) expect(failure).toMatchObject({ code: 'not_allowed', reason: 'key' });
    }
    expect(await ask('198.51.100.4', 'join', { room: 'locked', key })).toMatchObject({ ok: true });
    const nowhere = await many(FAILURES - 1, (i) => guess('198.51.100.5', `absent-${i}`));
    for (const failure of refused(nowhere)) expect(failure).toMatchObject({ code: 'not_allowed', reason: 'key' }); // more than ADDRESS_ROOMS
  });
});
