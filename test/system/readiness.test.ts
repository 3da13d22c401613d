/** /ready: whether a load balancer may send requests here; /health says another thing. */
import { describe, expect } from 'vitest';
import { VERSION } from '../../shared/version.js';
import { call, fetchText } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { masters, openRedis } from '../support/redis.js';
import { until } from '../support/until.js';

const it = systemWith({ workers: 0 });
let system: TestSystem, url: string;
it.beforeAll(({ system: started }) => {
  system = started;
  url = system.url;
});

async function get(path: string, base = url): Promise<{ status: number; body: unknown }> {
  const { status, text } = await fetchText('GET', `${base}${path}`);
  return { status, body: JSON.parse(text) as unknown };
}

const isReady = (base = url) => until(async () => (await get('/ready', base)).status === 200, 'readiness');
const refused = (reason: unknown) => ({ status: 503, body: { ok: false, reason } });

it('is 200 when all is well', async () => {
  await isReady();
  expect(await get('/ready')).toEqual({ status: 200, body: { ok: true } });
});

describe('a process that was told to end', () => {
  it('is no longer ready for DRAIN_NOTICE, but well, and serves all the same; then it ends in order', async () => {
    const ending = await system.addApi({ DRAIN_NOTICE: 2 });
    await isReady(ending.url);
    const stopped = ending.stop();
    await until(async () => (await get('/ready', ending.url)).status === 503, 'the notice');
    expect(await get('/ready', ending.url)).toEqual(refused('this process is about to end'));
    expect(await get('/health', ending.url)).toEqual({
      status: 200,
      body: { ok: true, version: VERSION, redis: 'up' },
    });
    expect((await call(ending.url, 'join')).status).toBe(200);
    expect(await stopped).toBe(0);
  });
});

it('is 503 with the missing ACL rule when the channels are refused, and /health too; all is well again by itself', async () => {
  const redis = openRedis(system.redis.url);
  const everywhere = async (channels: string) =>
    Promise.all((await masters(redis)).map((node) => node.acl('SETUSER', 'default', channels)));
  await everywhere('resetchannels');
  const reason = 'its user may not use all channels: the ACL rule &* is missing';
  await until(async () => (await get('/health')).status === 503, 'the loss');
  expect(await get('/ready')).toEqual(refused(`Redis is away: ${reason}`));
  expect(await get('/health')).toEqual({ status: 503, body: { ok: false, version: VERSION, redis: 'away', reason } });
  await everywhere('allchannels');
  await isReady();
  redis.disconnect();
});

it('with Redis away it is 503 with the reason, pages are served on, and all is well again by itself', async () => {
  await system.redis.kill();
  await until(async () => (await get('/health')).status === 503, 'the loss');
  expect(await get('/ready')).toEqual(refused(expect.stringMatching(/^Redis is away: /)));
  expect((await fetchText('GET', `${url}/chat.js`)).status).toBe(200);
  await system.redis.restart();
  await isReady();
});
