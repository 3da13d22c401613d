/** Leases: a worker that listens to a slice of the rooms, and no room that falls between two of them. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { FanOutRequests, type Wake, wakeBy } from '../../apps/api/fan-out-requests.js';
import { Leases } from '../../apps/worker/jobs/leases.js';
import { sweep } from '../../apps/worker/jobs/sweep.js';
import type { FanOutJob } from '../../shared/queues.js';
import { connectSubscriber } from '../../shared/redis/connect.js';
import { sliceOf } from '../../shared/store/slices.js';
import { freshRoom, partsWith } from '../support/fixtures/parts.js';
import type { Part, Worker } from '../support/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';
import { until } from '../support/until.js';

/** A lost connection may be back before a lease looks whether it is over. */
const SHORT = { quietMs: 60, leaseMs: 200, lookMs: 80, aliveMs: 3_000 };
const LONG = { quietMs: 60_000, leaseMs: 60_000, lookMs: 5, aliveMs: 3_000 };

/** A worker that takes leases as BullMQ would give them: one of a slice at a time, the next right after it. */
class Leasing {
  readonly failures: unknown[] = [];
  readonly #active = new Map<number, Promise<void>>();
  readonly #next = new Set<number>();
  readonly #subscriber;
  readonly #leases;
  added = 0;

