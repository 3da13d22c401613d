/** The events of a user who polls on and on: each as it came, and each once, as the browser library would give it. */
import { type ChatEvent, compareIds, type SignalEvent } from '../../shared/protocol/events.js';
import { patiently } from './patiently.js';

/** Seconds a poll is held at most; short, so that a follower meets many attaches in a short test. */
const HOLD = 5;

export interface Polled {
  cursor: string;
  events: Array<ChatEvent | SignalEvent>;
  missed?: number;
  reset?: true;
}

type Poll = (cursor: string, timeout: number, signal: AbortSignal) => Promise<Polled>;

export class Follower {
  /** Everything that came, repetitions included. */
  readonly raw: Array<ChatEvent | SignalEvent> = [];
  /** The events of rooms, each once. */
  readonly events: ChatEvent[] = [];
  readonly signals: SignalEvent[] = [];
  /** Events that the server said were lost, and how often it gave a cursor up. */
  missed = 0;
  resets = 0;
  /** Where the next poll goes on. */
  cursor: string;
  readonly #poll: Poll;
  readonly #last = new Map<string, string>();
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #error: unknown = null;

  constructor(cursor: string, poll: Poll) {
    this.cursor = cursor;
    this.#poll = poll;
    this.#ended = this.#run().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#error = error;
    });
  }

  /** The texts of the messages of a room, in the order in which they came. */
  texts(room?: string): Array<string | undefined> {
    const messages = this.events.filter(
      (event) => event.type === 'message' && (room === undefined || event.room === room),
    );
    return messages.map((event) => event.text);
  }

  /** Ends the polling; throws what ended it before, if anything did. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
    this.check();
  }

  /** Throws what has ended the polling, if anything has. */
  check(): void {
    if (this.#error !== null) throw this.#error;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const { cursor, events, missed = 0, reset } = await patiently(() => this.#next());
      this.cursor = cursor;
      this.missed += missed;
      if (reset) this.resets += 1;
      for (const event of events) this.#take(event);
    }
  }

  #next(): Promise<Polled> {
    this.#stopping.signal.throwIfAborted();
    return this.#poll(this.cursor, HOLD, this.#stopping.signal);
  }

  #take(event: ChatEvent | SignalEvent): void {
    this.raw.push(event);
    if (event.type === 'signal') {
      this.signals.push(event);
    } else if (this.#isNew(event)) {
      this.#last.set(event.room, event.id);
      this.events.push(event);
    }
  }

  #isNew(event: ChatEvent): boolean {
    const last = this.#last.get(event.room);
    return last === undefined || compareIds(event.id, last) > 0;
  }
}
