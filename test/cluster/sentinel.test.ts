/**
 * The chat with a master that Sentinels watch: when it is killed, the chat goes on with the replica that they choose.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Child } from '../support/child.js';
import { freePort } from '../support/ports.js';
import { startApi, startWorker, type TestApi, type TestWorker } from '../support/processes.js';
import { type OneRedis, startOneRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

let master: OneRedis;
let replica: OneRedis;
let sentinel: Child;
let folder: string;
let api: TestApi;
let worker: TestWorker;

beforeAll(async () => {
  [master, replica] = await Promise.all([startOneRedis(), startOneRedis()]);
  await replica.follow(master);
  folder = await mkdtemp(join(tmpdir(), 'nobackend-sentinel-'));
  const port = await freePort();
  await writeFile(
    join(folder, 'sentinel.conf'),
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor chat 127.0.0.1 ${master.port} 1`,
      'sentinel down-after-milliseconds chat 1000',
    ].join('\n'),
  );
  [sentinel] = await Child.start(
    'redis-server',
    [join(folder, 'sentinel.conf'), '--sentinel'],
    process.env,
    /\+monitor/,
  );
  const client = new Redis(port);
  await client.call('SENTINEL', 'DEBUG', 'INFO-PERIOD', '100'); // else it hears of the replica after 10 s
  await until(() => sentinel.output().includes('+slave slave'), 'the Sentinel knows the replica');
  client.disconnect();
  const env = { REDIS_URL: `redis+sentinel://127.0.0.1:${port}/chat` };
  [api, worker] = await Promise.all([startApi(env), startWorker(env)]);
});
afterAll(async () => {
  await Promise.all([api, worker, sentinel].map((process) => process.stop()));
  await Promise.all([master.stop(), replica.stop()]);
  await rm(folder, { recursive: true });
});

it('goes on with the replica when the master is killed, with all it had', async () => {
  const [anna, bert] = [await TestUser.join(api.url, { name: 'Anna' }), await TestUser.join(api.url)];
  const follower = anna.follow();
  await bert.send('before');
  await until(() => follower.texts().includes('before'), 'the first message');
  await master.kill();
  await bert.sendSurely('after');
  await until(() => follower.texts().includes('after'), 'the second message', 30_000);
  expect(follower.texts()).toEqual(['before', 'after']);
  await follower.stop();
});
