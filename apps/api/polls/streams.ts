/** The streams that this process holds, and the one timer for all of them. */
import type { Cursor } from '../../../shared/store/inboxes.js';
import type { StreamReply } from '../reply.js';
import { Stream } from './stream.js';

const TICK_MS = 1_000;
/** How long a stream may wait by BLPOP: as long as a usual poll. */
const WAIT_MS = 25_000;
/**
 * When the process ends, its clients come again at random moments within so many ms for each of them, at least and at
 * most: to attach a thousand users in a second takes about a fifth of a Redis.
 */
const RETURN_MS_PER_STREAM = 1;
const RETURN_MIN_MS = 500;
const RETURN_MAX_MS = 10_000;

export class Streams {
  readonly #byToken = new Map<string, Stream>();
  readonly #timer: NodeJS.Timeout;
  readonly #waitMs: number;
  readonly #blockedMaxMs: number;
  #returnWithinMs = RETURN_MIN_MS;

  constructor({ clientTimeout, userTtl }: { clientTimeout: number; userTtl: number }) {
    this.#waitMs = Math.min(WAIT_MS, userTtl * 500);
    this.#blockedMaxMs = clientTimeout * 1_000;
    this.#timer = setInterval(() => this.tick(), TICK_MS);
  }

  get size(): number {
    return this.#byToken.size;
  }

  ofToken(token: string): Stream | undefined {
    return this.#byToken.get(token);
  }

  /** Makes a stream. Throws `unauthorized` for a text that cannot be a token. */
  open(token: string, cursor: Cursor | null, reply: StreamReply): Stream {
    const stream = new Stream(token, cursor, reply, {
      waitMs: this.#waitMs,
      blockedMaxMs: this.#blockedMaxMs,
      returnAfterMs: () => Math.round(Math.random() * this.#returnWithinMs),
      onEnded: (ended) => {
        if (this.#byToken.get(token) === ended) this.#byToken.delete(token);
      },
    });
    this.#byToken.set(token, stream);
    return stream;
  }

  /** The process is about to end: its streams will be told when to come again. */
  prepareDrain(): void {
    const withinMs = this.#byToken.size * RETURN_MS_PER_STREAM;
    this.#returnWithinMs = Math.min(RETURN_MAX_MS, Math.max(RETURN_MIN_MS, withinMs));
  }

  tick(): void {
    const now = Date.now();
    for (const stream of this.#byToken.values()) stream.tick(now);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
