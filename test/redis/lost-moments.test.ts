/**
 * A user's master loses its last moments (a failover, a crash) while the rooms' logs are elsewhere and whole: whatever was lost is delivered again, in
 * any order of rooms, and whatever cursor the client has from before, it gets every event of every room.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedisClient } from '../../shared/redis/owners.js';
import { type Answer, openFanOut, openPart, type Part } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { allKeys, openRedis, startRedis, type TestRedis } from '../support/redis.js';

/** One shard of users, whose keys are lost together. */
const SETTINGS = { SHARDS: '1' };
const ROOMS = 3;

type Step =
  | { kind: 'send'; room: number }
  | { kind: 'fanOut'; room: number }
  | { kind: 'poll'; part: number; lostAnswer: boolean }
  | { kind: 'live'; part: number }
  | { kind: 'tick'; part: number }
  | { kind: 'keep' }
  | { kind: 'lose'; order: number[]; heard: boolean }
  | { kind: 'hear' };

const part = fc.nat(1);
const room = fc.nat(ROOMS - 1);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const), room }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('fanOut' as const), room }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('poll' as const), part, lostAnswer: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('live' as const), part }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const), part }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('keep' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('lose' as const),
        order: fc.shuffledSubarray([0, 1, 2], { minLength: ROOMS }),
        heard: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('hear' as const) }) },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
);

/** What the keys of the user's shard were, and what they are made again. */
async function state(redis: RedisClient): Promise<Map<string, Buffer>> {
  const dumps = await Promise.all(
    (await userKeys(redis)).map(async (key) => [key, await redis.dumpBuffer(key)] as const),
  );
  return new Map(dumps.flatMap(([key, dump]) => (dump === null ? [] : [[key, dump]])));
}

async function restore(redis: RedisClient, before: Map<string, Buffer>): Promise<void> {
  const restoring = [...before].map(([key, dump]) => redis.restore(key, 0, dump, 'REPLACE'));
  await Promise.all([
    ...(await userKeys(redis)).filter((key) => !before.has(key)).map((key) => redis.del(key)),
    ...restoring,
  ]);
  // and what takes over has another replication id
  await Promise.all(
    [...before.keys()]
      .filter((key) => /^user:\{u0\}:\d+$/.test(key))
      .map((key) => redis.hset(key, 'lineage', 'of the former master')),
  );
}

const userKeys = (redis: RedisClient): Promise<string[]> => allKeys(redis, '*{u0}*');

/** A notice that was under way when its master was lost: numbers of attaches begin again where they were. */
function unlessSuperseded(error: { code?: string }): void {
  if (error.code !== 'superseded') throw error;
}

