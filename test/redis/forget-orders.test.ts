/**
 * A user that leaves and wants to be forgotten, beside its own entries and exits, moderators and workers, in any order
 * of their steps, also in processes that die. Nothing is left of what it has said when all is quiet.
 */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { operations } from '../../apps/api/operations/index.js';
import type { Reply } from '../../apps/api/reply.js';
import { finishForgetting } from '../../apps/worker/jobs/forget.js';
import { settle } from '../../apps/worker/jobs/settle.js';
import type { ChatEvent } from '../../shared/protocol/events.js';
import type { OperationName } from '../../shared/protocol/operations.js';
import type { Store } from '../../shared/store/store.js';
import { expireUser, staleUsers } from '../../shared/store/user-end.js';
import { bothPlans, freshRoom } from '../support/fixtures/parts.js';
import type { Part, Worker } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { type Choose, inEveryOrder, Turns } from '../support/turns.js';

const STEPS: ReadonlySet<string> = new Set(
  'authorize enter enter-user enter-room entered exit-user exit-room exited append send end erase forget react'.split(
    ' ',
  ),
);
/** Whatever is under way has died. */
const AT_ONCE = -1_000;

type Doing = 'leave' | 'enter' | 'kick' | 'ban' | 'exit' | 'expire' | 'settle' | 'send' | 'react';
const MOVES = ['enter', 'kick', 'ban', 'exit', 'expire', 'settle'] as const;
const WRITES = ['send', 'react'] as const;

/** Anna, who owns a room, and Bert, who wants to be forgotten there. */
class Room {
  readonly name = freshRoom();
  #anna!: Person;
  #bert!: Person;
  #ids: string[] = [];

  constructor(
    readonly part: Part,
    readonly worker: Worker,
  ) {}

  async begin(): Promise<void> {
    const { part, name } = this;
    [this.#anna, this.#bert] = [await joinAs(part, name), await joinAs(part, name)];
    await joinAs(part, name);
    for (const one of [this.#anna, this.#bert]) this.#ids.push(String((await one.send(part, 'hello')).id));
    await this.#bert.act('react', { id: this.#ids[0], emoji: '👍', on: true });
    await this.#bert.act('edit', { id: this.#ids[1], text: 'hello to all' });
  }

  perform(store: Store, doing: Doing): Promise<unknown> {
    const { name: room } = this;
    const { id, token } = this.#bert;
    const given: Partial<Record<Doing, object>> = {
      leave: { token, forget: true },
      send: { token, room, text: 'more' },
      react: { token, room, id: this.#ids[0], emoji: '😂', on: true },
      kick: { token: this.#anna.token, room, user: id },
      ban: { token: this.#anna.token, room, user: id, seconds: 60 },
    };
    if (doing === 'expire') return expireUser(store, id, Number.MAX_SAFE_INTEGER);
    if (doing === 'settle') return settle(store, this.worker.fanOut, AT_ONCE);
    return this.#call(store, doing, given[doing] ?? { token, room });
  }

  #call(store: Store, operation: OperationName, parameters: object): Promise<unknown> {
    const run = operations[operation] as (chat: Part['chat'], parameters: object, reply: Reply) => Promise<string>;
    const reply: Reply = {
      succeed: () => undefined,
      fail: () => undefined,
      onClientGone: null,
      client: () => ({ origin: 'none', network: '192.0.2.1' }),
      addressHashes: () => Promise.resolve(['here', '']),
    };
    return run({ ...this.part.chat, store }, parameters, reply);
  }

  /** Whether Bert was in the room when he ended; undefined until then. */
  async wasIn(): Promise<boolean | undefined> {
    const { redis, keys } = this.part.store;
    if ((await redis.hget(keys.user(this.#bert.id), 'forget')) === null) return undefined;
    return (await redis.sismember(keys.userRooms(this.#bert.id), this.name)) === 1;
  }

  /** Lets workers do what they do from time to time. */
  async settle(): Promise<void> {
    const { store, fanOut } = this.worker;
    for (let run = 0; run < 2; run += 1) {
      for (const shard of store.keys.allShards)
        for (const id of await staleUsers(store, shard, 0, 100)) await expireUser(store, id, 0);
      await settle(store, fanOut, AT_ONCE);
      await fanOut.advanceRoom(this.name);
      await finishForgetting(store, 60_000, () => undefined, { abandonedMs: -1, rewriteMs: -1 });
    }
    await fanOut.advanceRoom(this.name);
  }

  /** Resolves with the words and reactions of Bert that are still there. */
  async remains(): Promise<string[]> {
    const { redis, keys } = this.part.store;
    const log = (await redis.xrange(keys.log(this.name), '-', '+')).map(([, fields]) => fields[3] ?? '');
    const said = log.filter((text) => {
      const { from, type } = JSON.parse(text) as ChatEvent;
      return from.id === this.#bert.id && (type === 'message' || type === 'edited');
    });
    const reactions = Object.values(await redis.hgetall(keys.reactions(this.name)));
    return [...said, ...reactions.filter((text) => text.includes(`\t${this.#bert.id} `))];
  }
}

/** Which of so many operations goes on; -1 is the death of the first one's process. */
const orders = fc
  .tuple(fc.infiniteStream(fc.nat(999)), fc.boolean())
  .map(([numbers, deadly]) => (options: number): number => {
    const number = numbers.next().value ?? 0;
    return deadly && number > 950 ? -1 : number % options;
  });

/** Plays the end of the one beside other operations. It is checked if the one was in the room when it ended. */
async function play(room: Room, others: readonly Doing[], choose: Choose): Promise<void> {
  await room.begin();
  const turns = new Turns(room.part.store, STEPS);
  const left = turns.begin((store) => room.perform(store, 'leave'));
  for (const doing of others) void turns.begin((store) => room.perform(store, doing));
  let outcome = 'killed';
  void left.then(({ status }) => {
    outcome = status;
  });
  let wasIn: boolean | undefined;
  for (let options = await turns.choices(); options > 0; options = await turns.choices()) {
    const choice = choose(options);
    if (choice < 0) turns.kill(0);
    else turns.step(choice);
    await turns.choices();
    wasIn ??= await room.wasIn();
  }
  await room.settle();
  if (outcome === 'fulfilled' && wasIn) expect(await room.remains()).toEqual([]);
}

describe.for(bothPlans({ LIVE: 'off', RATE_LIMITS: 'off' }))(
  'nothing is left of what a user has said (%s)',
  ([, it]) => {
    it('that comes or goes at the same moment', async ({ part, worker }) => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.constantFrom(...MOVES), { maxLength: 4 }), orders, (others, choose) =>
          play(new Room(part, worker), others, choose),
        ),
        { numRuns: 20 },
      );
    });

    it.for(WRITES)('that has a call of %s under way', async (write, { part, worker }) => {
      const count = await inEveryOrder((choose) => play(new Room(part, worker), [write], choose));
      expect(count).toBeGreaterThan(5);
    });
  },
);
