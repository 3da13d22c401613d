/** Fan-out against crashes, other workers and people who enter, leave or fall behind. */
import { describe, expect } from 'vitest';
import { FanOutRequests } from '../../apps/api/fan-out-requests.js';
import { sweep } from '../../apps/worker/jobs/sweep.js';
import type { FanOutJob } from '../../shared/queues.js';
import { FanOutSteps } from '../../shared/store/fan-out.js';
import { bothPlans, freshRoom } from '../support/fixtures/parts.js';
import { openFanOut, openPart, type Part, type Worker } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import type { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

const ONE_SHARD = { SHARDS: '1', LIVE: 'off' };
describe.for(bothPlans(ONE_SHARD))('in %s', ([, it]) => {
  let redis: TestRedis, part: Part, first: Worker, second: Worker, anna: Person, bert: Person, room: string;
  it.beforeAll(({ scene, otherWorker }) => {
    ({ redis, part, worker: first } = scene);
    second = otherWorker;
  });
  it.beforeEach(async () => {
    room = freshRoom();
    anna = await joinAs(part, room);
    bert = await joinAs(part, room);
    await first.fanOut.advanceRoom(room);
    await anna.poll(part);
  });

  const inboxOf = (id: number): Promise<string[]> => part.store.redis.lrange(part.store.keys.inbox(id), 0, -1);

  describe('a message in the log', () => {
    it('for which no job was added is delivered by the sweep', async () => {
      await bert.send(part, 'silent');
      await until(async () => {
        await sweep(first.store, first.fanOut);
        await anna.poll(part);
        return anna.texts.includes('silent');
      }, 'the sweep');
    });

    it('is delivered though another room of the same job fails, at the same script call', async () => {
      const broken = `broken-${room}`;
      await joinAs(part, broken);
      const { keys, redis: store } = part.store;
      await store.del(keys.position(0, broken));
      await store.lpush(keys.position(0, broken), 'no text');
      await bert.send(part, 'all the same');
      const failed = await until(async () => {
        const all = await first.fanOut.advanceRooms([broken, room]);
        return all.length > 0 ? all : null; // of a busy machine it may fail only after its turn
      }, 'a failure');
      expect(failed.map((one) => one.room)).toEqual([broken]);
      await anna.poll(part);
      expect(anna.texts).toEqual(['all the same']);
      await store.del(keys.position(0, broken));
      expect(await first.fanOut.advanceRooms([broken])).toEqual([]);
    });

    it('whose add never settles does not keep later rooms from being added', async () => {
      const added: string[][] = [];
      const queue = {
        add: (_: string, { rooms: names }: FanOutJob) => {
          added.push(names);
          return added.length === 1 ? new Promise<never>(() => undefined) : Promise.resolve(undefined as never);
        },
      };
      const requests = new FanOutRequests([queue], () => undefined);
      requests.request('a');
      requests.request('b');
      await until(() => added.length > 1, 'a second add');
      expect(added).toEqual([['a'], ['b', 'a']]);
    });

    it('reaches who entered after the shards were read, by the next batch', async () => {
      await bert.send(part, 'before');
      const stale = await new FanOutSteps(first.store).readBatch(room);
      const carl = await joinAs(part, room);
      await bert.send(part, 'after');
      await second.fanOut.advanceRoom(room);
      await new FanOutSteps(first.store).deliver(room, 0, stale);
      await carl.poll(part);
      expect(carl.texts).toEqual(['after']);
    });

    it('is delivered once by two workers on one room', async () => {
      await bert.send(part, 'once');
      const [one, two] = await Promise.all([
        new FanOutSteps(first.store).readBatch(room),
        new FanOutSteps(second.store).readBatch(room),
      ]);
      await Promise.all([
        new FanOutSteps(first.store).deliver(room, 0, one),
        new FanOutSteps(second.store).deliver(room, 0, two),
      ]);
      await Promise.all([first.fanOut.advanceRoom(room), second.fanOut.advanceRoom(room)]);
      expect((await inboxOf(anna.id)).filter((text) => text.includes('"once"'))).toHaveLength(1);
    });

    it('waits for a worker that is behind: a batch that begins beyond the position is given back', async () => {
      await bert.send(part, 'one');
      const one = await new FanOutSteps(first.store).readBatch(room);
      await bert.send(part, 'two');
      const beyond = { ...(await new FanOutSteps(first.store).readBatch(room, one.entries[0]?.id)), shards: [0] };
      expect(await new FanOutSteps(first.store).deliver(room, 0, beyond)).toEqual({ status: 'behind', id: one.from });
      await first.fanOut.advanceRoom(room);
      await anna.poll(part);
      expect(anna.texts).toEqual(['one', 'two']);
    });

    it('survives a worker killed between two chunks of a batch, whoever goes on, with newer messages behind', async () => {
      const { redis: store, keys } = part.store;
      const others = Array.from({ length: 700 }, (_, i) => 1_000_000 + i);
      await store.zadd(keys.members(0, room), ...others.flatMap((id) => [id, id]));
      await bert.send(part, 'one');
      const batch = await new FanOutSteps(first.store).readBatch(room);
      expect((await new FanOutSteps(first.store).deliver(room, 0, batch)).status).toBe('more');
      await bert.send(part, 'two');
      await second.fanOut.advanceRoom(room);
      await new FanOutSteps(first.store).deliver(room, 0, batch);
      for (const id of [others[0], others[499], others[699]]) {
        expect((await inboxOf(id ?? 0)).map((text) => /"text":"(\w+)"/.exec(text)?.[1])).toEqual(['one', 'two']);
      }
    });

    it('is not given again to who has it already when a worker with a shorter batch goes on', async () => {
      const { redis: store, keys } = part.store;
      const others = Array.from({ length: 700 }, (_, i) => 2_000_000 + i);
      await store.zadd(keys.members(0, room), ...others.flatMap((id) => [id, id]));
      await bert.send(part, 'one');
      const shorter = await new FanOutSteps(first.store).readBatch(room);
      await bert.send(part, 'two');
      await new FanOutSteps(second.store).deliver(room, 0, await new FanOutSteps(second.store).readBatch(room));
      await new FanOutSteps(first.store).deliver(room, 0, shorter);
      await first.fanOut.advanceRoom(room);
      for (const id of [anna.id, others[0], others[699]]) {
        const texts = (await inboxOf(id ?? 0)).map((text) => /"text":"(\w+)"/.exec(text)?.[1]);
        expect([texts.filter((text) => text === 'one').length, texts.at(-1)]).toEqual([1, 'two']);
      }
    });

    it('is not given again by a late worker after an event for one who is not here any more', async () => {
      const { redis: store, keys } = part.store;
      const gone = await joinAs(part, room);
      await bert.send(part, 'one');
      const stale = await new FanOutSteps(first.store).readBatch(room);
      await store.hset(keys.rules(room), `mute:${gone.id}`, '9999999999999 q');
      await gone.send(part, 'quiet');
      await part.call('exit', { token: gone.token, room });
      const steps = new FanOutSteps(second.store);
      const quiet = await steps.readBatch(room, stale.entries.at(-1)?.id);
      for (const batch of [stale, quiet, stale]) await steps.deliver(room, 0, batch);
      const texts = (await inboxOf(anna.id)).flatMap((text) => /"text":"(\w+)"/.exec(text)?.[1] ?? []);
      expect(texts).toEqual(['one']);
    });

    it('that is taken out of the log in the middle of its chunks holds nothing up', async () => {
      const { redis: store, keys } = part.store;
      const others = Array.from({ length: 700 }, (_, i) => 3_000_000 + i);
      await store.zadd(keys.members(0, room), ...others.flatMap((one) => [one, one]));
      const { id } = await bert.send(part, 'one');
      expect(
        (await new FanOutSteps(first.store).deliver(room, 0, await new FanOutSteps(first.store).readBatch(room)))
          .status,
      ).toBe('more');
      await store.xdel(keys.log(room), String(id));
      await bert.send(part, 'two');
      await second.fanOut.advanceRoom(room);
      expect((await inboxOf(others[699] ?? 0)).map((text) => /"text":"(\w+)"/.exec(text)?.[1])).toEqual(['two']);
    });

    it('does not come back to who exited in the middle of fan-out, and leaves no position behind', async () => {
      await bert.send(part, 'one');
      const batch = await new FanOutSteps(first.store).readBatch(room);
      await part.call('leave', { token: anna.token });
      await part.call('leave', { token: bert.token });
      await new FanOutSteps(first.store).deliver(room, 0, batch);
      expect(await inboxOf(anna.id)).toEqual([]);
      expect(await part.store.redis.exists(part.store.keys.position(0, room))).toBe(0);
    });
  });

  describe('bounds', () => {
    it('an inbox that overflows while its user is away loses its oldest and says how many', async () => {
      const small = await openPart(redis.url, { ...ONE_SHARD, INBOX_MAX: '5' });
      const fanOut = await openFanOut(redis.url, { ...ONE_SHARD, INBOX_MAX: '5' });
      for (let i = 0; i < 8; i += 1) await bert.send(part, `m${i}`);
      await fanOut.fanOut.advanceRoom(room);
      const answer = await anna.poll(small);
      expect(answer.missed).toBe(3);
      expect(anna.texts).toEqual(['m3', 'm4', 'm5', 'm6', 'm7']);
      expect((await anna.poll(small)).missed).toBeUndefined();
      await small.close();
      fanOut.close();
    });

    it('a log that fan-out cannot follow refuses sends, and takes them again when it has followed', async () => {
      const small = await openPart(redis.url, { ...ONE_SHARD, LOG_MAX: '10' });
      for (let i = 0; i < 10; i += 1) await bert.send(small, `m${i}`);
      await expect(bert.send(small, 'too many')).rejects.toMatchObject({ code: 'unavailable' });
      await first.fanOut.advanceRoom(room);
      await bert.send(small, 'again');
      await anna.poll(small);
      expect(anna.texts).toHaveLength(10);
      await small.close();
    });

    it('does not wait for a room that has very much: what it has comes beside the next jobs', async () => {
      const {
        store: { keys, redis: client },
        fanOut,
      } = first;
      const writer = await part.join('very-much');
      await client.zadd(
        keys.members(0, 'very-much'),
        ...Array.from({ length: 4_000 }, (_, i) => [2_000_000 + i, 2_000_000 + i]).flat(),
      );
      for (let i = 0; i < 100; i += 1)
        await part.call('send', { token: writer.token, room: 'very-much', text: `${i}` });
      const other = await part.join('little');
      await fanOut.advanceRooms(['very-much']);
      await fanOut.advanceRooms(['very-much', 'little']);
      const isDirty = async (name: string): Promise<boolean> => (await client.zscore(keys.dirty(0), name)) !== null;
      await until(async () => !(await isDirty('little')), 'the room that has little');
      expect(await isDirty('very-much')).toBe(true);
      expect((await part.poll(other.token, other.cursor)).events).toHaveLength(1);
      await until(async () => !(await isDirty('very-much')), 'all of it has come', 30_000);
    });

    it('a log keeps its history and nothing undelivered is trimmed', async () => {
      const few = { ...ONE_SHARD, HISTORY: '100' };
      const fanOut = await openFanOut(redis.url, few);
      await part.store.redis.hset(part.store.keys.attached(0), anna.id, 'live:gone:0'); // at a process that has gone: all is kept for her
      for (let i = 0; i < 450; i += 1) await bert.send(part, `m${i}`);
      expect(await part.store.redis.xlen(part.store.keys.log(room))).toBeGreaterThan(450);
      await fanOut.fanOut.advanceRoom(room);
      expect(await part.store.redis.xlen(part.store.keys.log(room))).toBeLessThan(300);
      await anna.receive(part, 'm449');
      expect(anna.texts).toHaveLength(450);
      fanOut.close();
    });

    it('a nonce belongs to its user: another may use the same', async () => {
      const mine = await anna.send(part, 'mine', 'same');
      const hers = await bert.send(part, 'hers', 'same');
      const again = await anna.send(part, 'mine', 'same');
      expect(hers.id).not.toBe(mine.id);
      expect(again).toMatchObject({ id: mine.id, duplicate: true });
    });
  });
});
