/**
 * Streams under random interleavings: sends, clients that go before they have read all, that come again at another
 * process by a poll or a stream, that acknowledge or do not, that read slowly, and processes that lose their
 * subscription. Everybody sees each message once and in order.
 */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { compareIds } from '../../shared/protocol/events.js';
import { parseCursor } from '../../shared/store/inboxes.js';
import { bothWays, freshRoom } from '../support/fixtures/parts.js';
import type { PartStream } from '../support/part-stream.js';
import type { Answer, Part, Worker } from '../support/parts.js';
import { pick } from '../support/pick.js';
import { until } from '../support/until.js';

const MEMBERS = 3;
/** Beyond this a client counts as having had what was written. */
const LONG_MS = 31_000;

type Step =
  | { kind: 'send'; member: number; part: number }
  | { kind: 'fanOut' }
  | { kind: 'open'; member: number; part: number; old: boolean }
  | { kind: 'poll'; member: number; part: number; old: boolean; lost: boolean }
  | { kind: 'read' | 'drop' | 'stop' | 'readOn' | 'age'; member: number }
  | { kind: 'ack'; member: number; part: number }
  | { kind: 'tick' | 'resubscribe'; part: number };

const member = fc.nat(MEMBERS - 1);
const part = fc.nat(1);
const old = fc.boolean();
const kind = <const Kind extends string>(name: Kind) => fc.constant(name);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: kind('send'), member, part }) },
    { weight: 5, arbitrary: fc.record({ kind: kind('fanOut') }) },
    { weight: 5, arbitrary: fc.record({ kind: kind('open'), member, part, old }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('poll'), member, part, old, lost: fc.boolean() }) },
    {
      weight: 7,
      arbitrary: fc.record({ kind: fc.constantFrom('read', 'read', 'drop', 'stop', 'readOn', 'age'), member }),
    },
    { weight: 4, arbitrary: fc.record({ kind: kind('ack'), member, part }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('tick', 'tick', 'resubscribe'), part }) },
  ),
  { minLength: 20, maxLength: 80, size: 'max' },
);

/** A member's client: it reads some of what its stream has written, and shows each event once. */
class Client {
  cursor: string;
  old: string;
  lastSeen: string;
  readonly seen: string[] = [];
  stream: PartStream | null = null;
  #at: Part | null = null;
  #read = 0;

  constructor(
    readonly token: string,
    joined: { cursor: string; lastSeen: string },
  ) {
    this.cursor = this.old = joined.cursor;
    this.lastSeen = joined.lastSeen;
  }

  async open(at: Part, fromOld: boolean): Promise<void> {
    this.drop();
    this.#at = at;
    this.#read = 0;
    const stream = at.stream(this.token, fromOld ? this.old : this.cursor);
    this.stream = stream;
    await until(() => stream.begun || stream.ended, 'the stream', 10_000, 1);
  }

  async poll(at: Part, fromOld: boolean, isLost: boolean): Promise<void> {
    const answer = await at.call('poll', {
      token: this.token,
      cursor: parseCursor(fromOld ? this.old : this.cursor) ?? undefined,
      timeout: 0,
    });
    if (!isLost) this.take(answer);
  }

  /** What is written arrives. */
  read(): void {
    const { stream } = this;
    if (!stream?.reads) return;
    for (const answer of stream.answers.slice(this.#read)) this.take(answer);
    this.#read = stream.answers.length;
  }

  /** The connection breaks: what was not read is lost with it. */
  drop(): void {
    this.stream?.go();
    this.stream = null;
  }

  stop(): void {
    this.read();
    this.stream?.stop();
  }

  readOn(): void {
    this.stream?.readOn();
  }

  /** The connection lives for long: then its client has read what was written before. */
  age(): void {
    this.read();
    const held = this.#at?.polls.streams.ofToken(this.token);
    for (const ms of [0, LONG_MS, 2 * LONG_MS]) held?.tick(Date.now() + ms);
  }

  take(answer: Answer): void {
    expect(answer).not.toHaveProperty('missed');
    expect(answer).not.toHaveProperty('reset');
    this.old = this.cursor;
    this.cursor = answer.cursor;
    for (const { id } of answer.events) {
      if (compareIds(id, this.lastSeen) <= 0) continue;
      this.lastSeen = id;
      this.seen.push(id);
    }
  }
}

/** What one run needs. */
interface World {
  room: string;
  parts: Part[];
  worker: Worker;
  clients: Client[];
  joinedAfter: string[];
}

async function begin(parts: Part[], worker: Worker): Promise<World> {
  const room = freshRoom();
  const clients: Client[] = [];
  const joinedAfter: string[] = [];
  for (let number = 0; number < MEMBERS; number += 1) {
    const joined = await pick(parts, number).join(room);
    clients.push(new Client(joined.token, joined));
    joinedAfter.push(joined.lastSeen);
  }
  return { room, parts, worker, clients, joinedAfter };
}

async function run({ room, parts, worker, clients }: World, step: Step): Promise<unknown> {
  switch (step.kind) {
    case 'send':
      return pick(parts, step.part).call('send', { token: pick(clients, step.member).token, room, text: 'x' });
    case 'fanOut':
      return worker.fanOut.advanceRoom(room);
    case 'open':
      return pick(clients, step.member).open(pick(parts, step.part), step.old);
    case 'poll':
      return pick(clients, step.member).poll(pick(parts, step.part), step.old, step.lost);
    case 'ack': {
      const { token, cursor } = pick(clients, step.member);
      return pick(parts, step.part).call('ack', { token, cursor: parseCursor(cursor) ?? undefined });
    }
    case 'tick':
      return pick(parts, step.part).polls.live.tick();
    case 'resubscribe': {
      const { polls, store } = pick(parts, step.part);
      for (const shard of store.keys.allShards) polls.live.dropShard(shard);
      return undefined;
    }
    default:
      return pick(clients, step.member)[step.kind]();
  }
}

/** Everybody reads on by a stream, at whatever process, until all has come. */
async function finish({ room, parts, worker, clients, joinedAfter }: World): Promise<void> {
  await worker.fanOut.advanceRoom(room);
  const { redis, keys } = pick(parts, 0).store;
  const log = (await redis.xrange(keys.log(room), '-', '+')).map(([id]) => id);
  for (const [number, client] of clients.entries()) {
    const expected = log.filter((id) => compareIds(id, joinedAfter[number] ?? '') > 0);
    const hasAll = async (): Promise<boolean> => {
      client.read();
      // a poll may have superseded its stream, and the notice may be on its way
      if (!client.stream || client.stream.ended) await client.open(pick(parts, number), false);
      client.readOn();
      return client.seen.length >= expected.length;
    };
    await until(hasAll, `all ${expected.length} events of ${room}`).catch(() => undefined);
    expect(client.seen).toEqual(expected);
    client.drop();
  }
}

describe.for(bothWays())('with LIVE=%s', ([, it]) => {
  it('every member sees every event once, in log order', async ({ part: here, otherPart, worker }) => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const world = await begin([here, otherPart], worker);
        for (const step of sequence) await run(world, step as Step);
        await finish(world);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 25_000 },
    );
  });
});
