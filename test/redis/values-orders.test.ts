/**
 * Values under random interleavings: writes at two processes, some of them repeated with their nonces, polls whose answers are lost,
 * inboxes that overflow, workers that die between two script calls, members that go and come, and everything cleared. What each
 * member's page knows is kept by the library's own code.
 */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answers } from '../../apps/web/client/answers.js';
import { Values } from '../../apps/web/client/events/values.js';
import { type ChatEvent, compareIds, type RoomView } from '../../shared/protocol/events.js';
import { FanOutSteps } from '../../shared/store/fan-out.js';
import { type Answer, openFanOut, openPart, type Part } from '../support/parts.js';
import { startRedis, type TestRedis } from '../support/redis.js';

const KEYS = ['n', 'a', 'b/1', 'b/2', '@me/s'];

type Step =
  | { kind: 'join' }
  | {
      kind: 'write';
      member: number;
      part: number;
      how: 'set' | 'delete' | 'deleteAll' | 'compare' | 'add';
      key: number;
      retry: boolean;
    }
  | { kind: 'poll'; member: number; part: number; fresh: boolean; lostAnswer: boolean }
  | { kind: 'fanOut'; worker: number }
  | { kind: 'dyingWorker'; worker: number; calls: number }
  | { kind: 'go'; member: number; how: 'exit' | 'leave' }
  | { kind: 'enter'; member: number; part: number }
  | { kind: 'clear'; values: boolean };

const member = fc.nat(5);
const part = fc.nat(1);
const steps = fc.array(
  fc.oneof<{ weight: number; arbitrary: fc.Arbitrary<Step> }[]>(
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        member,
        part,
        how: fc.constantFrom(
          'set' as const,
          'delete' as const,
          'deleteAll' as const,
          'compare' as const,
          'add' as const,
        ),
        key: fc.nat(KEYS.length - 1),
        retry: fc.boolean(),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('poll' as const),
        member,
        part,
        fresh: fc.boolean(),
        lostAnswer: fc.boolean(),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('fanOut' as const), worker: fc.nat(1) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('dyingWorker' as const), worker: fc.nat(1), calls: fc.nat(3) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('go' as const),
        member,
        how: fc.constantFrom('exit' as const, 'leave' as const),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('enter' as const), member, part }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), values: fc.boolean() }) },
  ),
  { minLength: 10, maxLength: 80, size: 'max' },
);

/** A page: what it knows of the room, by the rules of the library. */
class Member {
  lastSeen = '0-0';
  old: string;
  present = true;
  /** What its values read, beside all that happens. */
  #reads: Promise<unknown>[] = [];
  #values: Values;
  readonly #newest = new Map<string, string>();

  constructor(
    readonly world: World,
    readonly id: number,
    readonly token: string,
    public cursor: string,
    view: RoomView,
  ) {
    this.old = cursor;
    this.#values = this.#show(view);
  }

  get known(): Record<string, unknown> {
    return this.#values.all();
  }
  version(key: string): string {
    return this.#values.version(key);
  }

