/** The leases of real workers, and what becomes of them when a worker is killed. */
import { expect } from 'vitest';
import { sliceOf } from '../../shared/store/slices.js';
import { systemWith } from '../support/fixtures/system.js';
import { startOneRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({ env: { RATE_LIMITS: 'off' }, start: startOneRedis });
const ROOM = 'served';

it('the slices of a killed worker are taken up at the next message, while its jobs still count as active', async ({
  system,
  redis,
}) => {
  const channel = `wake:${sliceOf(ROOM)}`;
  const listeners = async (): Promise<number> => Number((await redis.pubsub('NUMSUB', channel))[1]);
  const anna = await TestUser.join(system.urls, { room: ROOM });
  const bert = await TestUser.join(system.urls, { room: ROOM });
  const follower = anna.follow();
  await bert.sendSurely('before');
  await until(async () => (await listeners()) === 1, 'a lease');
  await system.addWorker();
  await system.workers[0]?.kill();
  await until(async () => (await listeners()) === 0, 'nobody listens');
  await bert.sendSurely('after');
  await until(
    async () => (await listeners()) === 1 && (await redis.llen('bull:fanout:active')) >= 2,
    'the lease of the other worker',
  );
  await until(() => follower.texts().includes('after'), 'the message');
  await follower.stop();
  expect(follower.texts()).toEqual(['before', 'after']);
});

it('a slice that a worker serves is not served by another one', async ({ system, redis }) => {
  const slice = sliceOf(ROOM);
  const bert = await TestUser.join(system.urls, { room: ROOM });
  await bert.sendSurely('again');
  const channel = `wake:${slice}`;
  await until(async () => Number((await redis.pubsub('NUMSUB', channel))[1]) === 1, 'a lease');
  for (let i = 0; i < 20; i += 1) await bert.sendSurely(`more ${i}`);
  expect(Number((await redis.pubsub('NUMSUB', channel))[1])).toBe(1);
});
