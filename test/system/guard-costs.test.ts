/** Calls that cost more than it seems: large messages, polls that return nothing, floods by one user or one network. */
import type { Redis } from 'ioredis';
import { describe, expect } from 'vitest';
import { networkOf } from '../../apps/api/limits/client-address.js';
import { KeyedSemaphore } from '../../apps/api/limits/keyed-semaphore.js';
import { readConfig } from '../../shared/config/config.js';
import type { RedisClient } from '../../shared/redis/client.js';
import { Keys } from '../../shared/store/keys.js';
import { EventStream } from '../support/event-stream.js';
import { systemWith } from '../support/fixtures/system.js';
import type { Polled } from '../support/follower.js';
import type { TestSystem } from '../support/processes.js';
import { masters } from '../support/redis.js';
import { until } from '../support/until.js';
import type { Joined } from '../support/user.js';
import { type Body, expectLimited, many, refused, taken, Visitors } from '../support/visitors.js';

/** One process, as some of this is counted by each alone. */
const LIMITS = {
  ADDRESS_JOINS: 20,
  ADDRESS_SENDS: 12,
  ROOM_SENDS: 12,
  ADDRESS_READS: 20,
  ADDRESS_IMPORTS: 30,
  ROOM_JOINS: 60,
  FRUITLESS_CALLS: 30,
  ADDRESS_FRUITLESS: 60,
};
const LARGEST = { text: '😀'.repeat(2_000), data: 'x'.repeat(4_094) };
/** The largest, each another: what is said twice costs more. */
const largest = (i: number) => ({ ...LARGEST, text: `${String.fromCodePoint(0x1f600 + i)}${LARGEST.text.slice(2)}` });

const it = systemWith({ env: { TRUST_PROXY: 1, ...LIMITS } });
let system: TestSystem, redis: RedisClient, keys: Keys;
it.beforeAll(({ system: started, redis: client }) => {
  [system, redis] = [started, client];
  keys = new Keys(readConfig({ REDIS_URL: system.redis.url }).shards);
});
const { ask, join } = new Visitors(() => system.urls);

describe('a message costs by its size', () => {
  it('its user: of the largest, a third as many may come at once', async () => {
    const token = await join('198.51.100.1', 'large-1');
    const sent = await many(20, (i) => ask(`198.51.100.${10 + i}`, 'send', { token, ...largest(i) }));
    expect(taken(sent)).toBeGreaterThan(3);
    expect(taken(sent)).toBeLessThan(9);
  });

  it('its address, and its room', async () => {
    const tokens = await many(4, (i) => join(`198.51.100.${2 + (i % 2)}`, `large-${2 + i}`));
    expect(taken(await many(8, (i) => ask('198.51.100.2', 'send', { token: tokens[i % 4], ...largest(i) })))).toBe(4);
    await join('198.51.100.39', 'crowd'); // whose room it is: what that user says does not count
    const crowd = await many(4, (i) => join(`198.51.100.${40 + i}`, 'crowd'));
    expect(
      taken(await many(8, (i) => ask(`198.51.100.${40 + i}`, 'send', { token: crowd[i % 4], ...largest(i) }))),
    ).toBe(4);
  });

  it('not more because of a script that takes more bytes', async () => {
    const token = await join('198.51.100.6', 'long');
    expect(
      taken(await many(12, (i) => ask('198.51.100.6', 'send', { token, text: `${i} ${'語'.repeat(1_300)}` }))),
    ).toBe(12);
  });
});

describe('an import costs by what is in it', () => {
  it('its address: one may import so many messages and values, whatever the rooms', async () => {
    const messages = Array.from({ length: 12 }, (_, i) => ({ at: 1, from: 'Eve', text: `${i}` }));
    const take = async (address: string, room: string): Promise<Body<object>> =>
      ask(address, 'import', {
        token: await join(address, room),
        room,
        data: { version: 1, messages, values: { a: 1 } },
      });
    expect(taken([await take('198.51.100.71', 'one'), await take('198.51.100.71', 'two')])).toBe(2);
    expectLimited(refused([await take('198.51.100.71', 'three')]), 3_600);
    expect((await take('198.51.100.72', 'four')).ok).toBe(true);
  });
});

