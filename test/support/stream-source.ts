/** Asks for events by streams, or by streams and polls in turn, in the place of a client that polls. */
import { Refused } from './client.js';
import { EventStream } from './event-stream.js';
import type { Polled } from './follower.js';

/** What a source needs of its user. */
interface Asker {
  readonly token: string;
  /** An API process. */
  url: () => string;
  poll: (cursor: string, timeout: number, signal: AbortSignal) => Promise<Polled>;
  ack: (cursor: string) => Promise<unknown>;
}

/** A connection that broke, as Node tells it. */
class Broken extends Error {
  readonly code = 'ECONNRESET';
}

export class StreamSource {
  readonly #user: Asker;
  readonly #mixed: boolean;
  #stream: EventStream | null = null;
  #waiting: Polled[] = [];
  #given = 0;
  #wake: () => void = () => undefined;

  /** `mixed`: leaves its stream for a poll now and then. */
  constructor(user: Asker, mixed: boolean) {
    this.#user = user;
    this.#mixed = mixed;
  }

  /** Resolves with the next answer. Rejects with what ended the stream; then it may be called again. */
  readonly next = async (cursor: string, timeout: number, signal: AbortSignal): Promise<Polled> => {
    this.#given += 1;
    if (this.#given === 1) signal.addEventListener('abort', () => this.#wake());
    if (this.#mixed && this.#given % 5 === 0) {
      this.#close();
      return this.#user.poll(cursor, timeout, signal).catch(again);
    }
    if (this.#given % 3 === 0) await this.#user.ack(cursor).catch(() => undefined); // it may be ended, or away
    const stream = this.#stream ?? this.#open(cursor);
    for (;;) {
      const answer = this.#waiting.shift();
      if (answer) return answer;
      const end = signal.aborted ? (signal.reason as Error) : endOf(stream);
      if (end) this.#close();
      if (end) throw end;
      await new Promise<void>((resolve) => {
        stream.onChange = this.#wake = resolve;
      });
    }
  };

  #open(cursor: string): EventStream {
    const stream = new EventStream(this.#user.url(), { token: this.#user.token }, { lastEventId: cursor });
    stream.onAnswer = (answer) => this.#waiting.push(answer);
    this.#stream = stream;
    return stream;
  }

  /** An answer that has come and was not taken is lost, as with a connection that breaks. */
  #close(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#waiting = [];
  }
}

/** The stream that was left may attach after the poll and supersede it. The library asks again then, too. */
function again(error: unknown): never {
  throw error instanceof Refused && error.failure.code === 'superseded'
    ? new Broken('the own stream came later')
    : error;
}

/** What has ended a stream, null while it goes on. */
function endOf({ error, ended }: EventStream): Error | null {
  if (error) return new Refused('stream', error);
  return ended ? new Broken('the stream has ended') : null;
}
