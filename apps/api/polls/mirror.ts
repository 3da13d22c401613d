/**
 * The mirror of one live user's inbox. It always holds what the inbox in Redis holds, from the given position to the
 * end, except for deliveries under way. It is only a cache: dropping it loses nothing. The given position is the
 * acknowledged one, but for a stream. Redis alone keeps what a stream has given and nobody has acknowledged.
 */
import { type Attached, isSamePosition, type Position, positionAfter } from '../../../shared/store/inboxes.js';
import { ownCopy } from '../../../shared/store/tokens.js';
import type { Poll } from './poll.js';

/** Events that came together. Their texts are joined by commas; all users that they came for share the text. */
export interface Chunk {
  readonly text: string;
  readonly count: number;
  /** The log id of the last event. */
  readonly eventId: string;
  /** The sum that these events add to the digest of a position. NaN if it is not known. */
  readonly digest: number;
}

/** Events for one answer. */
export interface Taken {
  /** Their texts joined by commas. */
  readonly text: string;
  readonly count: number;
  readonly chunks: number;
  /** The position behind them. */
  readonly end: Position;
}

/** The user of a mirror. */
export interface MirroredUser {
  readonly userId: number;
  readonly token: string;
  readonly shard: number;
}

export class Mirror implements MirroredUser {
  readonly userId: number;
  readonly token: string;
  readonly shard: number;
  /** The number of the attach that made it. */
  readonly n: number;
  /** The last delivery that the attach already included. */
  readonly sequence: number;
  readonly rooms: Set<string>;
  acked: Position;
  given: Position;
  end: Position;
  poll: Poll | null = null;
  /** The characters of the events that are not given. */
  characters = 0;
  /** Whether the next tick has something to write: an acknowledgement, or that the user has polled. */
  dirty = false;
  /** When the user was last here with a poll, and last written to Redis, in ms since 1970. */
  lastPoll = Date.now();
  touched = Date.now();
  /** Runs while what came waits for its turn. */
  turn: NodeJS.Timeout | undefined;
  readonly #chunks: Chunk[] = [];

  /** It begins behind the events that the attach gave to a stream, and else behind those that are acknowledged. */
  constructor(user: MirroredUser, attached: Attached, given: Position) {
    const { n, sequence, acked, rooms } = attached;
    this.userId = user.userId;
    this.token = ownCopy(user.token);
    this.shard = user.shard;
    this.n = n;
    this.sequence = sequence;
    this.acked = acked;
    this.given = given;
    this.end = given;
    this.rooms = new Set(rooms);
  }

  /** The number of events that are not given. */
  get waiting(): number {
    return this.end.count - this.given.count;
  }

  push(chunk: Chunk): void {
    this.end = positionAfter(this.end, chunk);
    this.characters += chunk.text.length;
    this.#chunks.push(chunk);
  }

  /** Acknowledges up to a position. Returns false if this process cannot have issued it: the poll must attach. */
  acknowledge(position: Position): boolean {
    const { chunks, end } = this.#upTo(position.count);
    if (!isSamePosition(position, end)) return false;
    this.#drop(chunks);
    this.acked = this.given = end;
    return true;
  }

  /** Notes how far the client of a stream has acknowledged. */
  noteAcknowledged(position: Position | null): void {
    if (!position || position.count <= this.acked.count) return;
    this.acked = position;
    this.dirty = true;
  }

  /**
   * Returns the joined texts for one answer, and the position behind them. Returns null if there are no events. The
   * answer has at least one chunk, and otherwise at most `countMax` events and `charactersMax` characters.
   */
  take(countMax: number, charactersMax = Infinity): Taken | null {
    const [first] = this.#chunks;
    if (!first) return null;
    const { chunks, end } = this.#upTo(this.given.count + Math.max(countMax, first.count), charactersMax);
    const text =
      chunks === 1
        ? first.text
        : this.#chunks
            .slice(0, chunks)
            .map((chunk) => chunk.text)
            .join(',');
    return { text, count: end.count - this.given.count, chunks, end };
  }

  /** Forgets what was taken. A stream has given it, so Redis alone keeps it until it is acknowledged. */
  forget({ chunks, end }: Taken): void {
    this.#drop(chunks);
    this.given = end;
  }

  #drop(chunks: number): void {
    for (const { text } of this.#chunks.splice(0, chunks)) this.characters -= text.length;
  }

  /**
   * Counts the chunks up to event `count`: the first one, and others within `charactersMax`. `end` is behind the last.
   */
  #upTo(count: number, charactersMax = Infinity): { chunks: number; end: Position } {
    let [chunks, end, characters] = [0, this.given, 0];
    for (const chunk of this.#chunks) {
      characters += chunk.text.length;
      if (end.count + chunk.count > count || (characters > charactersMax && chunks > 0)) break;
      chunks += 1;
      end = positionAfter(end, chunk);
    }
    return { chunks, end };
  }
}