describe('polls that give nothing', () => {
  /** Makes a user that has one event in its inbox, and two cursors from before it. */
  async function withOldCursors(): Promise<{ token: string; old: string[] }> {
    const room = `old-${Math.random()}`;
    const body = await ask<Joined>('198.51.100.57', 'join', { room });
    const { token, cursor } = body.ok ? body : expect.fail(body.error.message);
    const poll = async (at: string): Promise<Polled> => {
      const one = await ask<Polled>('198.51.100.57', 'poll', { token, cursor: at, timeout: 20 });
      return one.ok ? one : expect.fail(one.error.message);
    };
    const { cursor: next } = await poll(cursor); // its own joining
    await join('198.51.100.58', room);
    expect((await poll(next)).events).toHaveLength(1);
    return { token, old: [cursor, next] };
  }

  it('at once, again and again, make their user wait, and no other of that address', async () => {
    const [token, other] = [await join('198.51.100.51'), await join('198.51.100.51')];
    const answers: Body<Polled>[] = [];
    for (let i = 0; i < 60; i += 1) answers.push(await ask<Polled>('198.51.100.51', 'poll', { token, timeout: 0 }));
    expectLimited(refused(answers), 10);
    expect(taken(answers)).toBeGreaterThanOrEqual(30);
    expect(await ask('198.51.100.51', 'poll', { token: other, timeout: 0 })).toMatchObject({ ok: true });
  });

  it('but what the last one gave, as its user does not acknowledge it, likewise', async () => {
    const body = await ask<Joined>('198.51.100.52', 'join', { room: 'again' });
    const { token, cursor } = body.ok ? body : expect.fail(body.error.message);
    await until(
      async () =>
        (await ask<Polled>('198.51.100.52', 'poll', { token, cursor, timeout: 1 }).then(
          (one) => one.ok && one.events.length,
        )) === 1,
      'its own joining',
    );
    expectLimited(
      refused(
        await many(60, () => ask('198.51.100.52', 'poll', { token, cursor, timeout: 20 })).then((all) =>
          all.filter((one) => one.ok || one.error.code === 'rate_limited'),
        ),
      ),
      10,
    );
  });

  it.each([
    ['two old cursors in turn', (old: string[], i: number) => old[i % 2]],
    ['cursors that no process has given', (old: string[], i: number) => `${old[0]?.split('.')[0]}.${9 + i}.1-1`],
  ])('or what was given before, by %s', async (_, cursorOf) => {
    const { token, old } = await withOldCursors();
    const answers: Body<Polled>[] = [];
    for (let i = 0; i < 60; i += 1)
      answers.push(await ask<Polled>('198.51.100.57', 'poll', { token, cursor: cursorOf(old, i), timeout: 20 }));
    expectLimited(refused(answers), 10);
    expect(taken(answers)).toBeGreaterThanOrEqual(30);
  });

  it('or streams that do so', async () => {
    const { token, old } = await withOldCursors();
    for (let i = 0; i < 60; i += 1) {
      const headers = { 'X-Forwarded-For': '198.51.100.57' };
      const stream = new EventStream(system.urls[0] ?? '', { token, cursor: old[i % 2] }, { headers });
      await until(() => stream.answers.length > 0 || stream.ended, 'an answer');
      stream.close();
      if (stream.error) return expectLimited([{ ...stream.error }], 10);
      expect(stream.answers[0]?.events).not.toHaveLength(0);
    }
    expect.fail('no stream was refused');
  });

  it('do not count when they bring messages or signals, however many', async () => {
    const body = await ask<Joined>('198.51.100.53', 'join', { room: 'lively' });
    const { token, cursor } = body.ok ? body : expect.fail(body.error.message);
    const sender = await join('198.51.100.54', 'lively');
    let at = cursor;
    for (let i = 0; i < 40; i += 1) {
      let answer: Body<Polled> | null = null;
      void ask<Polled>('198.51.100.53', 'poll', { token, cursor: at, timeout: 20 }).then((one) => (answer = one));
      const polled = await until(
        async () => answer ?? ((await ask('198.51.100.54', 'signal', { token: sender, data: i })) && null),
        'an answer',
      );
      at = polled.ok ? polled.cursor : expect.fail(polled.error.message);
    }
  });

  it('and refused calls make many users of one address wait together, but not those who make none', async () => {
    const tokens = await many(8, () => join('198.51.100.55'));
    const innocent = await join('198.51.100.55');
    const answers = await many(8 * 20, (i) =>
      ask('198.51.100.55', 'exit', { token: tokens[i % 8], room: 'never-been-there' }),
    );
    expect(new Set(refused(answers).map(({ code }) => code))).toEqual(new Set(['not_in_room', 'rate_limited']));
    expect(await ask('198.51.100.55', 'members', { token: innocent })).toMatchObject({ ok: true });
  });

  it('may not be held with a head as long as a request can have', async () => {
    const token = await join('198.51.100.56');
    const response = await fetch(`${system.urls[0]}/api/poll?timeout=1`, {
      headers: { Authorization: `Bearer ${token}`, 'X-Forwarded-For': '198.51.100.56', 'X-Long': 'x'.repeat(20_000) },
    });
    expect([response.status, await response.json()]).toMatchObject([413, { error: { code: 'too_large' } }]);
  });
});

