/**
 * Bounds in bytes: an inbox, and one answer, hold so many at most, and what does not fit is told exactly or comes
 * later.
 */
import { expect } from 'vitest';
import { EVENTS_BYTES } from '../../shared/protocol/limits.js';
import { FanOutSteps } from '../../shared/store/fan-out.js';
import { touch } from '../../shared/store/inboxes.js';
import { partsWith } from '../support/fixtures/parts.js';
import { openFanOut, openPart } from '../support/parts.js';
import { joinAs } from '../support/people.js';

const ONE_SHARD = { SHARDS: '1', INBOX_BYTES: '65536' };
const LARGE = '😀'.repeat(1_900);

const it = partsWith(ONE_SHARD);

it('an inbox beyond its bytes loses its oldest events, says how many, and keeps the order of the others', async ({
  part,
  worker,
}) => {
  const reader = await part.join('large');
  const sender = await part.join('large');
  for (let i = 0; i < 60; i += 1) {
    await part.call('send', { token: sender.token, room: 'large', text: i % 3 === 0 ? `${i} ${LARGE}` : `${i}` });
    await worker.fanOut.advanceRoom('large');
  }
  const kept = await part.store.redis.memory('USAGE', part.store.keys.inbox(reader.id), 'SAMPLES', 0);
  expect(kept).toBeLessThanOrEqual(65_536 + 16_384); // what is little is measured now and then
  const { events, missed = 0 } = await part.poll(reader.token, reader.cursor);
  expect(missed).toBeGreaterThan(30);
  expect(events.map((event) => 'text' in event && Number.parseInt(String(event.text), 10))).toEqual(
    Array.from({ length: 62 - missed }, (_, i) => missed - 2 + i),
  );
});

it('small events in the same bytes all stay', async ({ part, worker }) => {
  const reader = await part.join('small');
  const sender = await part.join('small');
  for (let i = 0; i < 100; i += 1) await part.call('send', { token: sender.token, room: 'small', text: `${i}` });
  await worker.fanOut.advanceRoom('small');
  const { events, missed } = await part.poll(reader.token, reader.cursor);
  expect([events.length, missed]).toEqual([100, undefined]);
});

it('an inbox of who has never polled holds a hundred usual messages; of who has, all that an inbox may', async ({
  part,
  worker,
}) => {
  const [away, there] = [await joinAs(part, 'away'), await joinAs(part, 'away')];
  await there.becomeLive(part);
  for (let i = 0; i < 30; i += 1) await there.send(part, `${i} ${LARGE.slice(0, 1_000)}`);
  await worker.fanOut.advanceRoom('away');
  const kept = (id: number): Promise<number | null> =>
    part.store.redis.memory('USAGE', part.store.keys.inbox(id), 'SAMPLES', 0);
  expect(await kept(away.id)).toBeLessThanOrEqual(32_768);
  expect(await kept(there.id)).toBeGreaterThan(50_000);
  const { events, missed = 0 } = await away.poll(part);
  expect(missed).toBeGreaterThan(10);
  expect(missed + events.length).toBe(32); // two have joined
  await there.receive(part, `29 ${LARGE.slice(0, 1_000)}`);
  expect(there.texts).toHaveLength(30);
});

it('an inbox of a user that has polled stays whole when its page says that it closes, or Redis has lost its last moments', async ({
  part,
  worker,
}) => {
  const [reloading, reset, sender] = [
    await joinAs(part, 'farewell'),
    await joinAs(part, 'farewell'),
    await joinAs(part, 'farewell'),
  ];
  for (const reader of [reloading, reset]) await reader.becomeLive(part);
  const { store } = part;
  await part.call('leave', { token: reloading.token, after: 5 });
  const n = Number(await store.redis.hget(store.keys.user(reset.id), 'n'));
  const acked = { count: 1_000, eventId: '1-0', digest: 0 }; // of an event that is not there
  await touch(store, 0, part.polls.instanceFor(reset.id), [{ id: reset.id, n, acked, letGo: false }]);
  for (let i = 0; i < 22; i += 1) await sender.send(part, `${i} ${LARGE.slice(0, 1_000)}`);
  await worker.fanOut.advanceRoom('farewell');
  for (const reader of [reloading, reset]) {
    await reader.receive(part, `21 ${LARGE.slice(0, 1_000)}`);
    expect(reader.texts).toHaveLength(22);
  }
});

