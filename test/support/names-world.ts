/** Some users with few names in two rooms, step by step; and what must hold of their names when all is quiet. */
import { expect } from 'vitest';
import { operations } from '../../apps/api/operations/index.js';
import type { Reply } from '../../apps/api/reply.js';
import { settle } from '../../apps/worker/jobs/settle.js';
import type { OperationName } from '../../shared/protocol/operations.js';
import { foldName } from '../../shared/store/nicknames.js';
import type { Store } from '../../shared/store/store.js';
import { expireUser, staleUsers } from '../../shared/store/user-end.js';
import { endEverybody, ghosts } from './key-space.js';
import type { Part, Worker } from './parts.js';
import { joinAs, type Person } from './people.js';
import { wipe } from './redis.js';
import { Turns } from './turns.js';

const ROOMS = ['r', 's'];
/** Whatever is under way has died. */
const AT_ONCE = -1_000;
/** The steps of which the order matters. What is read beside them goes at once, except a user's name. */
const STEPS: ReadonlySet<string> = new Set([
  'admit',
  'create',
  'enter',
  'enter-user',
  'enter-room',
  'entered',
  'exit-user',
  'exit-room',
  'exited',
  'end',
  'hget',
  'hmget',
  'release-nick',
  'rename-member',
  'rename-user',
  'reserve-nick',
]);

export interface NameTask {
  doing: 'join' | 'enter' | 'exit' | 'rename' | 'leave';
  who: number;
  room: string;
  name: string;
  secret?: string | undefined;
}

export class NamesWorld {
  #people: Person[] = [];

  constructor(
    readonly part: Part,
    readonly worker: Worker,
  ) {}

  /** New users, the even ones in the first room, the odd ones in the second. */
  async begin(names: readonly string[]): Promise<void> {
    await wipe(this.part.store.redis);
    this.#people = await Promise.all(names.map((name, i) => joinAs(this.part, ROOMS[i % 2] ?? '', name)));
  }

  /** Runs tasks side by side in the order that `choose` says of so many that wait; -1 kills the first. */
  async play(tasks: readonly NameTask[], choose: (options: number) => number): Promise<void> {
    const turns = new Turns(this.part.store, STEPS);
    for (const task of tasks) void turns.begin((store) => this.#perform(store, task));
    for (let options = await turns.choices(); options > 0; options = await turns.choices()) {
      const choice = choose(options);
      if (choice < 0) turns.kill(0);
      else turns.step(choice);
    }
    await this.#check();
  }

  async #perform(store: Store, { doing, who, room, name, secret }: NameTask): Promise<void> {
    const token = this.#people[who]?.token;
    const given = {
      join: { room, name, secret },
      enter: { token, room, secret },
      exit: { token, room },
      rename: { token, name },
    };
    await this.#call(store, doing, doing === 'leave' ? { token } : given[doing]).catch((error: unknown) => {
      expect(error).toMatchObject({
        code: expect.stringMatching(/^(name_taken|not_in_room|unauthorized|rate_limited)$/),
      });
    });
  }

  /** Runs an operation as a process does that has this store. */
  #call(store: Store, operation: OperationName, parameters: object): Promise<string> {
    const run = operations[operation] as (chat: Part['chat'], parameters: object, reply: Reply) => Promise<string>;
    const reply: Reply = {
      succeed: () => undefined,
      fail: () => undefined,
      onClientGone: null,
      addressHashes: () => Promise.resolve(['here', '']),
      client: () => ({ origin: '', network: '' }),
    };
    return run({ ...this.part.chat, store }, parameters, reply);
  }

  async #check(): Promise<void> {
    await this.#keepUp();
    for (const room of ROOMS) await this.#checkNames(room);
    await this.#passTime();
    for (const room of ROOMS) await this.#checkFree(room);
    await endEverybody(this.part.store);
    expect(await ghosts(this.part.store)).toEqual([]);
  }

  /** What workers do from time to time. */
  async #keepUp(): Promise<void> {
    const { store, fanOut } = this.worker;
    for (let run = 0; run < 2; run += 1) {
      for (const shard of store.keys.allShards)
        for (const id of await staleUsers(store, shard, 0, 100)) await expireUser(store, id, 0);
      await settle(store, fanOut, AT_ONCE);
    }
  }

  /** No two members have the same name, as the room shows them and as their messages do. */
  async #checkNames(room: string): Promise<void> {
    const { redis, keys } = this.part.store;
    const shown = await redis.hgetall(keys.roster(room));
    const own = await Promise.all(Object.keys(shown).map((id) => redis.hget(keys.user(Number(id)), 'name')));
    for (const names of [Object.values(shown), own]) {
      const folded = names.map((name) => foldName(name ?? ''));
      expect(new Set(folded).size, `${room}: ${names.join(', ')}`).toBe(folded.length);
    }
  }

  /** Lets the time of renames pass that have died. */
  async #passTime(): Promise<void> {
    const { redis, keys } = this.part.store;
    for (const room of ROOMS) {
      for (const [nick, record] of Object.entries(await redis.hgetall(keys.holders(room)))) {
        const [id, ends] = record.split(' ');
        if (ends) await redis.hset(keys.holders(room), nick, `${id} 1`);
      }
    }
  }

  /** Somebody new can have every name that no member has, and no other. */
  async #checkFree(room: string): Promise<void> {
    const { redis, keys } = this.part.store;
    const ids = await redis.hkeys(keys.roster(room));
    const own = await Promise.all(ids.map((id) => redis.hget(keys.user(Number(id)), 'name')));
    const had = new Set(own.map((name) => foldName(name ?? '')));
    for (const name of ['Anna', 'Bert', 'Carl', 'Dora']) {
      const outcome = await joinAs(this.part, room, name).then(
        () => 'joined',
        ({ code }: { code: string }) => code,
      );
      expect(outcome, `${name} in ${room}`).toBe(had.has(foldName(name)) ? 'name_taken' : 'joined');
    }
  }
}