describe('who has to wait', () => {
  it('for its user is refused from memory', async () => {
    const token = await join('198.51.100.60');
    const askedOf = async (node: Redis): Promise<number> =>
      Number(/cmdstat_scard:calls=(\d+)/.exec(await node.info('commandstats'))?.[1] ?? 0);
    const asked = async (): Promise<number> =>
      (await Promise.all((await masters(redis)).map(askedOf))).reduce((sum, calls) => sum + calls); // one for each rename that is not refused before
    const before = await asked();
    for (let i = 0; i < 10; i += 1) await ask('198.51.100.60', 'rename', { token, name: `name ${i}` });
    await many(300, (i) => ask('198.51.100.60', 'rename', { token, name: `name ${i}` }));
    expect((await asked()) - before).toBeLessThan(150); // a few were taken, some more were under way
  });

  it('is told before anything of the request is read', async () => {
    await many(30, () => ask('198.51.100.61', 'join'));
    const init = { method: 'POST', headers: { 'X-Forwarded-For': '198.51.100.61' }, body: 'no JSON' };
    expect(await (await fetch(`${system.urls[0]}/api/join`, init)).json()).toMatchObject({
      error: { code: 'rate_limited' },
    });
  });
});

it('what is read costs by its size', async () => {
  const token = await join('198.51.100.70', 'heavy');
  const event = JSON.stringify({ type: 'message', room: 'heavy', from: { id: 1, name: 'x' }, ...LARGEST });
  for (let i = 0; i < 12; i += 1) await redis.xadd(keys.log('heavy'), '*', 'i', i, 'e', event);
  expect(taken(await many(20, () => ask('198.51.100.72', 'rooms')))).toBe(20);
  let read = 0;
  for (; (await ask('198.51.100.73', 'history', { token })).ok; read += 1) expect(read).toBeLessThan(20);
  expect(read).toBeGreaterThan(5);
  expect(read).toBeLessThan(15);
});

describe('a room', () => {
  it('takes so many newcomers, by join and by enter, from all addresses together', async () => {
    const token = await join('198.51.100.90', 'elsewhere');
    const answers = await many(100, (i) =>
      i % 4 ? ask(`198.51.101.${i}`, 'join', { room: 'full' }) : ask('198.51.100.90', 'enter', { token, room: 'full' }),
    );
    expect(taken(answers)).toBeLessThanOrEqual(60);
    expect(taken(answers)).toBeGreaterThan(30); // the one user that enters again and again was too fast itself
    expectLimited(refused(answers), 10);
  });

  it('of thousands takes so much less of each: an event there is many copies', async () => {
    await join('198.51.100.139', 'thousands');
    const tokens = await many(3, (i) => join(`198.51.100.${140 + i}`, 'thousands'));
    await redis.hset(
      keys.roster('thousands'),
      ...Array.from({ length: 2_996 }, (_, i) => [`${1_000_000 + i}`, `m${i}`]).flat(),
    );
    const answers = await many(10, (i) =>
      ask(`198.51.100.${150 + i}`, 'send', { token: tokens[i % 3], room: 'thousands', text: `${i}` }),
    );
    expect(taken(answers)).toBe(4);
  });
});

describe('a network of IPv6', () => {
  it('may do four times what one of its /64 may', async () => {
    const answers = await many(160, (i) =>
      ask(`2001:db8:0:${(0xab00 + (i % 16)).toString(16)}::1`, 'join', { room: `v6-${i % 8}` }),
    );
    expect(taken(answers)).toBe(4 * LIMITS.ADDRESS_JOINS);
    expectLimited(refused(answers), 60);
    await join('2001:db8:0:ac00::1');
  });

  it('may hold four times what one of its /64 may', () => {
    const places = new KeyedSemaphore(2);
    const take = (i: number): boolean => places.tryAcquire(`2001:db8:0:${(0xab00 + i).toString(16)}::/64`);
    expect(Array.from({ length: 10 }, (_, i) => take(i))).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    places.release('2001:db8:0:ab00::/64');
    expect([take(20), take(21), places.tryAcquire('2001:db8:0:ac00::/64')]).toEqual([true, false, true]);
  });

  it.each([
    ['2001:db8:0:ab12::/64', '2001:db8:0:ab00::/56'],
    ['2001:db8:0:12::/64', '2001:db8:0:0::/56'],
    ['192.0.2.7', null],
    ['gone', null],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
