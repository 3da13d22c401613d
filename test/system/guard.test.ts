/** Limits of one address: exact over all processes, refused with the time to wait, and never kept in clear. */
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect } from 'vitest';
import { ClientAddresses, limitedAddress } from '../../apps/api/limits/client-address.js';
import type { RedisClient } from '../../shared/redis/client.js';
import { systemWith } from '../support/fixtures/system.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { allKeys } from '../support/redis.js';
import { until } from '../support/until.js';
import { expectLimited, many, refused, taken, Visitors } from '../support/visitors.js';

const LIMITS = {
  ADDRESS_JOINS: 20,
  ADDRESS_ROOMS: 8,
  ADDRESS_SENDS: 10,
  ROOM_SENDS: 15,
  ADDRESS_READS: 12,
  ADDRESS_FAILURES: 10,
  ADDRESS_FORGETS: 2,
  ADDRESS_POLLS: 3,
};

const it = systemWith({ apis: 2, workers: 0, env: { TRUST_PROXY: 1, ...LIMITS } });
let system: TestSystem, redis: RedisClient;
it.beforeAll(({ system: started, redis: client }) => {
  [system, redis] = [started, client];
});

const visitors = new Visitors(() => system.urls);
const { ask, join } = visitors;

describe('one address', () => {
  it('may join so often, exactly, whichever processes it asks; another is not held up', async () => {
    const answers = await many(60, () => ask('198.51.100.1', 'join'));
    expect(taken(answers)).toBe(20);
    expectLimited(refused(answers), 60);
    await join('198.51.100.2');
  });

  it('that floods costs Redis nothing more', async () => {
    const counted = async (): Promise<number> =>
      Math.max(
        ...(await Promise.all((await allKeys(redis, 'limit:joins:*')).map((key) => redis.get(key)))).map(Number),
      );
    const before = await counted();
    expect(taken(await many(100, () => ask('198.51.100.1', 'join')))).toBe(0);
    expect(await counted()).toBe(before);
  });

  it('may make so many rooms, by join and by enter, and still join those that are there', async () => {
    const first = await join('198.51.100.3');
    const answers = await many(12, (i) =>
      i % 2
        ? ask('198.51.100.3', 'join', { room: `made-${i}` })
        : ask('198.51.100.3', 'enter', { token: first, room: `made-${i}` }),
    );
    expect(taken(answers)).toBeLessThanOrEqual(8);
    expectLimited(refused(answers), 3_600);
    for (const { code } of refused(await many(4, () => ask('198.51.100.3', 'join', { room: 'made-again' }))))
      expect(code).toBe('rate_limited');
    await join('198.51.100.3');
  });

  it('may send as much if its messages come one after the other, and what is refused is not said', async () => {
    const token = await join('198.51.100.44', 'orderly');
    const answers = [];
    for (let i = 0; i < 14; i += 1) answers.push(await ask('198.51.100.44', 'send', { token, text: `message ${i}` }));
    expect(answers.map(({ ok }) => ok)).toEqual([...Array(10).fill(true), ...Array(4).fill(false)]);
    expectLimited(refused(answers), 10);
    const read = await ask<{ events: { text?: string }[] }>('198.51.100.45', 'history', { token });
    const texts = read.ok ? read.events.flatMap(({ text }) => text ?? []) : [];
    expect(texts).toEqual(Array.from({ length: 10 }, (_, i) => `message ${i}`));
  });

  it('shares a larger limit with its network', async () => {
    const tokens: string[] = [];
    for (let i = 0; i < 5; i += 1) tokens.push(await join(`2001:db8:0:5${i}::1`, `network-${i}`));
    const answers = [];
    for (let i = 0; i < 50; i += 1)
      answers.push(await ask(`2001:db8:0:5${i % 5}::1`, 'send', { token: tokens[i % 5], text: `message ${i}` }));
    expect(taken(answers)).toBe(40);
    expectLimited(refused(answers), 10);
  });

  it('may send so much with all its users, and read so much', async () => {
    const tokens = await many(3, () => join('198.51.100.4', 'busy'));
    const sent = await many(18, (i) => ask('198.51.100.4', 'send', { token: tokens[i % 3], text: 'x' }));
    expect(taken(sent)).toBe(10);
    expectLimited(refused(sent), 10);
    const read = await many(18, (i) =>
      ask('198.51.100.4', ['history', 'members', 'rooms'][i % 3] ?? '', i % 3 === 2 ? {} : { token: tokens[0] }),
    );
    expect(taken(read)).toBe(12);
    expectLimited(refused(read), 10);
  });

  it('may have so many users forgotten, for which logs are written anew; leaving costs nothing', async () => {
    const tokens = await many(6, () => join('198.51.100.13'));
    const answers = await many(6, (i) =>
      ask('198.51.100.13', 'leave', { token: tokens[i], ...(i > 1 && { forget: true }) }),
    );
    expect(taken(answers)).toBe(4);
    const ban = { token: tokens[0], room: 'x', user: 1, seconds: 5, messages: true }; // as it does
    expectLimited(refused([...answers, await ask('198.51.100.13', 'ban', ban)]), 60);
  });

  it('may have so many polls held by one process; who goes gives its place back', async () => {
    const tokens = await many(8, () => join('198.51.100.5'));
    const gone = new AbortController();
    const held = tokens.map((token) =>
      ask('198.51.100.5', 'poll', { token, timeout: 30 }, gone.signal).catch(() => null),
    );
    const limited = await Promise.race(held);
    if (limited === null || limited.ok) expect.fail('no poll was refused');
    expectLimited([limited.error], 5);
    gone.abort();
    await Promise.all(held);
    await until(
      async () => taken(await many(2, (i) => ask('198.51.100.5', 'poll', { token: tokens[i], timeout: 0 }))) === 2,
      'the places are free',
    );
  });

  it('has the places of polls in a pipeline back, of which Node tells only the first that the client has gone', async () => {
    const [first, token] = [await join('198.51.100.67'), await join('198.51.100.66')];
    for (const url of system.urls) {
      const poll = (of: string, address: string): string =>
        `GET /jsonp/poll?callback=f&token=${of}&timeout=30 HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\n\r\n`;
      const worthless = Array.from({ length: 5 }, (_, i) => poll(`1.${'x'.repeat(23)}${i}`, '198.51.100.66'));
      const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
      socket.write([poll(first, '198.51.100.67'), ...worthless].join(''));
      await until(async () => (await fetch(`${url}/health`)).ok && socket.bytesWritten > 0, 'they are sent');
      socket.destroy();
    }
    await until(
      async () => taken(await many(2, () => ask('198.51.100.66', 'poll', { token, timeout: 0 }))) === 2,
      'the places are free',
    );
  });
});

