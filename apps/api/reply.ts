/** The answer of an operation. It knows neither Koa nor callbacks. */
import { scriptSafeJson } from '../../shared/store/event-text.js';
import type { SendsLimit } from '../../shared/store/messages.js';

/** The content of a poll's answer. */
export type PollResult = 'events' | 'signal' | 'nothing';

/** The page that a request comes from, and how it is held back while it is above its share. */
export interface ReplySource {
  readonly page: {
    /** How long its answers are held for more events to share them, in ms. */
    readonly holdMs: number;
    /** How many events of its history a join may return. */
    readonly historyMax: number;
  };
}

/** The events of a poll's answer, by their numbers in the user's inbox. */
export interface GivenEvents {
  /** The number of the event before the first one. */
  readonly after: number;
  /** The number of the last one. */
  readonly to: number;
  /** Whether the cursor was from another time: what it says about numbers no longer holds. */
  readonly reset: boolean;
}

/** Takes the answer of a request, once. */
export interface Reply {
  /** Answers with a body of JSON text. `result`, `given`: what the answer of a poll contains. */
  succeed(body: string, result?: PollResult, given?: GivenEvents | null): void;
  /** Answers with an error. */
  fail(error: unknown): void;
  /** Called if the client goes before it has its answer. */
  onClientGone: (() => void) | null;
  /** The user that joins only listens: it does not own a room that it makes. */
  readonly onlyListens?: true;
  /** Takes the event that a message has become, if the log shows single requests. */
  onAccepted?: ((room: string, id: string) => void) | undefined;
  /** Counts bytes that were read in vain, besides those in the answer. The limit of reads counts them. */
  countRead?(bytes: number): void;
  /** Resolves with the limit of sends of the client's address, for a message that costs so much. */
  limitOfSends?(cost: number): Promise<SendsLimit | null>;
  /** Counts an entry that a room admits. Rejects with `rate_limited`. */
  countEntry?(room: string): Promise<void>;
  /** Counts a room that is made without an entry. Rejects with `rate_limited`. */
  countRoom?(room: string): Promise<void>;
  /**
   * Returns the origin of the client's page (`none` when the request names no page), and its network: the IPv4 address,
   * or the /56 around an IPv6 address. The network is in clear: hash it before it is stored.
   */
  client(): { origin: string; network: string };
  /** Resolves with the hashes of the client's address, by today's and yesterday's salt. */
  addressHashes(): Promise<string[]>;
  /** An outgoing hook of a chat has sent the request. */
  readonly isOfHook?: boolean;
  /** Where the request comes from. */
  readonly source?: ReplySource | null;
}

/** Takes what a stream gives: many answers of a poll, until one side ends it. */
export interface StreamReply {
  /** Begins the stream: the client learns that it is open. Does nothing from the second time on. */
  begin(): void;
  /**
   * Writes the body of a poll's answer, which has this cursor. Returns false if the client does not keep up. It should
   * then get nothing before `onWritable`.
   */
  write(cursor: string, body: string, result: PollResult, given: GivenEvents | null): boolean;
  /** Writes something that means nothing, so that nobody takes the connection for dead. Returns what `write` does. */
  comment(): boolean;
  /** Whether everything that was written has left this process. */
  readonly flushed: boolean;
  /** Where the request comes from. */
  readonly source?: ReplySource | null;
  /** Throws if the client may not have a stream any more. */
  recheck(): void;
  /** Ends the stream. The client should open another one in so many ms. */
  end(returnAfterMs: number): void;
  /** Ends the stream with an error, or answers with an error if it has not begun. */
  fail(error: unknown): void;
  /** Breaks the connection off, because nobody reads. */
  abort(): void;
  /** Called if the client goes. */
  onClientGone: (() => void) | null;
  /** Called when the client keeps up again. */
  onWritable: (() => void) | null;
}

/** Returns the body of a successful answer. `raw`: members whose values are JSON text already. */
export function ok(fields: Record<string, unknown> = {}, raw: Record<string, string> = {}): string {
  let body = scriptSafeJson({ ok: true, ...fields }).slice(0, -1);
  for (const [name, text] of Object.entries(raw)) body += `,"${name}":${text}`;
  return `${body}}`;
}
