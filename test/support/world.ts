/**
 * Some users who enter, exit, are sent out, end and write to each other, step by step; and what must hold when all is
 * quiet.
 */
import { expect } from 'vitest';
import { operations } from '../../apps/api/operations/index.js';
import type { Reply } from '../../apps/api/reply.js';
import { settle } from '../../apps/worker/jobs/settle.js';
import { type ChatEvent, compareIds, privateRoom } from '../../shared/protocol/events.js';
import type { OperationName } from '../../shared/protocol/operations.js';
import type { Store } from '../../shared/store/store.js';
import { expireUser, staleUsers } from '../../shared/store/user-end.js';
import { ghosts } from './key-space.js';
import type { Answer, Part, Worker } from './parts.js';
import { joinAs, type Person } from './people.js';
import { wipe } from './redis.js';
import { Turns } from './turns.js';

const ROOM = 'r';
/** A room that all are in, and stay in. */
const HOME = 'home';
/** Whatever is under way has died. */
const AT_ONCE = -1_000;
/** The steps of which the order matters; what is read beside them goes at once. */
const STEPS: ReadonlySet<string> = new Set([
  'authorize',
  'enter',
  'enter-user',
  'enter-room',
  'entered',
  'exit-user',
  'exit-room',
  'exited',
  'append',
  'send',
  'end',
]);

export type Doing = 'enter' | 'exit' | 'kick' | 'ban' | 'leave' | 'expire' | 'write' | 'say' | 'exitPrivate' | 'fanOut';
/** What a user does, or is done to it; `to`: the other one of a private room. */
export interface Task {
  doing: Doing;
  who: number;
  to: number;
}

/** Who is in which room by each account, as `room id`. */
interface Accounts {
  byRoom: string[];
  byUser: string[];
  forFanOut: string[];
}

export class World {
  #owner: Person | null = null;
  #people: Person[] = [];

  constructor(
    readonly part: Part,
    readonly worker: Worker,
  ) {}

  /** New users, of whom some are members of the room, and some write to each other already. */
  async begin(members: readonly boolean[], acquainted: boolean): Promise<void> {
    const { part } = this;
    await wipe(part.store.redis);
    const owner = await joinAs(part, HOME);
    this.#owner = owner;
    await part.call('enter', { token: owner.token, room: ROOM });
    this.#people = await Promise.all(members.map(() => joinAs(part, HOME)));
    for (const [index, one] of this.#people.entries()) {
      await one.poll(part); // its whole inbox is kept
      if (members[index]) await part.call('enter', { token: one.token, room: ROOM });
      if (acquainted)
        for (const other of this.#people.slice(0, index))
          await part.call('send', { token: one.token, to: other.id, text: `hello from ${one.id} to ${other.id}` });
    }
  }

  /**
   * Runs tasks side by side in the order that `choose` says of so many that wait; -1 kills the first. Checks what is then.
   */
  async play(tasks: readonly Task[], choose: (options: number) => number): Promise<void> {
    const turns = new Turns(this.part.store, STEPS);
    const accepted: string[] = [];
    tasks.forEach(
      (task, number) =>
        void turns
          .begin((store) => this.#perform(store, task, number))
          .then((outcome) => {
            if (outcome.status === 'fulfilled' && task.doing === 'write') accepted.push(this.#text(task, number));
          }),
    );
    for (let options = await turns.choices(); options > 0; options = await turns.choices()) {
      const choice = choose(options);
      if (choice < 0) turns.kill(0);
      else turns.step(choice);
    }
    await this.#check(accepted);
  }

  /** A private message's text tells whom it is for and which it is. */
  #text({ who, to }: Task, number: number): string {
    return `to ${this.#person(to).id} from ${this.#person(who).id}: ${number}`;
  }

  #person(index: number): Person {
    const found = this.#people[index % this.#people.length];
    if (!found) throw new Error('there is nobody');
    return found;
  }

  #perform(store: Store, task: Task, number: number): Promise<unknown> {
    const { doing, who, to } = task;
    const [{ id, token }, other] = [this.#person(who), this.#person(to)];
    const between = privateRoom(id, other.id);
    const owner = this.#owner?.token;
    switch (doing) {
      case 'enter':
      case 'exit':
        return this.#call(store, doing, { token, room: ROOM });
      case 'kick':
        return this.#call(store, 'kick', { token: owner, room: ROOM, user: id });
      case 'ban':
        return this.#call(store, 'ban', { token: owner, room: ROOM, user: id, seconds: 60 });
      case 'leave':
        return this.#call(store, 'leave', { token });
      case 'expire':
        return expireUser(store, id, Number.MAX_SAFE_INTEGER);
      case 'write':
        return this.#call(store, 'send', { token, to: other.id, text: this.#text(task, number) });
      case 'exitPrivate':
        return this.#call(store, 'exit', { token, room: between });
      case 'say':
        return this.#call(store, 'send', { token, room: ROOM, text: `to all: ${number}` });
      case 'fanOut':
        return this.worker.fanOut.advanceRoom(who === to ? ROOM : between);
    }
  }

  /** Runs an operation as a process does that has this store. */
  async #call(store: Store, operation: OperationName, parameters: object): Promise<unknown> {
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

  /** All is quiet: the accounts agree, nothing is left over, and what was accepted has come. */
  async #check(accepted: readonly string[]): Promise<void> {
    await this.#keepUp();
    const { byRoom, byUser, forFanOut } = await this.#accounts();
    expect({ byUser, forFanOut }).toEqual({ byUser: byRoom, forFanOut: byRoom });
    for (const one of this.#people)
      await this.#checkInbox(
        one,
        accepted.filter((text) => text.startsWith(`to ${one.id} `)),
      );
    await this.#checkEnd();
  }