it('one user may give so many signals, and enter, exit and rename so often', async () => {
  const token = await join('198.51.100.12');
  const signals = await many(150, (data) => ask('198.51.100.12', 'signal', { token, data }));
  expect(taken(signals)).toBeGreaterThanOrEqual(100);
  expectLimited(refused(signals), 1);
  const moves = await many(12, (i) => ask('198.51.100.12', i % 2 ? 'enter' : 'exit', { token, room: 'lobby' }));
  expectLimited(
    refused(moves).filter(({ code }) => code !== 'not_in_room'),
    1,
  );
});

describe('worthless tokens', () => {
  const guess = (i: number): string => `${900_000 + i}.${'A'.repeat(24)}`;

  it('may be tried so often from one address; then it has to wait, and no other', async () => {
    for (let i = 0; i < 10; i += 1)
      expect(await ask('198.51.100.6', 'poll', { token: guess(i), timeout: 0 })).toMatchObject({
        error: { code: 'unauthorized' },
      });
    const limited = await until(async () => {
      visitors.turn = 0; // always the same process: the other has not heard of it yet
      const body = await ask('198.51.100.6', 'history', { token: guess(Math.floor(Math.random() * 90_000)) });
      return body.ok || body.error.code !== 'rate_limited' ? null : body.error;
    }, 'the address has to wait');
    expectLimited([limited], 60);
    const token = await join('198.51.100.7');
    expect(await ask('198.51.100.7', 'poll', { token, timeout: 0 })).toMatchObject({ ok: true });
  });

  it('hold up no token of that address that was good at this process', async () => {
    const first = (): void => {
      visitors.turn = 0;
    };
    first();
    const token = await join('198.51.100.13');
    first();
    expect(await ask('198.51.100.13', 'members', { token })).toMatchObject({ ok: true });
    await until(async () => {
      first();
      return (
        refused([await ask('198.51.100.13', 'history', { token: guess(Math.floor(Math.random() * 90_000)) })])[0]
          ?.code === 'rate_limited'
      );
    }, 'the address has to wait');
    first();
    expect(await ask('198.51.100.13', 'poll', { token, timeout: 0 })).toMatchObject({ ok: true });
  });

  it('a page that goes on with an old one counts once', async () => {
    const answers = await many(60, () => ask('198.51.100.8', 'signal', { token: guess(7), data: 1 }));
    expect(new Set(refused(answers).map(({ code }) => code))).toEqual(new Set(['unauthorized']));
  });
});