  constructor(url: string, worker: Worker, times = SHORT) {
    this.#subscriber = connectSubscriber(url).on('error', () => undefined);
    this.#leases = new Leases(
      worker.store,
      worker.fanOut,
      this.#subscriber,
      (error) => this.failures.push(error),
      times,
    );
  }

  readonly queue = {
    add: (_name: string, { slice }: FanOutJob): Promise<never> => {
      this.added += 1;
      if (slice !== undefined) this.#take(slice);
      return Promise.resolve(undefined as never);
    },
  };

  async ready(): Promise<void> {
    await until(() => this.#subscriber.status === 'ready', 'the subscriber');
  }

  /** Breaks the connection on which the leases listen. */
  cut(): void {
    this.#subscriber.disconnect(true);
  }

  /** What the sweep does about rooms that are late. */
  rescue = (rooms: string[]): Promise<void> => this.#leases.rescue(rooms);

  /** From now on what is published reaches this process and is lost in it. */
  goDeaf(): void {
    this.#subscriber.removeAllListeners('message');
  }

  async close(): Promise<void> {
    this.#leases.close();
    await this.idle();
    this.#subscriber.disconnect();
  }

  /** Resolves when no lease is held and none is asked for. */
  async idle(): Promise<void> {
    while (this.#active.size > 0) await Promise.all(this.#active.values());
  }

  #take(slice: number): void {
    if (this.#active.has(slice)) return void this.#next.add(slice);
    const held = this.#leases
      .hold(slice)
      .catch(() => new Promise<void>((resolve) => setTimeout(resolve, 20)).then(() => void this.#next.add(slice)))
      .then(() => {
        this.#active.delete(slice);
        if (this.#next.delete(slice)) this.#take(slice);
      });
    this.#active.set(slice, held);
  }
}

const it = partsWith({ LIVE: 'off' });

/** Two people in a room in which everything is delivered, and a worker that takes the leases that are asked for. */
async function quietRoom(scene: Scene) {
  const { redis, part, worker } = scene;
  const leasing = new Leasing(redis.url, worker);
  await leasing.ready();
  const room = freshRoom();
  const { person: anna } = await scene.join(room);
  const { person: bert } = await scene.join(room);
  await worker.fanOut.advanceRoom(room);
  part.chat.fanOut = new FanOutRequests([leasing.queue], () => undefined, wakeBy(part.store));
  return { leasing, room, anna, bert };
}

/** Polls until somebody has a text. */
async function received(part: Part, person: Person, text: string): Promise<void> {
  await until(async () => {
    await person.poll(part);
    return person.texts.includes(text);
  }, text);
}

it('a message is delivered without a job while a worker has the lease of its slice', async ({ scene, redis, part }) => {
  const leasing = new Leasing(redis.url, scene.worker, LONG);
  await leasing.ready();
  part.chat.fanOut = new FanOutRequests([leasing.queue], () => undefined, wakeBy(part.store));
  const room = freshRoom();
  const { person: anna } = await scene.join(room);
  const { person: bert } = await scene.join(room);
  await bert.send(part, 'first');
  await received(part, anna, 'first');
  const { added } = leasing;
  await bert.send(part, 'second');
  await received(part, anna, 'second');
  expect(leasing.added).toBe(added);
  expect(await part.store.redis.pubsub('NUMSUB', part.store.keys.wakeChannel(sliceOf(room)))).toEqual([
    part.store.keys.wakeChannel(sliceOf(room)),
    1,
  ]);
  await leasing.close();
  await bert.send(part, 'third');
  expect(leasing.added).toBeGreaterThan(added);
});

it('a lease ends when its slice is quiet, and nobody listens then', async ({ redis, part, worker }) => {
  const leasing = new Leasing(redis.url, worker);
  await leasing.ready();
  await leasing.queue.add('lease', { rooms: [], slice: 3 });
  const channel = part.store.keys.wakeChannel(3);
  await until(async () => (await part.store.redis.publish(channel, 'no-room')) === 1, 'the lease');
  await leasing.idle();
  expect(await part.store.redis.publish(channel, 'no-room')).toBe(0);
  await leasing.close();
});

it('a message of which a lease was told, and which it lost on the way, is delivered when the lease ends', async ({
  scene,
  part,
}) => {
  const { leasing, room, anna, bert } = await quietRoom(scene);
  leasing.goDeaf();
  await leasing.queue.add('lease', { rooms: [], slice: sliceOf(room) });
  await until(
    async () => (await part.store.redis.publish(part.store.keys.wakeChannel(sliceOf(room)), room)) === 1,
    'the lease',
  );
  await bert.send(part, 'lost on the way');
  const { added } = leasing;
  await received(part, anna, 'lost on the way');
  expect(leasing.added).toBe(added);
  await leasing.close();
});

it('a slice whose listener hangs is served by another worker, as long as that listener is there', async ({
  scene,
  redis,
  part,
}) => {
  const { leasing, room, anna, bert } = await quietRoom(scene);
  const channel = part.store.keys.wakeChannel(sliceOf(room));
  const listeners = async () => Number((await part.store.redis.pubsub('NUMSUB', channel))[1]);
  const hanging = connectSubscriber(redis.url);
  await until(() => hanging.status === 'ready', 'a worker that hangs');
  await hanging.subscribe(channel);
  await bert.send(part, 'only the sweep can find it');
  expect(leasing.added).toBe(0);
  // nobody has renewed the lease for long, nor that of another test's room which is in the same slice
  await part.store.redis.del(part.store.keys.lease(sliceOf(room)));
  await sweep(scene.worker.store, scene.worker.fanOut, -1_000, (rooms) => void leasing.rescue(rooms));
  await until(async () => (await listeners()) === 2, 'the other worker');
  await new Promise((resolve) => setTimeout(resolve, 4 * SHORT.leaseMs)); // far longer than a usual lease
  await bert.send(part, 'served again');
  await received(part, anna, 'served again');
  expect(await listeners()).toBe(2);
  hanging.disconnect();
  await until(async () => (await listeners()) === 0, 'the end of the lease');
  await leasing.close();
});

type Step = { kind: 'send'; room: number } | { kind: 'wait'; ms: number } | { kind: 'cut' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const), room: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(90) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
);

it('without any sweep, every message is delivered, whenever leases begin, end, or lose their connection', async ({
  scene,
  redis,
  part,
}) => {
  const leasing = new Leasing(redis.url, scene.worker);
  await leasing.ready();
  part.chat.fanOut = new FanOutRequests([leasing.queue], () => undefined, wakeBy(part.store) as Wake);
  const rooms = [freshRoom(), freshRoom(), freshRoom(), freshRoom()];
  const people = await Promise.all(rooms.map(async (room) => (await scene.join(room)).person));
  const { keys, redis: store } = part.store;
  const undelivered = async (): Promise<string[]> =>
    (await Promise.all(keys.allShards.map((shard) => store.zrange(keys.dirty(shard), '0', '-1'))))
      .flat()
      .filter((room) => rooms.includes(room));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
      const sends: Promise<unknown>[] = [];
      for (const one of steps) {
        if (one.kind === 'send') sends.push(people[one.room]?.send(part, 'x') ?? Promise.resolve());
        if (one.kind === 'wait') await new Promise((resolve) => setTimeout(resolve, one.ms));
        if (one.kind === 'cut') leasing.cut();
      }
      await Promise.all(sends);
      await until(async () => (await undelivered()).length === 0, 'all is delivered');
    }),
    { numRuns: 15 },
  );
  await leasing.close();
});
