/** Counters never go down: what a process has counted stays in the sum when it ends, in order or not. */
import type { Counter } from 'prom-client';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { MetricsAggregate } from '../../shared/metrics/aggregate.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import type { RedisClient } from '../../shared/redis/client.js';
import { Keys } from '../../shared/store/keys.js';
import { limitMemory, openRedis, startRedis, type TestRedis, wipe } from '../support/redis.js';
import { until } from '../support/until.js';

let server: TestRedis;
let redis: RedisClient;

beforeAll(async () => {
  server = await startRedis();
  redis = openRedis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(() => wipe(redis));

/** A process that has counted so far, and taken one time. */
function counting(name: string, count: number): Metrics {
  const metrics = new Metrics(name, { redis, keys: new Keys(1) });
  metrics.counter('things_total', 'Things.', ['kind']).labels('a').inc(count);
  metrics.histogram('took_seconds', 'Times.', [1]).observe(0.5);
  return metrics;
}

function add(metrics: Metrics, count: number): void {
  (metrics.registry.getSingleMetric('chat_things_total') as Counter).labels('a').inc(count);
}

const lines = async (metrics: Metrics) => (await metrics.readAll()).split('\n').filter((line) => !line.startsWith('#'));
const processes = async (metrics: Metrics) =>
  (await lines(metrics)).filter((line) => line.startsWith('chat_memory_bytes')).length;

it('of processes that end, all at once even; their gauges go', async () => {
  const [reader, ...others] = ['reader', 'b', 'c', 'd'].map((name) => counting(name, 10));
  for (const other of others) await other.write();
  expect(await processes(reader ?? expect.fail())).toBe(4);
  await Promise.all(others.map((other) => other.close()));
  expect(await lines(reader ?? expect.fail())).toEqual(
    expect.arrayContaining([
      'chat_things_total{kind="a"} 40',
      'chat_took_seconds_count 4',
      'chat_took_seconds_bucket{le="1"} 4',
    ]),
  );
  expect(await processes(reader ?? expect.fail())).toBe(1);
  expect((await redis.hkeys('metrics')).sort()).toEqual(['ended', 'reader']);
  await reader?.close();
});

it('of a process that was killed: one field for all of them once it has written nothing from one look to the next', async () => {
  const reader = counting('reader', 1);
  await redis.hset(
    'metrics',
    'killed',
    JSON.stringify({ at: 0, figures: await counting('killed', 5).registry.getMetricsAsJSON() }),
  );
  expect(await lines(reader)).toContain('chat_things_total{kind="a"} 6');
  expect(await processes(reader)).toBe(1);
  const figures = new MetricsAggregate({ redis, keys: new Keys(1) }, 'reader');
  await figures.tidy();
  const looked = Date.now();
  await until(() => Date.now() > looked, 'a later time to write');
  await reader.write();
  await figures.tidy();
  expect((await redis.hkeys('metrics')).sort()).toEqual(['ended', 'reader']);
  expect(await lines(reader)).toContain('chat_things_total{kind="a"} 6');
  await reader.close();
});

it('while Redis takes no writes: every process gives the last sum, and later all that was counted meanwhile', async () => {
  const [a, b] = [counting('a', 10), counting('b', 10)];
  for (const one of [a, b]) await one.write();
  const counts = async (metrics: Metrics) =>
    (await lines(metrics)).filter((line) => /^chat_(things_total|took_seconds_count)/.test(line)).sort();
  const before = await counts(a);
  expect(before).toEqual(['chat_things_total{kind="a"} 20', 'chat_took_seconds_count 2']);
  await limitMemory(redis, 1);
  for (const one of [a, b]) add(one, 5);
  for (const one of [a, b]) expect(await counts(one)).toEqual(before);
  await limitMemory(redis, 0);
  await b.write();
  expect(await counts(a)).toEqual(['chat_things_total{kind="a"} 30', 'chat_took_seconds_count 2']);
  await Promise.all([a.close(), b.close()]);
});

it('a figure of the whole system that cannot be read is left out, not 0', async () => {
  const reader = counting('reader', 1);
  reader.systemGauge('broken', 'Not to be had.', () => Promise.reject(new Error('no')));
  expect((await lines(reader)).filter((line) => line.startsWith('chat_broken'))).toEqual([]);
  await reader.close();
});
