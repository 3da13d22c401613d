/**
 * The mirror of one live user's inbox. Always true of it: it holds what the inbox in Redis holds, from the position
 * acknowledged to the end, up to deliveries under way; and it is only a cache, so dropping it loses nothing.
 */
import type { Poll } from './poll.js';

/** Events that came together: their texts joined by commas, shared by all users they came for. */
export interface Chunk {
  readonly text: string;
  readonly count: number;
  /** Log id of the last event. */
  readonly eventId: string;
}

interface PlacedChunk extends Chunk {
  /** Position in the inbox after its last event. */
  readonly end: number;
}

export class Mirror {
  readonly id: number;
  readonly token: string;
  readonly shard: number;
  readonly n: number;
  /** The last delivery that the attach already included. */
  readonly sequence: number;
  readonly rooms: Set<string>;
  acked: number;
  ackedId: string;
  end: number;
  endId: string;
  poll: Poll | null = null;
  /** Something to write at the next tick: an acknowledgement, or a poll that was seen. */
  dirty = false;
  lastPoll = Date.now();
  touched = Date.now();
  #chunks: PlacedChunk[] = [];

  constructor(user: { id: number; token: string; shard: number }, n: number, sequence: number, acked: number, rooms: string[]) {
    this.id = user.id;
    this.token = user.token;
    this.shard = user.shard;
    this.n = n;
    this.sequence = sequence;
    this.acked = acked;
    this.ackedId = '';
    this.end = acked;
    this.endId = '';
    this.rooms = new Set(rooms);
  }

  get unacknowledged(): number {
    return this.end - this.acked;
  }

  push(chunk: Chunk): void {
    this.end += chunk.count;
    this.endId = chunk.eventId;
    this.#chunks.push({ text: chunk.text, count: chunk.count, eventId: chunk.eventId, end: this.end });
  }

  /** Acknowledges up to a position. False when that is not a place this process can have given: the poll must attach. */
  acknowledge(position: number): boolean {
    if (position === this.acked) return true;
    const index = this.#chunks.findIndex((chunk) => chunk.end === position);
    const chunk = this.#chunks[index];
    if (!chunk) return false;
    this.#chunks = this.#chunks.slice(index + 1);
    this.acked = position;
    this.ackedId = chunk.eventId;
    return true;
  }

  /** What an answer of at most `most` events gives: joined texts, and where the client is then. Null when there is nothing. */
  take(most: number): { text: string; count: number; position: number; eventId: string } | null {
    const [first] = this.#chunks;
    if (!first) return null;
    if (this.#chunks.length === 1) return { text: first.text, count: first.count, position: first.end, eventId: first.eventId };
    const taken = this.#chunks.filter((chunk) => chunk === first || chunk.end - this.acked <= most);
    const last = taken.at(-1) ?? first;
    return { text: taken.map((chunk) => chunk.text).join(','), count: last.end - this.acked, position: last.end, eventId: last.eventId };
  }
}
