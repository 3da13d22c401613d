/**
 * A user's master loses its last moments (a failover, a crash) while the rooms' logs are elsewhere and whole: whatever was lost is delivered again, in
 * any order of rooms, and whatever cursor the client has from before, it gets every event of every room.
 */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { RedisClient } from '../../shared/redis/client.js';
import { bothWaysAsking, freshRoom } from '../support/fixtures/parts.js';
import { type Answer, openFanOut, type Part, type Worker } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { allKeys, openRedis, type TestRedis } from '../support/redis.js';

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

const anyPart = fc.nat(1);
const anyRoom = fc.nat(ROOMS - 1);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const), room: anyRoom }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('fanOut' as const), room: anyRoom }) },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('poll' as const), part: anyPart, lostAnswer: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('live' as const), part: anyPart }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const), part: anyPart }) },
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

/** Returns the content of the keys of the user's shard, which can be restored from it. */
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
      .filter((key) => /user:\{u0\}:\d+$/.test(key))
      .map((key) => redis.hset(key, 'lineage', 'of the former master')),
  );
}

const userKeys = (redis: RedisClient): Promise<string[]> => allKeys(redis, '*{u0}*');

/** A notice that was under way when its master was lost: numbers of attaches begin again where they were. */
function unlessSuperseded(error: { code?: string }): void {
  if (error.code !== 'superseded') throw error;
}

describe.for(bothWaysAsking(SETTINGS))('with LIVE=%s, asked by %s', ([, asking, it]) => {
  let redis: TestRedis, parts: [Part, Part], worker: Worker, direct: RedisClient;
  /** The processes do not know of the new master yet: they hear the one that is gone. */
  let deaf = false;

  it.beforeAll(({ scene, otherPart }) => {
    ({ redis, worker } = scene);
    parts = [scene.part, otherPart];
    for (const one of parts.map(({ polls }) => polls.live)) {
      const deliver = one.deliver.bind(one);
      one.deliver = (shard, payload) => {
        if (!deaf) deliver(shard, payload);
      };
    }
    direct = openRedis(redis.url);
  });
  it.afterAll(() => direct.disconnect());

  /**
   * A room's reader, who polls at both processes and whose answers may be lost, and what the writer has sent to each
   * room.
   */
  class Loss {
    readonly sent: string[][];
    readonly #seen: Map<string, Set<string>>;
    #kept = new Map<string, Buffer>();

    private constructor(
      readonly rooms: string[],
      readonly reader: Person,
      readonly writer: Person,
    ) {
      this.sent = rooms.map(() => []);
      this.#seen = new Map(rooms.map((name) => [name, new Set()]));
    }

    static async begin(): Promise<Loss> {
      const rooms = Array.from({ length: ROOMS }, () => freshRoom());
      const [home = ''] = rooms;
      const loss = new Loss(rooms, await joinAs(parts[0], home), await joinAs(parts[1], home));
      for (const { token } of [loss.reader, loss.writer])
        for (const name of loss.rooms) await parts[0].call('enter', { token, room: name });
      await loss.advance();
      await loss.keep();
      return loss;
    }

    /** The texts that the reader has seen, by room. */
    get seen(): string[][] {
      return this.rooms.map((name) => [...(this.#seen.get(name) ?? [])]);
    }

    take = (answer: Answer): void => {
      for (const event of answer.events)
        if (event.type === 'message') this.#seen.get(event.room)?.add(event.text ?? '');
    };

    async keep(): Promise<void> {
      this.#kept = await state(direct);
    }

    async advance(): Promise<void> {
      for (const name of this.rooms) await worker.fanOut.advanceRoom(name);
    }

    run(step: Step): Promise<unknown> | undefined {
      switch (step.kind) {
        case 'send':
          return this.#send(step.room);
        case 'fanOut':
          return worker.fanOut.advanceRoom(this.rooms[step.room] ?? '');
        case 'poll':
          return this.#poll(step);
        case 'live':
          return this.reader.poll(partAt(step.part), 0.02).then(this.take, unlessSuperseded);
        case 'tick':
          return partAt(step.part).polls.live.tick();
        case 'keep':
          return this.keep();
        case 'lose':
          return this.lose(step.order).then(() => (step.heard ? hear() : undefined));
        case 'hear':
          hear();
          return undefined;
      }
    }

    /** All since the last `keep` is gone, and each room is mended. */
    async lose(order: number[]): Promise<void> {
      deaf = true;
      await restore(direct, this.#kept);
      for (const index of order) await worker.fanOut.repairRoom(this.rooms[index] ?? '', 0, '0-0');
      await this.advance();
      await this.keep();
    }

    async catchUp(): Promise<void> {
      for (let empty = 0; empty < 2; ) {
        const answer = await this.reader.poll(parts[0]);
        this.take(answer);
        empty = answer.events.length === 0 ? empty + 1 : 0;
      }
    }

    #send(room: number): Promise<Answer> {
      const text = `${room}-${this.sent[room]?.length}`;
      this.sent[room]?.push(text);
      return parts[0].call('send', { token: this.writer.token, room: this.rooms[room], text });
    }

    async #poll({ part, lostAnswer }: Extract<Step, { kind: 'poll' }>): Promise<void> {
      const asked = lostAnswer
        ? partAt(part).poll(this.reader.token, this.reader.cursor)
        : this.reader.poll(partAt(part)).then(this.take);
      await asked.catch(unlessSuperseded);
    }
  }

  const partAt = (index: number): Part => parts[index % 2] ?? parts[0];

  it('a client gets every event, whatever was lost and in whatever order it comes again', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const loss = await Loss.begin();
        for (const step of sequence) await loss.run(step);
        await loss.lose([0, 1, 2]);
        hear();
        await loss.catchUp();
        expect(loss.seen).toEqual(loss.sent);
      }),
      { numRuns: 30, interruptAfterTimeLimit: 25_000 },
    );
  });

  /**
   * Somebody who has had what was said in these rooms, one after the other, when all that is lost; in the last room
   * something new is said.
   */
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
    // a client of streams has not acknowledged that it came and entered
    const [came, said] = [answer.events.filter(({ text }) => !text), answer.events.flatMap(({ text }) => text ?? [])];
    expect(said).toEqual(['a', 'c', 'b']);
    if (asking === 'poll') expect(came).toEqual([]);
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
});
