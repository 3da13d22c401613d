/**
 * The mirror of one live user's inbox. Always true of it: it holds what the inbox in Redis holds, from the position
 * acknowledged to the end, up to deliveries under way; and it is only a cache, so dropping it loses nothing.
 */
import { ownCopy } from '../../../shared/store/tokens.js';
import type { Poll } from './poll.js';

/** Events that came together: their texts joined by commas, shared by all users they came for. */
export interface Chunk {
  readonly text: string;
  readonly count: number;
  /** Log id of the last event. */
  readonly eventId: string;
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
  /** Characters of the events not acknowledged. */
  size = 0;
  /** Something to write at the next tick: an acknowledgement, or a poll that was seen. */
  dirty = false;
  lastPoll = Date.now();
  touched = Date.now();
  readonly #chunks: Chunk[] = [];

  constructor(user: { id: number; token: string; shard: number }, n: number, sequence: number, acked: number, rooms: string[]) {
    this.id = user.id;
    this.token = ownCopy(user.token);
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
    this.size += chunk.text.length;
    this.#chunks.push(chunk);
  }

  /** Acknowledges up to a position. False when that is not a place this process can have given: the poll must attach. */
  acknowledge(position: number): boolean {
    if (position === this.acked) return true;
    const { chunks, end, eventId } = this.#upTo(position);
    if (end !== position) return false;
    for (const { text } of this.#chunks.splice(0, chunks)) this.size -= text.length;
    this.acked = position;
    this.ackedId = eventId;
    return true;
  }

  /** What an answer of at most `most` events and `size` characters (of one chunk at least) gives: joined texts, and where the client is then. Null when there is nothing. */
  take(most: number, size = Infinity): { text: string; count: number; position: number; eventId: string } | null {
    const [first] = this.#chunks;
    if (!first) return null;
    const { chunks, end, eventId } = this.#upTo(this.acked + Math.max(most, first.count), size);
    const text = chunks === 1 ? first.text : this.#chunks.slice(0, chunks).map((chunk) => chunk.text).join(',');
    return { text, count: end - this.acked, position: end, eventId };
  }

  /** The chunks that end at or before a position, the first and others up to `size` characters: how many, where the last ends, and its log id. */
  #upTo(position: number, size = Infinity): { chunks: number; end: number; eventId: string } {
    let [chunks, end, eventId, length] = [0, this.acked, this.ackedId, 0];
    for (const chunk of this.#chunks) {
      length += chunk.text.length;
      if (end + chunk.count > position || (length > size && chunks > 0)) break;
      chunks += 1;
      end += chunk.count;
      eventId = chunk.eventId;
    }
    return { chunks, end, eventId };
  }
}