it('who reads what has gathered, an answer at a time, loses nothing of it to what comes meanwhile', async ({
  part,
  worker,
}) => {
  const [reader, sender] = [await joinAs(part, 'behind'), await joinAs(part, 'behind')];
  await reader.poll(part);
  for (let i = 0; i < 11; i += 1) await sender.send(part, `${i} ${LARGE.slice(0, 2_000)}`);
  await worker.fanOut.advanceRoom('behind');
  const kept = await part.store.redis.memory('USAGE', part.store.keys.inbox(reader.id), 'SAMPLES', 0);
  expect(kept).toBeGreaterThan(40_000);
  expect((await reader.poll(part)).missed).toBeUndefined();
  await sender.send(part, 'more');
  await worker.fanOut.advanceRoom('behind');
  expect((await reader.poll(part)).missed).toBeUndefined();
  expect(reader.texts).toHaveLength(12);
});

it('an answer ends before its bytes do, of a poll by either way of waiting and of history; the rest comes next', async ({
  redis,
}) => {
  const roomy = await openPart(redis.url, { SHARDS: '1' });
  const wide = await openFanOut(redis.url, { SHARDS: '1' });
  const reader = await roomy.join('answers');
  await roomy.store.redis.hset(roomy.store.keys.attached(0), reader.id, 'live:gone:0'); // at a process that has gone: all is kept for it
  const sender = await roomy.join('answers');
  for (let i = 0; i < 50; i += 1)
    await roomy.call('send', { token: sender.token, room: 'answers', text: `${i} ${LARGE}` });
  await wide.fanOut.advanceRoom('answers');
  const sizes: number[] = [];
  let cursor: string | null = reader.cursor;
  let count = 0;
  while (count < 52) {
    const answer = await roomy.poll(reader.token, cursor, 5);
    sizes.push(Buffer.byteLength(JSON.stringify(answer.events)));
    count += answer.events.length;
    cursor = answer.cursor;
  }
  expect(count).toBe(52);
  expect(sizes.length).toBe(7);
  for (const size of sizes) expect(size).toBeLessThan(EVENTS_BYTES + 1_000);
  const { events, more } = await roomy.call('history', { token: reader.token, room: 'answers', limit: 100 });
  expect([more, Number.parseInt(String((events.at(-1) as { text?: string }).text), 10)]).toEqual([true, 49]);
  await roomy.close();
  wide.close();
});

it('one script call copies a bounded number of bytes, and the next goes on', async ({ part, worker }) => {
  const sender = await part.join('copies');
  const { keys, redis: store } = part.store;
  await store.zadd(
    keys.members(0, 'copies'),
    ...Array.from({ length: 100 }, (_, i) => [3_000_000 + i, 3_000_000 + i]).flat(),
  );
  await worker.fanOut.advanceRoom('copies');
  await part.call('send', { token: sender.token, room: 'copies', text: LARGE });
  const steps = new FanOutSteps(worker.store);
  expect((await steps.deliver('copies', 0, await steps.readBatch('copies'))).status).toBe('more');
  await worker.fanOut.advanceRoom('copies');
  for (const id of [3_000_000, 3_000_099]) expect(await store.llen(keys.inbox(id))).toBe(2); // `joined` and the message
});

it('in a room of hundreds a large message takes more of what the room may say than a short one', async ({ redis }) => {
  const strict = await openPart(redis.url, { ...ONE_SHARD, RATE_LIMITS: 'on', ROOM_SENDS: '10' });
  const [owner, guest] = [await strict.join('budget'), await strict.join('budget')];
  await strict.store.redis.hset(
    strict.store.keys.roster('budget'),
    Object.fromEntries(Array.from({ length: 500 }, (_, i) => [4_000_000 + i, 'x'])),
  );
  await strict.call('send', { token: guest.token, room: 'budget', text: 'short' });
  await expect(strict.call('send', { token: guest.token, room: 'budget', text: LARGE })).rejects.toMatchObject({
    code: 'rate_limited',
  });
  await strict.call('send', { token: owner.token, room: 'budget', text: LARGE }); // no budget binds a role
  await strict.close();
});
