/** A stream at the parts of an API process, without HTTP: what it gives, and a client that may go or read nothing. */
import type { StreamReply } from '../../apps/api/reply.js';
import type { Answer } from './parts.js';

export class PartStream implements StreamReply {
  /** All that it has given, oldest first. */
  readonly answers: Answer[] = [];
  begun = false;
  comments = 0;
  /** What ended it, if an error did. */
  failure: unknown = null;
  /** When the client should come again, if the process ends. */
  returnAfterMs: number | null = null;
  aborted = false;
  /** Whether the client reads. */
  reads = true;
  onClientGone: (() => void) | null = null;
  onWritable: (() => void) | null = null;
  onChange: () => void = () => undefined;
  refusal: Error | null = null;

  get flushed(): boolean {
    return this.reads;
  }

  /** Whether it is over, by whatever. */
  get ended(): boolean {
    return this.failure !== null || this.returnAfterMs !== null || this.aborted;
  }

  /** The texts of the messages that it has given, in their order. */
  get texts(): (string | undefined)[] {
    return this.answers
      .flatMap(({ events }) => events.filter(({ type }) => type === 'message'))
      .map(({ text }) => text);
  }

  /** Where a client goes on that has had all of it. */
  get cursor(): string | undefined {
    return this.answers.at(-1)?.cursor;
  }

  begin(): void {
    this.begun = true;
    this.onChange();
  }

  write(cursor: string, body: string): boolean {
    this.begun = true;
    const answer = JSON.parse(body) as Answer;
    if (answer.cursor !== cursor) throw new Error(`the id ${cursor} is not the cursor of ${body}`);
    this.answers.push(answer);
    this.onChange();
    return this.reads;
  }

  comment(): boolean {
    this.comments += 1;
    return this.reads;
  }

  recheck(): void {
    if (this.refusal) throw this.refusal;
  }

  end(returnAfterMs: number): void {
    this.returnAfterMs = returnAfterMs;
    this.onChange();
  }

  fail(error: unknown): void {
    this.failure = error;
    this.onChange();
  }

  abort(): void {
    this.aborted = true;
    this.onChange();
  }

  /** The client goes. */
  go(): void {
    this.onClientGone?.();
  }

  /** The client reads nothing from now on, until `readOn`. */
  stop(): void {
    this.reads = false;
  }

  readOn(): void {
    this.reads = true;
    this.onWritable?.();
  }
}