  #show(view: RoomView): Values {
    this.lastSeen = view.history.at(-1)?.id ?? this.lastSeen;
    const read = (query: object): Promise<Answers['get']> => {
      const read = this.call(this.id, 'get', query) as unknown as Promise<Answers['get']>;
      const answer = read.finally(() => sleep(5)); // more happens before it is there
      this.#reads.push(answer);
      return answer;
    };
    const values = new Values(this.world.room, {
      ready: Promise.resolve(),
      userId: () => this.id,
      write: () => Promise.reject(new Error()),
      read,
    });
    values.open(view.values);
    return values;
  }

  call(at: number, op: Parameters<Part['call']>[0], more: object = {}): Promise<Answer> {
    return pick(this.world.parts, at).call(op, { token: this.token, room: this.world.room, ...more });
  }

  async enter(at: number): Promise<void> {
    this.#values = this.#show((await this.call(at, 'enter')).room as RoomView);
    this.present = true;
  }

  /** When nothing more is being read. */
  async quiet(): Promise<void> {
    for (await setImmediate(); this.#reads.length > 0; await setImmediate())
      await Promise.allSettled(this.#reads.splice(0));
  }

  take({ cursor, events, missed, reset }: Answer): void {
    this.old = this.cursor;
    this.cursor = cursor;
    if (this.present && (missed ?? reset)) this.#values.renew();
    for (const event of events) {
      if (!this.present || compareIds(event.id, this.lastSeen) <= 0) continue;
      this.lastSeen = event.id;
      this.#values.take(event);
    }
    for (const key of Object.keys(this.known)) {
      const version = this.version(key);
      expect(compareIds(version, this.#newest.get(key) ?? '0-0'), `${key} goes back`).toBeGreaterThanOrEqual(0);
      this.#newest.set(key, version);
    }
  }
}

interface World {
  room: string;
  parts: Part[];
  workers: Awaited<ReturnType<typeof openFanOut>>[];
  members: Member[];
  /** What 'n' has been added up to. */
  sum: number;
  count: number;
}

function pick<T>(list: T[], index: number): T {
  const one = list[index % list.length];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

async function join(world: World): Promise<void> {
  const { user, token, cursor, room } = (await pick(world.parts, world.members.length).call('join', {
    room: world.room,
  })) as unknown as Answers['join'];
  world.members.push(new Member(world, user.id, token, cursor, room));
}

const codeOf = (error: { code?: string }): string | undefined => error.code;

async function write(
  world: World,
  { member: index, part: at, how, key: keyIndex, retry }: Extract<Step, { kind: 'write' }>,
): Promise<void> {
  const one = pick(world.members, index);
  const key = how === 'add' ? 'n' : how === 'deleteAll' ? 'b/' : pick(KEYS.slice(1), keyIndex);
  world.count += 1;
  const value = how.startsWith('delete') ? null : world.count;
  const given = how === 'add' ? { key, by: 1 } : { key, value, if: how === 'compare' ? one.version(key) : undefined };
  const id = `w${world.count}`;
  const attempts = (retry ? [at, at + 1] : [at]).map((where) =>
    one.call(where, how === 'add' ? 'add' : 'set', { ...given, id }).then((answer) => String(answer.version), codeOf),
  );
  const outcomes = await Promise.all(attempts);
  expect(new Set(outcomes).size, 'one nonce, one outcome').toBe(1);
  if (!one.present) return expect(outcomes[0]).toBe('not_in_room');
  if (how !== 'compare') expect(outcomes[0]).toMatch(/^\d+-\d+$/);
  if (how === 'add') world.sum += 1;
}

async function poll(
  world: World,
  { member: index, part: at, fresh, lostAnswer }: Extract<Step, { kind: 'poll' }>,
): Promise<void> {
  const one = pick(world.members, index);
  const answer = await pick(world.parts, at).poll(one.token, fresh ? one.cursor : one.old);
  if (!lostAnswer) one.take(answer);
}

async function dyingWorker(world: World, { worker, calls }: Extract<Step, { kind: 'dyingWorker' }>): Promise<void> {
  const steps = new FanOutSteps(pick(world.workers, worker).store);
  const batch = await steps.readBatch(world.room);
  if (batch.entries.length === 0) return;
  for (const shard of batch.shards.slice(0, calls)) await steps.deliver(world.room, shard, batch);
}

async function go(world: World, { member: index, how }: Extract<Step, { kind: 'go' }>): Promise<void> {
  const one = pick(world.members, index);
  if (one === world.members[0] || (how === 'exit' && !one.present)) return; // the owner stays, and clears
  one.present = false;
  if (how === 'exit') return void (await one.call(0, 'exit'));
  await pick(world.parts, 0).call('leave', { token: one.token });
  world.members.splice(world.members.indexOf(one), 1);
}

async function run(world: World, step: Step): Promise<void> {
  switch (step.kind) {
    case 'join':
      return world.members.length < 6 ? join(world) : undefined;
    case 'write':
      return write(world, step);
    case 'poll':
      return poll(world, step);
    case 'fanOut':
      return pick(world.workers, step.worker).fanOut.advanceRoom(world.room);
    case 'dyingWorker':
      return dyingWorker(world, step);
    case 'go':
      return go(world, step);
    case 'enter':
      return pick(world.members, step.member).present ? undefined : pick(world.members, step.member).enter(step.part);
    case 'clear': {
      await pick(world.members, 0).call(0, 'clear', { values: step.values });
      if (step.values) world.sum = 0;
    }
  }
}

async function drain(world: World): Promise<void> {
  await pick(world.workers, 0).fanOut.advanceRoom(world.room);
  for (const [index, one] of world.members.entries()) {
    for (let more = true; more; ) {
      const answer = await pick(world.parts, index).poll(one.token, one.cursor);
      one.take(answer);
      more = answer.events.length > 0;
    }
    await one.quiet();
  }
}

const plain = (values: Answers['get']['values']): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([key, { value }]) => [key, value]));

describe.each(['on', 'off'])('values with LIVE=%s', (live) => {
  let redis: TestRedis;
  let parts: Part[];
  let workers: World['workers'];
  let runs = 0;

  beforeAll(async () => {
    const settings = { LIVE: live, INBOX_MAX: '4' };
    redis = await startRedis();
    parts = await Promise.all([openPart(redis.url, settings), openPart(redis.url, settings)]);
    workers = await Promise.all([openFanOut(redis.url, settings), openFanOut(redis.url, settings)]);
  });
  afterAll(async () => {
    await Promise.all(parts.map((one) => one.close()));
    for (const worker of workers) worker.close();
    await redis.stop();
  });

  const worldOf = async (members: number): Promise<World> => {
    const world: World = { room: `room-${(runs += 1)}`, parts, workers, members: [], sum: 0, count: 0 };
    for (let i = 0; i < members; i += 1) await join(world);
    return world;
  };

  it('are the same for every member as in Redis when all is quiet, and no version goes back', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const world = await worldOf(2);
        for (const step of sequence) await run(world, step);
        await drain(world);
        const kept = plain(((await pick(world.members, 0).call(1, 'get')) as unknown as Answers['get']).values);
        expect(kept.n ?? 0).toBe(world.sum);
        for (const one of world.members) if (one.present) expect(one.known).toEqual(kept);
        const log = await parts[0]?.store.redis.xrange(parts[0].store.keys.log(world.room), '-', '+');
        expect(log?.filter(([, fields]) => fields[3]?.startsWith('{"type":"value"'))).toEqual([]);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 20_000 },
    );
  });

  it('are added to exactly 1,000 times by 1,000 calls of 50 users, however often each is repeated', async () => {
    const world = await worldOf(50);
    const calls = world.members.flatMap((one) => Array.from({ length: 20 }, (_, i) => ({ one, id: `n${i}` })));
    await Promise.all(
      [...calls, ...calls.slice(0, 500)].map(({ one, id }, i) => one.call(i % 2, 'add', { key: 'n', id })),
    );
    expect(plain(((await pick(world.members, 0).call(0, 'get')) as unknown as Answers['get']).values)).toEqual({
      n: 1_000,
    });
  });

  it('have exactly one winner in each race to compare and set', async () => {
    const world = await worldOf(10);
    let version = '0';
    for (let round = 0; round < 20; round += 1) {
      const racers = world.members.map((one, i) => one.call(i % 2, 'set', { key: 'turn', value: i, if: version }));
      const outcomes = await Promise.allSettled(racers);
      const won = outcomes.filter((one) => one.status === 'fulfilled');
      expect(won).toHaveLength(1);
      version = String(won[0]?.value.version);
      for (const one of outcomes)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'conflict', details: { version } });
    }
  });
});

it('what only another tab has told of a value gives way to any word of the server', () => {
  const host = {
    ready: Promise.resolve(),
    userId: () => 1,
    write: () => Promise.reject(new Error()),
    read: () => Promise.reject(new Error()),
  };
  const values = new Values('r', host);
  const told = (id: string, value: unknown): ChatEvent => ({
    type: 'value',
    room: 'r',
    id,
    at: 0,
    from: { id: 2, name: 'x' },
    key: 'k',
    value,
  });
  values.take(told('999999999999999-0', 'forged'), false);
  expect(values.get('k')).toBe('forged');
  values.take(told('5-0', 'true'));
  expect(values.get('k')).toBe('true');
  values.take(told('6-0', 'newer'));
  expect(values.get('k')).toBe('newer');
});
