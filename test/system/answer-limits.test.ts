/** How much one answer holds, and how much one user may be in and say at once. */

import { describe, expect } from 'vitest';
import { readConfig } from '../../shared/config/config.js';
import { Keys } from '../../shared/store/keys.js';
import { call } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { openRedis } from '../support/redis.js';
import { refusal } from '../support/refusal.js';
import { until } from '../support/until.js';
import { type Joined, TestUser } from '../support/user.js';

const it = systemWith({ env: { RATE_LIMITS: 'off' } });
let system: TestSystem, url: string, user: TestUser;
it.beforeAll(async ({ system: started }) => {
  system = started;
  url = system.url;
  user = await TestUser.join(url, { room: 'limits' });
});

describe('what one answer holds', () => {
  it('is 100 events of a poll; the rest comes with the next', async () => {
    const reader = await TestUser.join(url, { room: 'busy' });
    for (let i = 0; i < 110; i += 1) await reader.send(`${i}`);
    const redis = openRedis(system.redis.url);
    const inbox = new Keys(readConfig({ REDIS_URL: system.redis.url }).shards).inbox(reader.id);
    await until(async () => (await redis.llen(inbox)) === 111, 'all is in the inbox');
    redis.disconnect();
    const first = await reader.poll(0, { cursor: reader.joined.cursor });
    expect(first.events).toHaveLength(100);
    expect((await reader.poll(0, { cursor: first.cursor })).events).toHaveLength(11);
  });

  it('is 50 messages of history for who joins or enters, and up to 50 comings and goings among them', async () => {
    const writer = await TestUser.join(url, { room: 'past' });
    for (let i = 0; i < 60; i += 1) await writer.send(`${i}`);
    for (let i = 0; i < 60; i += 1) await (await TestUser.join(url, { room: 'past' })).ask('leave', {});
    const counts = ({ room: { history } }: Joined) =>
      ['message', 'joined', 'left'].map((one) => history.filter(({ type }) => type === one).length);
    expect(counts((await TestUser.join(url, { room: 'past' })).joined)).toEqual([50, 25, 25]);
    const entered = await user.ask<Joined>('enter', { room: 'past' });
    expect(counts(entered)).toEqual([50, 26, 24]);
    expect(entered.room.history.at(-1)).toMatchObject({ type: 'joined', from: { id: user.id } });
  });

  it('is 1,000 members, and `more` with their `count` when there are more', async () => {
    const member = await TestUser.join(url, { room: 'crowd' });
    const redis = openRedis(system.redis.url);
    const crowd = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => [String(1_000_000 + from + i), `m${from + i}`]).flat();
    await redis.hset(new Keys(readConfig({ REDIS_URL: system.redis.url }).shards).roster('crowd'), ...crowd(0, 999));
    expect(await member.ask('members')).toEqual({ ok: true, members: expect.objectContaining({ length: 1_000 }) });
    await redis.hset(
      new Keys(readConfig({ REDIS_URL: system.redis.url }).shards).roster('crowd'),
      ...crowd(999, 1_000),
    );
    expect(await member.ask('members')).toEqual({
      ok: true,
      members: expect.objectContaining({ length: 1_000 }),
      more: true,
      count: 1_001,
    });
    const { room } = await member.ask<Joined>('enter', { room: 'crowd' });
    expect(room).toMatchObject({ members: expect.objectContaining({ length: 1_000 }), more: true, count: 1_001 });
    redis.disconnect();
  });

  it('is 100 rooms', async () => {
    await Promise.all(Array.from({ length: 101 }, (_, i) => TestUser.join(url, { room: `many-${i}` })));
    const { rooms } = await call<{ rooms: object[] }>(url, 'rooms').then(({ body }) =>
      body.ok ? body : expect.fail(),
    );
    expect(rooms).toHaveLength(100);
  });
});

it('a user is in 200 rooms at most, and may enter another after leaving one', async () => {
  const traveller = await TestUser.join(url, { room: 'at-0' });
  for (let i = 1; i < 200; i += 1) await traveller.ask('enter', { room: `at-${i}` });
  const { code, field, message } = await refusal(traveller.ask('enter', { room: 'at-200' }));
  expect({ code, field, message }).toEqual({
    code: 'bad_request',
    field: 'room',
    message: 'A user can be in at most 200 rooms. Exit one first.',
  });
  await traveller.ask('enter', { room: 'at-199' }); // it is there already
  await traveller.ask('exit', { room: 'at-0' });
  await traveller.ask('enter', { room: 'at-200' });
});

it('20 messages of a user may come at once, not 40', async () => {
  const strict = await startSystem({ workers: 0 });
  const sender = await TestUser.join(strict.urls);
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      sender.send(`${i}`).then(
        () => true,
        () => false,
      ),
    ),
  );
  await strict.stop();
  expect(outcomes.filter(Boolean).length).toBeGreaterThanOrEqual(20);
  expect(outcomes.filter(Boolean).length).toBeLessThan(40);
});
