/** A Redis, an API process's parts and a worker's fan-out, for tests of what happens in a room. */
import type { Parameters } from '../../apps/api/operations/parameters.js';
import type { ChatEvent, RoomView } from '../../shared/protocol/events.js';
import { openFanOut, openPart, type Part } from './parts.js';
import { Person } from './people.js';
import { startRedis, type TestRedis } from './redis.js';

export interface Arrival {
  person: Person;
  owner: string;
  room: RoomView;
}

export class Scene {
  constructor(
    readonly redis: TestRedis,
    readonly part: Part,
    readonly worker: Awaited<ReturnType<typeof openFanOut>>,
  ) {}

  async close(): Promise<void> {
    await this.part.close();
    this.worker.close();
    await this.redis.stop();
  }

  async join(room: string, more: Partial<Parameters<'join'>> = {}): Promise<Arrival> {
    const answer = await this.part.call('join', { room, ...more });
    const { id } = answer.user as { id: number };
    return {
      person: new Person(id, String(answer.token), room, answer.cursor, '0-0'),
      owner: String(answer.owner),
      room: answer.room as RoomView,
    };
  }

  /** What somebody is given by a poll, after fan-out. */
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

export async function openScene(settings: Record<string, string> = {}, given?: TestRedis): Promise<Scene> {
  const redis = given ?? (await startRedis());
  return new Scene(redis, await openPart(redis.url, settings), await openFanOut(redis.url, settings));
}
