/** The figures of all processes, as Prometheus asks for them; and /health, which all see. */
import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import type { RedisClient } from '../../shared/redis/client.js';
import { VERSION } from '../../shared/version.js';
import { root } from '../support/child.js';
import { call, fetchText } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import { basic } from '../support/host.js';
import type { TestSystem } from '../support/processes.js';
import { onCluster, openRedis } from '../support/redis.js';
import { refusal } from '../support/refusal.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const PASSWORD = 'pass:wörd ';
const it = systemWith({ apis: 2, workers: 2, env: { ADMIN_PASSWORD: PASSWORD } });
let system: TestSystem, url: string;
it.beforeAll(({ system: started }) => {
  system = started;
  url = started.url;
});

const get = (path: string, base = url): Promise<Response> =>
  fetch(base + path, { headers: { Authorization: basic('', PASSWORD) } });

/** The figures as one process gives them: `name{labels}` -> value. */
async function figuresOf(base: string): Promise<Map<string, number>> {
  const response = await get('/metrics', base);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

const connections = async (redis: RedisClient) =>
  Number(/connected_clients:(\d+)/.exec(await redis.info('clients'))?.[1]);

describe('the figures', () => {
  it('are those of all processes, whichever is asked', async () => {
    const users = await Promise.all(
      system.urls.flatMap((base) => [
        TestUser.join(base, { room: 'counted' }),
        TestUser.join(base, { room: 'counted' }),
      ]),
    );
    const followers = users.map((user) => user.follow());
    for (const user of users) await user.send('hello');
    await users[0]?.ask('set', { key: 'k', value: 'x'.repeat(98) });
    await Promise.all(system.urls.map((base) => call(base, 'members', { token: '1.x' })));
    await refusal(TestUser.join(system.urls, { room: 'a b' }));
    const expected = {
      'chat_requests_total{operation="join",outcome="ok"}': 4,
      'chat_requests_total{operation="send",outcome="ok"}': 4,
      'chat_requests_total{operation="members",outcome="unauthorized"}': 2,
      'chat_requests_total{operation="join",outcome="bad_request"}': 1,
      chat_users: 4,
      chat_rooms: 1,
      chat_values_bytes: 101,
      chat_staying_rooms: 0,
      chat_staying_rooms_address_max: 20,
      chat_fanout_queue_depth: 0,
    };
    for (const base of system.urls) {
      await until(async () => {
        const figures = await figuresOf(base);
        const held =
          (figures.get('chat_held_polls{way="blocking"}') ?? 0) + (figures.get('chat_held_polls{way="live"}') ?? 0);
        const fannedOut = figures.get('chat_fanout_events_total') ?? 0; // two workers that meet in a room both count: 8 or more
        return (
          held === 4 && fannedOut >= 8 && Object.entries(expected).every(([name, value]) => figures.get(name) === value)
        );
      }, `${base} gives the figures of all`).catch(async () =>
        expect(Object.fromEntries(await figuresOf(base))).toMatchObject(expected),
      );
    }
    await Promise.all(followers.map((follower) => follower.stop()));
  });

  it('are all there: what waits, what is delivered and how fast, what it costs', async () => {
    const figures = await figuresOf(url);
    const names = new Set([...figures.keys()].map((name) => name.replace(/\{.*/, '')));
    for (const name of [
      'held_polls',
      'live_users',
      'receipt_seconds_bucket',
      'fanout_queue_age_seconds',
      'redis_used_memory_bytes',
      'redis_maxmemory_bytes',
      'redis_connections',
      'deliveries_total',
      'fanout_delay_seconds_bucket',
      'fanout_duration_seconds_bucket',
      'event_loop_delay_seconds',
      'memory_bytes',
      'pressure',
      'pages_held_back',
    ]) {
      expect(names).toContain(`chat_${name}`);
    }
    expect(figures.get('chat_receipt_seconds_count')).toBeGreaterThan(0);
    expect(figures.get('chat_redis_clients')).toBeGreaterThanOrEqual(figures.get('chat_redis_connections') ?? Infinity);
    const processes = [...figures.keys()].flatMap(
      (name) => /^chat_memory_bytes\{process="(api|worker)-\w+"\}$/.exec(name)?.[1] ?? [],
    );
    expect(processes.sort()).toEqual(['api', 'api', 'worker', 'worker']);
    expect(figures.get('chat_fanout_delay_seconds_count')).toBeGreaterThan(0);
    if (onCluster) return; // its client opens connections as they are needed
    const redis = openRedis(system.redis.url);
    await until(
      async () => (await figuresOf(url)).get('chat_redis_connections') === (await connections(redis)) - 1,
      'all connections but ours are counted',
    );
    redis.disconnect();
  });

  it.each(['prometheus/alerts.yml', 'grafana/dashboard.json'])(
    'have every name that deploy/%s asks for',
    async (file) => {
      const text = await (await get('/metrics')).text();
      const there = new Set(
        [...text.matchAll(/^# TYPE (\w+) (\w+)/gm)].flatMap(([, name = '', type]) =>
          type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
        ),
      );
      const asked = [...readFileSync(`${root}/deploy/${file}`, 'utf8').matchAll(/\bchat_\w+/g)].map(([name]) => name);
      expect(asked.length).toBeGreaterThan(5);
      expect(asked.filter((name) => !there.has(name))).toEqual([]);
    },
  );

  it('forget a process that has ended, but not what it has counted', async () => {
    const extra = await system.addApi();
    const answers = async () => (await figuresOf(url)).get('chat_requests_total{operation="rooms",outcome="ok"}');
    for (let i = 0; i < 7; i += 1) await call(extra.url, 'rooms');
    const processes = async () =>
      [...(await figuresOf(url)).keys()].filter((name) => name.startsWith('chat_memory_bytes')).length;
    await until(async () => (await processes()) === 5, 'the new process is counted');
    await extra.stop();
    expect([await processes(), await answers()]).toEqual([4, 7]);
    const killed = await system.addApi();
    for (let i = 0; i < 3; i += 1) await call(killed.url, 'rooms');
    await until(async () => (await answers()) === 10, 'its figures are written');
    await killed.kill();
    expect(await answers()).toBe(10);
  });
});

describe('/health', () => {
  const health = async () => {
    const { status, text } = await fetchText('GET', `${url}/health`);
    return { status, body: JSON.parse(text) as unknown };
  };

  it('is 200 while all is well', async () => {
    expect(await health()).toEqual({ status: 200, body: { ok: true, version: VERSION, redis: 'up' } });
  });

  it('is 503 while Redis is away, as are the figures and the board, and 200 again by itself', async () => {
    await system.redis.kill();
    await until(async () => (await health()).status === 503, 'Redis is missed');
    expect(await health()).toEqual({
      status: 503,
      body: {
        ok: false,
        version: VERSION,
        redis: 'away',
        reason: expect.stringMatching(
          /^(the connection broke|connection refused|no node of the cluster can be reached)$/,
        ) as unknown,
      },
    });
    for (const path of ['/metrics', '/admin/queues/api/queues']) expect((await get(path)).status).toBe(503);
    await system.redis.restart();
    await until(async () => (await health()).status === 200, 'all is well again');
  });
});
