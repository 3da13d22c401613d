/**
 * The mirror of one live user's inbox. Always true of it: it holds what the inbox in Redis holds, from the position
 * acknowledged to the end, up to deliveries under way; and it is only a cache, so dropping it loses nothing.
 */
import { isSamePosition, type Position, positionAfter } from '../../../shared/store/inboxes.js';
import { ownCopy } from '../../../shared/store/tokens.js';
import type { Poll } from './poll.js';

/** Events that came together: their texts joined by commas, shared by all users they came for. */
export interface Chunk {
  readonly text: string;
  readonly count: number;
  /** Log id of the last event. */
  readonly eventId: string;
  /** What these events add to the sum of a place; NaN when it is not known. */
  readonly digest: number;
}

export class Mirror {
  readonly id: number;
  readonly token: string;
  readonly shard: number;
  readonly n: number;
  /** The last delivery that the attach already included. */
  readonly sequence: number;
  readonly rooms: Set<string>;
  acked: Position;
  end: Position;
  poll: Poll | null = null;
  /** Characters of the events not acknowledged. */
  size = 0;
  /** Something to write at the next tick: an acknowledgement, or a poll that was seen. */
  dirty = false;
  lastPoll = Date.now();
  touched = Date.now();
  readonly #chunks: Chunk[] = [];

  constructor(
    user: { id: number; token: string; shard: number },
    n: number,
    sequence: number,
    acked: Position,
    rooms: string[],
  ) {
    this.id = user.id;
    this.token = ownCopy(user.token);
    this.shard = user.shard;
    this.n = n;
    this.sequence = sequence;
    this.acked = acked;
    this.end = acked;
    this.rooms = new Set(rooms);
  }

  get unacknowledged(): number {
    return this.end.count - this.acked.count;
  }

  push(chunk: Chunk): void {
    this.end = positionAfter(this.end, chunk);
    this.size += chunk.text.length;
    this.#chunks.push(chunk);
  }

  /** Acknowledges up to a place. False when that is not one this process can have given: the poll must attach. */
  acknowledge(place: Position): boolean {
    const { chunks, end } = this.#upTo(place.count);
    if (!isSamePosition(place, end)) return false;
    for (const { text } of this.#chunks.splice(0, chunks)) this.size -= text.length;
    this.acked = end;
    return true;
  }

  /** What an answer of at most `most` events and `size` characters (of one chunk at least) gives: joined texts, and where the client is then. Null when there is nothing. */
  take(most: number, size = Infinity): { text: string; count: number; end: Position } | null {
    const [first] = this.#chunks;
    if (!first) return null;
    const { chunks, end } = this.#upTo(this.acked.count + Math.max(most, first.count), size);
    const text =
      chunks === 1
        ? first.text
        : this.#chunks
            .slice(0, chunks)
            .map((chunk) => chunk.text)
            .join(',');
    return { text, count: end.count - this.acked.count, end };
  }

  /** The chunks that end at or before a position, the first and others up to `size` characters: how many, and the place behind the last. */
  #upTo(position: number, size = Infinity): { chunks: number; end: Position } {
    let [chunks, end, length] = [0, this.acked, 0];
    for (const chunk of this.#chunks) {
      length += chunk.text.length;
      if (end.count + chunk.count > position || (length > size && chunks > 0)) break;
      chunks += 1;
      end = positionAfter(end, chunk);
    }
    return { chunks, end };
  }
}
