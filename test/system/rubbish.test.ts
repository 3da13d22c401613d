/**
 * 10,000 requests of rubbish: always a well-formed answer, no 5xx, no crash, and nothing that grows. `npm run fuzz -- --seconds N`
 * goes on for longer.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { RedisClient } from '../../shared/redis/client.js';
import { call } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import type { TestApi, TestSystem } from '../support/processes.js';
import { allKeys } from '../support/redis.js';
import { rawBytes, rubbishFor } from '../support/rubbish.js';
import { faultOf, sendRaw, sendRubbish } from '../support/rubbish-replies.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const BATCH = 50;
/** How many times the usual, which takes some 4 s on two cores. */
const TIMES = Math.ceil(Number(process.env.FUZZ_SECONDS ?? 4) / 4);
const REQUESTS = 8_000 * TIMES;
const RAW = 2_000 * TIMES;
const PATIENCE = 60_000 * TIMES;
/** Beyond what is sent here: the counting is wanted, the limit is not. */
const LIMITS = Object.fromEntries(
  [
    'ADDRESS_JOINS',
    'ADDRESS_ROOMS',
    'ADDRESS_SENDS',
    'ROOM_SENDS',
    'ADDRESS_READS',
    'ADDRESS_IMPORTS',
    'ADDRESS_FAILURES',
    'ADDRESS_FORGETS',
    'ADDRESS_POLLS',
    'ROOM_JOINS',
    'FRUITLESS_CALLS',
    'ADDRESS_FRUITLESS',
  ].map((name) => [name, 1_000_000]),
);
/** Above what a garbage collector may leave lying about between two looks (MB); a leak of 10 KB a request is 80. */
const GROWTH = 60;
/** Keys that Redis may hold when nobody is there: counters, queues with bounded histories, keys that expire. */
const REMAINS =
  /^(users:next|joined:.*|shards|data-format|expiry|metrics|busiest:.*|samples|samples:by|bull:.*|limit:.*|salt:.*|forgetting:.*|room:.*:(nonce:.*|slow:.*|rate:.*|posters|exited:.*)|sequence:.*)$/;

const it = systemWith({
  apis: 2,
  env: { USER_TTL: 2, ROOM_TTL: 1, ADMIN_PASSWORD: 'not y', ...LIMITS },
});
let system: TestSystem, redis: RedisClient;
it.beforeAll(({ system: started, redis: client }) => {
  [system, redis] = [started, client];
});
const statuses = new Map<number, number>();

const anApi = (): TestApi => system.apis[Math.floor(Math.random() * system.apis.length)] ?? expect.fail();
const memoryOf = ({ pid }: TestApi): number =>
  Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

/** Sends batches of what `one` sends; the first that is answered by a 5xx is shown. */
async function assertHarmless<T>(
  count: number,
  arbitrary: fc.Arbitrary<T>,
  one: (rubbish: T) => Promise<string>,
): Promise<void> {
  const batch = fc.array(arbitrary, { minLength: BATCH, maxLength: BATCH, size: 'max' });
  await fc.assert(
    fc.asyncProperty(batch, async (all) => {
      const faults = await Promise.all(all.map(one));
      expect(all.flatMap((rubbish, i) => (faults[i] === '' ? [] : [[faults[i], rubbish]]))).toEqual([]);
      expect([...system.apis, ...system.workers].filter(({ ended }) => ended)).toEqual([]);
    }),
    { numRuns: count / BATCH, endOnFailure: true },
  );
}

async function sendMany(count: number, tokens: string[]): Promise<void> {
  await assertHarmless(count, rubbishFor(tokens), async (rubbish) => {
    const reply = await sendRubbish(anApi().url, rubbish);
    statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
    return reply.status < 500 ? faultOf(rubbish, reply) : `status ${reply.status}`;
  });
}

it(
  'requests of every kind bring a well-formed answer, no 5xx, no crash and no growth of memory',
  async () => {
    const tokens = (await Promise.all(Array.from({ length: 20 }, () => TestUser.join(system.urls)))).map(
      ({ token }) => token,
    );
    await sendMany(REQUESTS / 4, tokens);
    const before = system.apis.map(memoryOf);
    await sendMany((3 * REQUESTS) / 4, tokens);
    const grown = system.apis.map((api, i) => memoryOf(api) - (before[i] ?? 0));
    for (const megabytes of grown) expect(megabytes).toBeLessThan(GROWTH);
  },
  PATIENCE,
);

it('they were of every kind: good ones, refused ones, some that got no answer', () => {
  expect([200, 400, 401, 404].filter((status) => (statuses.get(status) ?? 0) < 20)).toEqual([]);
  expect(statuses.get(0) ?? 0).toBeLessThan(REQUESTS / 2);
});

it(
  'raw bytes bring no 5xx and no crash',
  async () => {
    await assertHarmless(
      RAW,
      rawBytes,
      async (bytes) => /^HTTP\/1\.1 5\d\d/m.exec(await sendRaw(Number(new URL(anApi().url).port), bytes))?.[0] ?? '',
    );
  },
  PATIENCE,
);

it('the log has no warning of it: nobody can fill it from outside', () => {
  const lines = [...system.apis, ...system.workers].flatMap((process) => process.output().split('\n'));
  expect(lines.filter((line) => /"level":(40|50|60)|[Uu]ncaught|[Uu]nhandled/.test(line))).toEqual([]);
});

it('everybody can still chat', async () => {
  const user = await TestUser.join(system.urls, { room: 'after' });
  await user.send('still here');
  const follower = user.follow();
  await until(() => follower.texts().includes('still here'), 'the message');
  await follower.stop();
  for (const url of system.urls) expect((await call(url, 'rooms')).status).toBe(200);
});

it('Redis is left with nothing that stays: users, names, rooms and logs are gone', async () => {
  await until(
    async () => (await allKeys(redis)).every((key) => REMAINS.test(key)),
    'all that was made has gone',
    30_000,
  ).catch(async () => expect((await allKeys(redis)).filter((key) => !REMAINS.test(key))).toEqual([]));
  const passing = (await allKeys(redis)).filter((key) => /:nonce:|^(sequence|busiest|samples)/.test(key));
  expect((await Promise.all(passing.map((key) => redis.ttl(key)))).filter((ttl) => ttl < 0 || ttl > 600)).toEqual([]);
  expect((await allKeys(redis, 'bull:*')).length).toBeLessThan(300);
});

it('with Redis away all is `unavailable` or refused, and nothing else', async () => {
  await system.redis.kill();
  await until(async () => (await call(system.urls[0] ?? '', 'rooms')).status === 503, 'Redis is missed');
  await assertHarmless(10 * BATCH, rubbishFor(['1.AAAAAAAAAAAAAAAAAAAAAAAA']), async (rubbish) =>
    faultOf(rubbish, await sendRubbish(anApi().url, rubbish)),
  );
});