it('a room takes so much from all addresses together', async () => {
  const tokens = await many(4, (i) => join(`198.51.100.${20 + i}`, 'public.flooded'));
  const sent = await many(24, (i) => ask(`198.51.100.${20 + (i % 4)}`, 'send', { token: tokens[i % 4], text: 'x' }));
  expect(taken(sent)).toBe(15);
  expectLimited(refused(sent), 10);
});

it('addresses are nowhere in clear: not in Redis, not in the logs; what is there expires', async () => {
  await redis.config('SET', 'rdbcompression', 'no'); // so that a dump can be searched
  const keys = await allKeys(redis);
  const values = await Promise.all(keys.map(async (key) => String(await redis.dump(key))));
  expect(
    [...keys, ...values, ...system.apis.map((api) => api.output())].filter((text) => text.includes('198.51.100')),
  ).toEqual([]);
  const passing = keys.filter((key) => /^(limit|salt):/.test(key));
  expect(passing.length).toBeGreaterThan(5);
  for (const key of passing) expect(await redis.pttl(key), key).not.toBe(-1);
});

it('RATE_LIMITS=off lets everything through', async () => {
  const open = await startSystem({ redis: system.redis, workers: 0, env: { ...LIMITS, RATE_LIMITS: 'off' } });
  const answers = await many(40, () => fetch(`${open.urls[0]}/api/join`, { method: 'POST', body: '{}' }));
  await open.stop();
  expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
});

it('without Redis everything is `unavailable`, nothing a fault', async () => {
  const token = await join('198.51.100.9');
  await system.redis.kill();
  for (const address of ['198.51.100.9', '198.51.100.10']) {
    for (const operation of ['join', 'rooms', 'send', 'history', 'poll', 'enter']) {
      const given = {
        join: {},
        rooms: {},
        send: { token, text: 'x' },
        history: { token },
        poll: { token },
        enter: { token, room: 'new' },
      }[operation];
      await until(async () => !(await ask(address, 'rooms')).ok, 'Redis is missed');
      expect(await ask(address, operation, given), operation).toMatchObject({
        ok: false,
        error: { code: 'unavailable', status: 503, retryAfter: expect.any(Number) },
      });
    }
  }
  await system.redis.restart();
  await until(async () => (await ask('198.51.100.11', 'join')).ok, 'the API is well again');
});

describe('an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
    ['', null],
    ['unknown', null],
    ['1.2.3', null],
    ['1.2.3.4.5', null],
    ['2001:db8::1::2', null],
    ['_secret', null],
  ])('%j counts as %j', (address, counted) => expect(limitedAddress(address)).toBe(counted));

  it.each([
    [0, '203.0.113.9', '127.0.0.1'],
    [1, undefined, '127.0.0.1'],
    [1, '203.0.113.9', '203.0.113.9'],
    [1, '6.6.6.6, 203.0.113.9', '203.0.113.9'],
    [2, '6.6.6.6, 203.0.113.9, 10.0.0.1', '203.0.113.9'],
    [2, '203.0.113.9', '203.0.113.9'],
    [1, '203.0.113.9:4711', '203.0.113.9'],
    [1, '[2001:db8::1]:443', '2001:db8:0:0::/64'],
    [1, '203.0.113.9, unknown', '127.0.0.1'],
    [1, ',,', '127.0.0.1'],
    [1, '::ffff:203.0.113.9', '203.0.113.9'],
    [1, `${'6.6.6.6,'.repeat(1_800)}203.0.113.9`, '203.0.113.9'],
    [1, `203.0.113.9${'9'.repeat(200)}`, '127.0.0.1'],
    [2, ',203.0.113.9', '127.0.0.1'],
    [3, '203.0.113.9, 10.0.0.1', '203.0.113.9'],
  ])('behind %i proxies, with X-Forwarded-For %j, is %s', async (proxies, header, expected) => {
    const seen = await new Promise<string>((resolve) => {
      const server = createServer((req: IncomingMessage, res) => {
        resolve(new ClientAddresses(proxies).of(req));
        res.end(() => server.close());
      }).listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        void fetch(`http://127.0.0.1:${port}`, {
          headers: { Connection: 'close', ...(header !== undefined && { 'X-Forwarded-For': header }) },
        });
      });
    });
    expect(seen).toBe(expected);
  });
});