describe.each(['on', 'off'])('with LIVE=%s', (live) => {
  let redis: TestRedis;
  let parts: [Part, Part];
  let worker: Awaited<ReturnType<typeof openFanOut>>;
  let direct: RedisClient;
  let runs = 0;
  /** The processes do not know of the new master yet: they hear the one that is gone. */
  let deaf = false;

  beforeAll(async () => {
    redis = await startRedis();
    parts = [
      await openPart(redis.url, { ...SETTINGS, LIVE: live }),
      await openPart(redis.url, { ...SETTINGS, LIVE: live }),
    ];
    for (const one of parts.map(({ polls }) => polls.live)) {
      const deliver = one.deliver.bind(one);
      one.deliver = (shard, payload) => {
        if (!deaf) deliver(shard, payload);
      };
    }
    worker = await openFanOut(redis.url, SETTINGS);
    direct = openRedis(redis.url);
  });
  afterAll(async () => {
    direct.disconnect();
    for (const one of parts) await one.close();
    worker.close();
    await redis.stop();
  });

  const partAt = (index: number): Part => parts[index % 2] ?? parts[0];

  it('a client gets every event, whatever was lost and in whatever order it comes again', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        runs += 1;
        const rooms = Array.from({ length: ROOMS }, (_, number) => `room-${runs}-${number}`);
        const [reader, writer] = [await joinAs(parts[0], rooms[0] ?? ''), await joinAs(parts[1], rooms[0] ?? '')];
        for (const { token } of [reader, writer])
          for (const name of rooms) await parts[0].call('enter', { token, room: name });
        for (const name of rooms) await worker.fanOut.advanceRoom(name);
        const [sent, seen] = [rooms.map((): string[] => []), new Map(rooms.map((name) => [name, new Set<string>()]))];
        const take = (answer: Answer): void => {
          for (const event of answer.events) if (event.type === 'message') seen.get(event.room)?.add(event.text ?? '');
        };
        let kept = await state(direct);
        for (const step of sequence) await run(step);
        await lose([0, 1, 2]);
        hear();
        await catchUp(reader, take);
        for (const [index, texts] of sent.entries()) expect([...(seen.get(rooms[index] ?? '') ?? [])]).toEqual(texts);

        async function run(step: Step): Promise<unknown> {
          switch (step.kind) {
            case 'send': {
              const text = `${step.room}-${sent[step.room]?.length}`;
              sent[step.room]?.push(text);
              return parts[0].call('send', { token: writer.token, room: rooms[step.room], text });
            }
            case 'fanOut':
              return worker.fanOut.advanceRoom(rooms[step.room] ?? '');
            case 'poll':
              return (
                step.lostAnswer
                  ? partAt(step.part).poll(reader.token, reader.cursor)
                  : reader.poll(partAt(step.part)).then(take)
              ).catch(unlessSuperseded);
            case 'live':
              return reader.poll(partAt(step.part), 0.02).then(take, unlessSuperseded);
            case 'tick':
              return partAt(step.part).polls.live.tick();
            case 'keep':
              kept = await state(direct);
              return undefined;
            case 'lose':
              await lose(step.order);
              return step.heard && hear();
            case 'hear':
              return hear();
          }
        }

        /** All since the last `keep` is gone, and each room is mended. */
        async function lose(order: number[]): Promise<void> {
          deaf = true;
          await restore(direct, kept);
          for (const index of order) await worker.fanOut.repairRoom(rooms[index] ?? '', 0, '0-0');
          for (const name of rooms) await worker.fanOut.advanceRoom(name);
          kept = await state(direct);
        }
      }),
      { numRuns: 30, interruptAfterTimeLimit: 25_000 },
    );
  });

  /** Somebody who has had what was said in these rooms, one after the other, when all that is lost; in the last room something new is said. */
  async function losing(had: string[], unheard: string): Promise<Person> {
    const reader = await joinAs(parts[0], unheard);
    for (const room of had) await parts[0].call('enter', { token: reader.token, room });
    for (const room of [unheard, ...had]) await worker.fanOut.advanceRoom(room);
    for (const timeout of [0, 0.02, 0.02]) await reader.poll(parts[0], timeout);
    const before = await state(direct);
    const say = (room: string): Promise<Answer> => parts[0].call('send', { token: reader.token, room, text: room });
    for (const room of had) {
      await say(room);
      await worker.fanOut.advanceRoom(room);
    }
    for (const timeout of [0.1, 0.1, 0]) await reader.poll(parts[0], timeout);
    await say(unheard);
    deaf = true;
    await restore(direct, before);
    return reader;
  }

  const mendAll = async (...rooms: string[]): Promise<void> => {
    for (const room of rooms) await worker.fanOut.repairRoom(room, 0, '0-0');
  };

  it('what comes between two events that a client has had is not taken for acknowledged, neither by its poll nor by its process', async () => {
    const reader = await losing(['b', 'c'], 'a');
    await mendAll('a', 'c', 'b');
    await parts[0].polls.live.tick();
    hear();
    const answer = await reader.poll(parts[0]);
    expect(answer.reset).toBe(true);
    expect(answer.events.map(({ text }) => text)).toEqual(['a', 'c', 'b']);
  });

  it('nor is it when the answer that gave it is lost, and the client asks again with the same cursor', async () => {
    const reader = await losing(['b2', 'c2'], 'a2');
    await mendAll('a2', 'c2');
    hear();
    for (const _ of ['lost', 'again']) {
      const answer = await parts[0].poll(reader.token, reader.cursor, 0.2);
      expect(answer.reset).toBe(true);
      expect(answer.events.map(({ text }) => text)).toContain('a2');
    }
  });

  it.each([
    ['its oldest', 3, 3],
    ['all that the cursor is about', 3, 6],
  ])('nor is it when the inbox has lost %s since', async (_, size, more) => {
    const small = await openFanOut(redis.url, { ...SETTINGS, INBOX_MAX: `${2 * size}` });
    const [a, b, c, d] = [`a-${more}`, `b-${more}`, `c-${more}`, `d-${more}`] as const;
    const reader = await losing([b, d, c], a);
    await mendAll(a, b, c);
    for (let number = 0; number < more; number += 1)
      await parts[0].call('send', { token: reader.token, room: a, text: `${number}` });
    await small.fanOut.advanceRoom(a);
    hear();
    expect((await reader.poll(parts[0])).reset).toBe(true);
    small.close();
  });

  function hear(): void {
    deaf = false;
    for (const one of parts) one.polls.live.dropShard(0);
  }

  async function catchUp(reader: Person, take: (answer: Answer) => void): Promise<void> {
    for (let empty = 0; empty < 2; ) {
      const answer = await reader.poll(parts[0]);
      take(answer);
      empty = answer.events.length === 0 ? empty + 1 : 0;
    }
  }
});
