/** A Redis, an API process's parts and a worker's fan-out, for tests of what happens in a room. */
import type { Parameters } from '../../apps/api/operations/parameters/check.js';
import type { ChatEvent, RoomView } from '../../shared/protocol/events.js';
import type { Part, Worker } from './parts.js';
import { Person } from './people.js';
import type { TestRedis } from './redis.js';

export interface Arrival {
  person: Person;
  /** Undefined where somebody else had made the room. */
  owner: unknown;
  room: RoomView;
}

export class Scene {
  constructor(
    readonly redis: TestRedis,
    readonly part: Part,
    readonly worker: Worker,
  ) {}

  async join(room: string, more: Partial<Parameters<'join'>> = {}): Promise<Arrival> {
    const answer = await this.part.call('join', { room, ...more });
    const { id } = answer.user as { id: number };
    const { cursor } = answer;
    return {
      person: new Person(this.part, room, { id, token: String(answer.token), cursor, lastSeen: '0-0' }),
      owner: answer.owner,
      room: answer.room as RoomView,
    };
  }

  /** Lets people of these names join a room, one after the other. */
  async people<Names extends string[]>(room: string, ...names: Names): Promise<{ [Place in keyof Names]: Person }> {
    const people: Person[] = [];
    for (const name of names) people.push((await this.join(room, { name })).person);
    return people as { [Place in keyof Names]: Person };
  }

  /** The events that a poll returns to somebody, after fan-out. */
  async told(person: Person): Promise<ChatEvent[]> {
    await this.worker.fanOut.advanceRoom(person.room);
    return (await person.poll(this.part)).events;
  }

  /** The texts in the history of a room, as somebody sees it. */
  async texts(person: Person): Promise<(string | undefined)[]> {
    const { events } = await this.part.call('history', { token: person.token, room: person.room });
    return events.filter(({ type }) => type === 'message').map(({ text }) => text);
  }
}
