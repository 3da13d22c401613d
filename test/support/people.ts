/** Users of parts under test, who poll as a client library does. */
import type { Parameters } from '../../apps/api/operations/parameters/check.js';
import { type ChatEvent, compareIds } from '../../shared/protocol/events.js';
import type { OperationName } from '../../shared/protocol/operations.js';
import type { Answer, Part } from './parts.js';
import { until } from './until.js';

/** The part of a `join`'s answer that is about the user. */
export interface Admission {
  id: number;
  token: string;
  cursor: string;
  lastSeen: string;
}

export class Person {
  readonly id: number;
  readonly token: string;
  cursor: string;
  lastSeen: string;
  readonly texts: (string | undefined)[] = [];

  /** `part`: where it joined. */
  constructor(
    readonly part: Part,
    readonly room: string,
    { id, token, cursor, lastSeen }: Admission,
  ) {
    this.id = id;
    this.token = token;
    this.cursor = cursor;
    this.lastSeen = lastSeen;
  }

  /** Calls an operation where it joined, in its room unless another is given. */
  act<Op extends OperationName>(op: Op, parameters: object = {}): Promise<Answer> {
    return this.part.call(op, { token: this.token, room: this.room, ...parameters } as Partial<Parameters<Op>>);
  }

  /** Polls once at a part and takes what comes. `timeout` in s. */
  async poll(part: Part, timeout = 0): Promise<Answer> {
    const answer = await part.poll(this.token, this.cursor, timeout);
    this.take(answer);
    return answer;
  }

  take(answer: Answer): void {
    this.cursor = answer.cursor;
    for (const event of answer.events) this.#see(event);
  }

  /** Polls at a part until all events so far have come and the part mirrors this user. */
  async becomeLive(part: Part): Promise<void> {
    await until(async () => {
      const { events } = await this.poll(part, 0.02);
      return events.length === 0 && part.polls.live.mirrors.ofToken(this.token);
    }, 'to be live');
  }

  /** Polls until the text has come. */
  receive(part: Part, text: string): Promise<true> {
    return until(async () => {
      await this.poll(part, 0.5);
      return this.texts.includes(text);
    }, text) as Promise<true>;
  }

  send(part: Part, text: string, id?: string): Promise<Answer> {
    return part.call('send', { token: this.token, room: this.room, text, id });
  }

  #see(event: ChatEvent): void {
    if (event.id === undefined || compareIds(event.id, this.lastSeen) <= 0) return;
    this.lastSeen = event.id;
    if (event.type === 'message') this.texts.push(event.text);
  }
}

export async function joinAs(part: Part, room: string, name?: string): Promise<Person> {
  return new Person(part, room, await part.join(room, name));
}
