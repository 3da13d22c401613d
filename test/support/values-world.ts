/**
 * Members of a room whose pages know its values by the library's own code, and what may happen to them step by step.
 */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Answers } from '../../apps/web/client/answers.js';
import { Values } from '../../apps/web/client/events/values.js';
import { compareIds, type RoomView } from '../../shared/protocol/events.js';
import { FanOutSteps } from '../../shared/store/fan-out.js';
import { expireUser } from '../../shared/store/user-end.js';
import type { Answer, Part, Worker } from './parts.js';
import { pick } from './pick.js';

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
  | { kind: 'go'; member: number; how: 'exit' | 'leave' | 'expire' }
  | { kind: 'enter'; member: number; part: number }
  | { kind: 'clear'; values: boolean };

const member = fc.nat(5);
const part = fc.nat(1);
export const steps = fc.array(
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
        how: fc.constantFrom('exit' as const, 'leave' as const, 'expire' as const),
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
  /** The reads of its values that are under way, beside all that happens. */
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
      const asked = this.call(this.id, 'get', query) as unknown as Promise<Answers['get']>;
      const answer = asked.finally(() => sleep(5)); // more happens before it is there
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

export interface World {
  room: string;
  parts: Part[];
  workers: Worker[];
  members: Member[];
  /** The sum to which 'n' has been added up. */
  sum: number;
  count: number;
}

export async function join(world: World): Promise<void> {
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
  const fanOut = new FanOutSteps(pick(world.workers, worker).store);
  const batch = await fanOut.readBatch(world.room);
  if (batch.entries.length === 0) return;
  for (const shard of batch.shards.slice(0, calls)) await fanOut.deliver(world.room, shard, batch);
}

async function go(world: World, { member: index, how }: Extract<Step, { kind: 'go' }>): Promise<void> {
  const one = pick(world.members, index);
  if (one === world.members[0] || (how === 'exit' && !one.present)) return; // the owner stays, and clears
  one.present = false;
  if (how === 'exit') return void (await one.call(0, 'exit'));
  if (how === 'leave') await pick(world.parts, 0).call('leave', { token: one.token });
  else await expireUser(pick(world.workers, 0).store, one.id, Number.MAX_SAFE_INTEGER);
  world.members.splice(world.members.indexOf(one), 1);
}

export async function run(world: World, step: Step): Promise<void> {
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

export async function drain(world: World): Promise<void> {
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

export const plain = (values: Answers['get']['values']): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([key, { value }]) => [key, value]));
