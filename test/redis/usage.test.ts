/** The usage of pages and rooms, by day. */
import type { IncomingMessage } from 'node:http';
import { expect } from 'vitest';
import { Shares } from '../../apps/api/limits/shares/shares.js';
import { readUsage, Usage } from '../../apps/api/limits/shares/usage.js';
import type { RequestName } from '../../shared/protocol/operations.js';
import { emptyTest as it } from '../support/fixtures/parts.js';
import type { Part } from '../support/parts.js';

const [A, B] = ['https://a.example', 'https://b.example'];

/** An API process that counts. */
function counting({ store }: Part) {
  const shares = new Shares(() => 'calm');
  const note = (name: RequestName, origin: string, room: string, events = 0): void => {
    const req = { headers: { origin } } as unknown as IncomingMessage;
    shares.noteAnswer(shares.noteRequest(name, { room }, req), name, events);
  };
  return { note, usage: new Usage(store, shares) };
}

it('is the sum of all processes, by origin and room, the busiest first', async ({ part }) => {
  const [one, other] = [counting(part), counting(part)];
  for (let i = 0; i < 3; i += 1) one.note('send', A, 'x');
  one.note('poll', A, 'y', 7);
  await one.usage.write();
  other.note('poll', A, 'x', 5);
  other.note('set', B, 'x');
  other.note('poll', B, 'x');
  await Promise.all([one.usage.write(), other.usage.write()]); // the first has nothing new
  expect(await readUsage(part.store, 1)).toEqual([
    { origin: A, room: 'x', requests: 4, messages: 3, deliveries: 5 },
    { origin: B, room: 'x', requests: 2, messages: 1, deliveries: 0 },
    { origin: A, room: 'y', requests: 1, messages: 0, deliveries: 7 },
  ]);
});

it('has days of their own, and a sum over several', async ({ part }) => {
  const { redis, keys } = part.store;
  const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const { note, usage } = counting(part);
  note('poll', A, 'x');
  await usage.write();
  for (const ago of [0, 1, 6, 7]) await redis.zincrby(keys.usage(day(ago), 'requests'), 10, JSON.stringify([A, 'x']));
  const requestsOf = async (days: number) => (await readUsage(part.store, days)).map(({ requests }) => requests);
  expect(await requestsOf(1)).toEqual([11]);
  expect(await requestsOf(7)).toEqual([31]);
  expect(await requestsOf(14)).toEqual([41]);
});

it('is bounded, and is forgotten after two weeks', async ({ part }) => {
  const { redis } = part.store;
  const { note, usage } = counting(part);
  for (let round = 0; round < 3; round += 1) {
    for (let i = 0; i < 10; i += 1) note('send', A, 'busy');
    for (let i = 0; i < 500; i += 1) note('send', A, `r${round}-${i}`);
    await usage.write();
  }
  const keys = await redis.keys(part.store.keys.usage('*', '*'));
  expect(keys.length).toBe(3 - 1); // nothing was delivered
  for (const key of keys) {
    expect(await redis.zcard(key)).toBe(300);
    expect(await redis.ttl(key)).toBeGreaterThan(13 * 86_400);
    expect(await redis.ttl(key)).toBeLessThanOrEqual(14 * 86_400);
  }
  expect((await readUsage(part.store, 1))[0]).toMatchObject({ room: 'busy', requests: 30 });
  expect((await readUsage(part.store, 1)).length).toBe(50);
});