  async #checkInbox(one: Person, accepted: readonly string[]): Promise<void> {
    const events = await this.#received(one);
    if (!events) return;
    const messages = events.filter(({ type }) => type === 'message');
    const texts = messages.map(({ text }) => text);
    const ids = messages.filter(({ room }) => room === ROOM).map(({ id }) => id);
    expect(new Set(texts).size).toBe(texts.length);
    expect(ids).toEqual([...ids].sort(compareIds));
    expect(ids).toEqual(expect.arrayContaining(await this.#heardBy(one.id)));
    expect(texts).toEqual(expect.arrayContaining([...accepted]));
  }

  /** When everybody has gone only logs are left, and they expire. */
  async #checkEnd(): Promise<void> {
    const { store } = this.part;
    for (const one of [...this.#people, ...(this.#owner ? [this.#owner] : [])])
      await expireUser(store, one.id, Number.MAX_SAFE_INTEGER);
    await this.#keepUp();
    expect(await ghosts(store)).toEqual([]);
    for (const room of this.#rooms()) {
      for (const key of [store.keys.log(room), store.keys.presence(room)])
        expect(await store.redis.pttl(key), key).not.toBe(-1);
    }
  }

  #rooms(): string[] {
    const ids = this.#people.map(({ id }) => id);
    return [ROOM, ...ids.flatMap((one) => ids.filter((two) => two > one).map((two) => privateRoom(one, two)))];
  }

  /** What workers do from time to time. */
  async #keepUp(): Promise<void> {
    const { store, fanOut } = this.worker;
    for (let run = 0; run < 2; run += 1) {
      for (const shard of store.keys.allShards)
        for (const id of await staleUsers(store, shard, 0, 100)) await expireUser(store, id, 0);
      for (const room of this.#rooms()) await fanOut.advanceRoom(room);
      await settle(store, fanOut, AT_ONCE);
    }
  }

  async #accounts(): Promise<Accounts> {
    const { redis, keys } = this.part.store;
    const found: Accounts = { byRoom: [], byUser: [], forFanOut: [] };
    for (const room of this.#rooms()) {
      for (const { id } of this.#people) {
        if (await redis.hexists(keys.roster(room), String(id))) found.byRoom.push(`${room} ${id}`);
        if (await redis.sismember(keys.userRooms(id), room)) found.byUser.push(`${room} ${id}`);
        if ((await redis.zscore(keys.members(keys.userShard(id), room), String(id))) !== null)
          found.forFanOut.push(`${room} ${id}`);
      }
    }
    return found;
  }

  /** All events that somebody got; null for a user that has ended. */
  async #received({ token }: Person): Promise<ChatEvent[] | null> {
    const events: ChatEvent[] = [];
    for (let cursor: string | null = null; ; ) {
      const answer: Answer | null = await this.part.poll(token, cursor).catch(() => null);
      if (!answer) return null;
      if (answer.events.length === 0) return events;
      events.push(...answer.events);
      cursor = answer.cursor;
    }
  }

  /** The messages in the log of the room between a user's `joined` and `left`. */
  async #heardBy(id: number): Promise<string[]> {
    const { redis, keys } = this.part.store;
    const heard: string[] = [];
    let isIn = false;
    for (const [logId, fields] of await redis.xrange(keys.log(ROOM), '-', '+')) {
      const { type, from } = JSON.parse(fields[3] ?? '{}') as ChatEvent;
      if (from.id === id && (type === 'joined' || type === 'left')) isIn = type === 'joined';
      if (isIn && type === 'message') heard.push(logId);
    }
    return heard;
  }
}
