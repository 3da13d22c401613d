/** Redis goes, or takes no writes: what /health, the figures and the log say of it, in real processes. */
import { describe, expect } from 'vitest';
import type { RedisClient } from '../../shared/redis/client.js';
import { call, fetchText } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { limitMemory, onCluster, openRedis } from '../support/redis.js';
import { until } from '../support/until.js';

const it = systemWith({ env: { ADMIN_PASSWORD: 'x' } });
let system: TestSystem, url: string;
it.beforeAll(({ system: started }) => {
  system = started;
  url = system.url;
});

const health = async () => JSON.parse((await fetchText('GET', `${url}/health`)).text) as unknown;
const healthy = () => until(async () => (await fetchText('GET', `${url}/health`)).status === 200, 'all is well again');

/** Returns the lines about Redis that a process has logged since it had said `from` characters. */
function said(process: { output(): string } | undefined, from: number): string[] {
  const lines = (process?.output() ?? '').slice(from).trim().split('\n').filter(Boolean);
  return lines
    .map((line) => String((JSON.parse(line) as { msg: string }).msg))
    .filter((text) => !/listening|working/.test(text));
}

type Outage = [
  what: string,
  reason: string,
  line: { state: string; over: string },
  begin: (redis: RedisClient) => Promise<unknown>,
  end: (redis: RedisClient) => Promise<unknown>,
];
const OUTAGES: Outage[] = [
  [
    'full',
    'its memory is full (maxmemory)',
    { state: 'Redis takes no writes: its memory is full (maxmemory)', over: 'it takes writes again' },
    (redis) => limitMemory(redis, 1_000_000),
    (redis) => limitMemory(redis, 0),
  ],
  // of a cluster, one that is a replica is not asked
  ...(onCluster
    ? []
    : ([
        [
          'a replica',
          'it is a read-only replica',
          { state: 'Redis is away: it is a read-only replica', over: 'it is back' },
          (redis) => redis.replicaof('127.0.0.1', 1),
          (redis) => redis.replicaof('NO', 'ONE'),
        ],
      ] satisfies Outage[])),
];

describe.each(OUTAGES)('a Redis that is %s', (_what, reason, { state, over }, begin, end) => {
  it('is away for /health, not for the figures, and two lines in the log', async () => {
    const redis = openRedis(system.redis.url);
    const [api, worker] = [system.apis[0], system.workers[0]];
    const [before, workerBefore] = [api?.output().length ?? 0, worker?.output().length ?? 0];
    await begin(redis);
    for (let i = 0; i < 20; i += 1) expect((await call(url, 'join', { room: 'r' })).status).toBe(503);
    await until(async () => (await fetchText('GET', `${url}/health`)).status === 503, 'the refusal is noticed');
    expect(await health()).toMatchObject({ ok: false, redis: 'away', reason });
    expect(JSON.parse((await fetchText('GET', `${url}/ready`)).text)).toEqual({ ok: false, reason: state });
    const figures = async () => {
      const answer = await fetch(`${url}/metrics`, { headers: { Authorization: `Basic ${btoa(':x')}` } });
      return [answer.status, await answer.text()];
    };
    expect(await figures()).toEqual([200, expect.stringMatching(/^chat_redis_used_memory_bytes \d+$/m)]);
    await until(() => said(worker, workerBefore).length === 1, 'the worker has seen it go');
    await end(redis);
    await healthy();
    expect(await figures()).toEqual([200, expect.stringMatching(/outcome="unavailable"\} [2-9]\d/)]); // counted meanwhile
    await until(
      () => said(worker, workerBefore).length === 2 && said(api, before).length === 2,
      'all have seen it come back',
    );
    expect(said(api, before)).toEqual([
      `${state}; requests get \`unavailable\` until ${over}`,
      expect.stringMatching(/^Redis is back after \d+ s; requests refused: 20$/),
    ]);
    expect(said(worker, workerBefore)[0]).toBe(`${state}; what was sent is delivered when ${over}`);
    redis.disconnect();
  });
});

it('a Redis that is killed is two lines too, however many requests are refused', async () => {
  const [api, before] = [system.apis[0], system.apis[0]?.output().length ?? 0];
  await system.redis.kill();
  for (let i = 0; i < 20; i += 1) expect((await call(url, 'join', { room: 'r' })).status).toBe(503);
  await system.redis.restart();
  await healthy();
  await until(() => said(api, before).length === 2, 'its log has come');
  expect(said(api, before)).toEqual([
    expect.stringMatching(
      /^Redis is away: (the connection broke|no node of the cluster can be reached); requests get `unavailable` until it is back$/,
    ),
    expect.stringMatching(/^Redis is back after \d+ s; requests refused: 20$/),
  ]);
});

it('a process that is told to end does not wait for a Redis that hangs', async () => {
  const [api, worker] = await Promise.all([system.addApi(), system.addWorker()]);
  system.redis.pause();
  expect(await Promise.all([api.stop(), worker.stop()])).toEqual([0, 0]);
  system.redis.resume();
});
