/**
 * Order, exactly once and no loss under random interleavings of joins, sends, some of them by who is muted quietly, retries, polls at several processes (with a
 * fresh cursor, an old one or none), fan-out by two workers and workers that die between two script calls.
 */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { compareIds } from '../../shared/protocol/events.js';
import { FanOutSteps } from '../../shared/store/fan-out.js';
import { bothWaysAsking, freshRoom } from '../support/fixtures/parts.js';
import type { Part, Worker } from '../support/parts.js';
import { pick } from '../support/pick.js';

interface Member {
  id: number;
  token: string;
  cursor: string;
  old: string;
  lastSeen: string;
  seen: string[];
  joinedAfter: string;
}
interface World {
  room: string;
  parts: Part[];
  workers: Worker[];
  members: Member[];
  accepted: string[];
  pending: Promise<unknown>[];
}

type Step =
  | { kind: 'join'; part: number }
  | { kind: 'send'; part: number; member: number; retry: boolean }
  | { kind: 'poll'; part: number; member: number; cursor: 'fresh' | 'old'; hold: boolean; lostAnswer: boolean }
  | { kind: 'fanOut'; worker: number }
  | { kind: 'dyingWorker'; worker: number; calls: number }
  | { kind: 'mute'; member: number; on: boolean }
  | { kind: 'tick'; part: number };

const part = fc.nat(1);
const member = fc.nat(5);
const steps = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const), part }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('send' as const), part, member, retry: fc.boolean() }) },
    {
      weight: 7,
      arbitrary: fc.record({
        kind: fc.constant('poll' as const),
        part,
        member,
        cursor: fc.constantFrom('fresh' as const, 'fresh' as const, 'old' as const),
        hold: fc.boolean(),
        lostAnswer: fc.boolean(),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('fanOut' as const), worker: fc.nat(1) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('dyingWorker' as const), worker: fc.nat(1), calls: fc.nat(3) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('mute' as const), member, on: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('tick' as const), part }) },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
);

async function join(world: World, at: number): Promise<void> {
  const { id, token, cursor, lastSeen } = await pick(world.parts, at).join(world.room);
  world.members.push({ id, token, cursor, old: cursor, lastSeen, seen: [], joinedAfter: lastSeen });
}

async function send(world: World, step: Extract<Step, { kind: 'send' }>): Promise<void> {
  const { token } = pick(world.members, step.member);
  const id = `n${world.accepted.length}`;
  const answers = await Promise.all(
    (step.retry ? [step.part, step.part + 1] : [step.part]).map((at) =>
      pick(world.parts, at).call('send', { token, room: world.room, text: 'x', id }),
    ),
  );
  expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
  world.accepted.push(String(answers[0]?.id));
}

/** What a client library does with an answer: drops ids not above the last seen, keeps the cursor. */
function take(one: Member, answer: { cursor: string; events: { id: string }[] }): void {
  one.old = one.cursor;
  one.cursor = answer.cursor;
  for (const { id } of answer.events) {
    if (compareIds(id, one.lastSeen) <= 0) continue;
    one.lastSeen = id;
    one.seen.push(id);
  }
}

async function poll(world: World, step: Extract<Step, { kind: 'poll' }>): Promise<void> {
  const one = pick(world.members, step.member);
  const cursor = step.cursor === 'fresh' ? one.cursor : one.old;
  const answer = pick(world.parts, step.part)
    .poll(one.token, cursor, step.hold ? 0.03 : 0)
    .then((body) => {
      if (!step.lostAnswer) take(one, body);
    })
    .catch((error: { code?: string }) => expect(error.code).toBe('superseded'));
  if (step.hold) world.pending.push(answer);
  else await answer;
}

/** From now on only itself gets what it sends. */
async function mute(world: World, { member: index, on }: Extract<Step, { kind: 'mute' }>): Promise<void> {
  const { redis, keys } = pick(world.parts, 0).store;
  const field = `mute:${pick(world.members, index).id}`;
  await (on ? redis.hset(keys.rules(world.room), field, '9999999999999 q') : redis.hdel(keys.rules(world.room), field));
}

/** A worker that is killed after some script calls of a batch. */
async function dyingWorker(world: World, step: Extract<Step, { kind: 'dyingWorker' }>): Promise<void> {
  const { store } = pick(world.workers, step.worker);
  const batch = await new FanOutSteps(store).readBatch(world.room);
  if (batch.entries.length === 0) return;
  for (const shard of batch.shards.slice(0, step.calls)) await new FanOutSteps(store).deliver(world.room, shard, batch);
}

async function run(world: World, step: Step): Promise<void> {
  switch (step.kind) {
    case 'join':
      return world.members.length < 6 ? join(world, step.part) : undefined;
    case 'send':
      return send(world, step);
    case 'poll':
      return poll(world, step);
    case 'fanOut':
      world.pending.push(pick(world.workers, step.worker).fanOut.advanceRoom(world.room));
      return undefined;
    case 'dyingWorker':
      return dyingWorker(world, step);
    case 'mute':
      return mute(world, step);
    case 'tick':
      return pick(world.parts, step.part).polls.live.tick();
  }
}

/** Everybody polls until it has the last event, or nothing has come for a second. */
async function drain(world: World, log: Logged[]): Promise<void> {
  await Promise.all(world.pending);
  await pick(world.workers, 0).fanOut.advanceRoom(world.room);
  for (const [index, one] of world.members.entries()) {
    const last = log.findLast((entry) => isFor(one, entry))?.id;
    for (let empty = 0; empty < 10 && last !== undefined && one.lastSeen !== last; ) {
      const answer = await pick(world.parts, index).poll(one.token, one.cursor, 0.1);
      empty = answer.events.length === 0 ? empty + 1 : 0;
      take(one, answer);
    }
  }
}

interface Logged {
  id: string;
  only: string | undefined;
}

/** All events in the room's log. */
async function readLog({ parts, room }: World): Promise<Logged[]> {
  const { redis, keys } = pick(parts, 0).store;
  return (await redis.xrange(keys.log(room), '-', '+')).map(([id, fields]) => ({ id, only: fields[5] }));
}

const isFor = (one: Member, { id, only }: Logged): boolean =>
  compareIds(id, one.joinedAfter) > 0 && (only === undefined || only === String(one.id));

const inSteps = bothWaysAsking({ PLAN: 'steps' })
  .filter(([, asking]) => asking === 'poll')
  .map(([LIVE, asking, it]) => [`${LIVE}, in steps`, asking, it] as const);
describe.for([...bothWaysAsking(), ...inSteps])('with LIVE=%s, asked by %s', ([, , it]) => {
  let parts: Part[], workers: Worker[];
  let quiet = 0;
  it.beforeAll(({ part: here, otherPart, worker, otherWorker }) => {
    [parts, workers] = [
      [here, otherPart],
      [worker, otherWorker],
    ];
  });

  it('every member sees every accepted message that is for it once, in log order', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const world: World = { room: freshRoom(), parts, workers, members: [], accepted: [], pending: [] };
        await join(world, 0);
        await join(world, 1);
        for (const step of sequence) await run(world, step);
        const log = await readLog(world);
        const ids = log.map(({ id }) => id);
        quiet += log.filter(({ only }) => only !== undefined).length;
        await drain(world, log);
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of world.accepted) expect(ids.filter((one) => one === id)).toHaveLength(1);
        for (const one of world.members)
          expect(one.seen).toEqual(log.filter((entry) => isFor(one, entry)).map(({ id }) => id));
      }),
      { numRuns: 60, interruptAfterTimeLimit: 25_000 },
    );
    expect(quiet).toBeGreaterThan(0);
  });
});
