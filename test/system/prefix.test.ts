/** Several chats on one Redis: with a REDIS_PREFIX each, none sees or touches anything of the other. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRedis } from '../support/redis.js';
import { kindsOf, TwoChats } from '../support/two-chats.js';
import { until } from '../support/until.js';

let two: TwoChats;
beforeAll(async () => {
  two = new TwoChats(await startRedis());
  await two.start();
});
afterAll(() => two.stop());

it('people of two chats talk in rooms of the same name', async () => {
  await two.talk();
});

it('an act of one host concerns its own chat only', async () => {
  expect(await two.switchOff('https://bad.example')).toEqual([['https://bad.example'], []]);
});

it('each chat counts its own processes', async () => {
  await until(async () => (await two.processes()).every((count) => count === 2), 'an API process and a worker');
});

it('all keys and channels begin with the prefix of a chat', async () => {
  const { keys, channels } = await two.names();
  expect(kindsOf(keys)).toEqual(
    expect.arrayContaining(['bull', 'data-format', 'host', 'limit', 'metrics', 'room', 'shards', 'user']),
  );
  expect(kindsOf(channels)).toEqual(expect.arrayContaining(['delivery', 'host', 'notice', 'signals']));
});
