/** Two people in a room of their own: one has streams, the other speaks. */
import { freshRoom } from './fixtures/parts.js';
import type { PartStream } from './part-stream.js';
import type { Part, Worker } from './parts.js';
import { joinAs, type Person } from './people.js';
import { until } from './until.js';

interface Place {
  /** Where she opens her streams, and another process. */
  here: Part;
  there: Part;
  worker: Worker;
}

export class StreamScene {
  readonly #opened: PartStream[] = [];

  private constructor(
    readonly place: Place,
    readonly room: string,
    /** She has polled everything that was in her inbox. */
    readonly anna: Person,
    readonly bert: Person,
  ) {}

  static async set(place: Place): Promise<StreamScene> {
    const room = freshRoom();
    const anna = await joinAs(place.here, room);
    const bert = await joinAs(place.there, room);
    const scene = new StreamScene(place, room, anna, bert);
    await place.worker.fanOut.advanceRoom(room);
    while ((await anna.poll(place.here)).events.length > 0);
    return scene;
  }

  /** Opens a stream of hers, unless another token is given. */
  async open(
    part = this.place.here,
    cursor: string | null = this.anna.cursor,
    token = this.anna.token,
  ): Promise<PartStream> {
    const stream = part.stream(token, cursor);
    this.#opened.push(stream);
    await until(() => stream.begun || stream.ended, 'the stream');
    return stream;
  }

  async say(...texts: string[]): Promise<void> {
    for (const text of texts) await this.bert.send(this.place.there, text);
    await this.place.worker.fanOut.advanceRoom(this.room);
  }

  async signal(data: unknown): Promise<void> {
    await this.place.there.call('signal', { token: this.bert.token, room: this.room, data });
  }

  /** The texts of the events that Redis keeps for her. */
  async inbox(): Promise<(string | undefined)[]> {
    const { redis, keys } = this.place.here.store;
    const texts = await redis.lrange(keys.inbox(this.anna.id), 0, -1);
    return texts.map((text) => (JSON.parse(text) as { text?: string }).text);
  }

  /** Does with her stream what its process does once a second, as if so many seconds had gone by. */
  tick(seconds: number): void {
    this.place.here.polls.streams.ofToken(this.anna.token)?.tick(Date.now() + seconds * 1_000);
  }

  /** Everybody goes. */
  end(): void {
    for (const stream of this.#opened) stream.go();
  }
}

export async function hears(stream: PartStream, text: string): Promise<void> {
  await until(() => stream.texts.includes(text), text);
}
