/**
 * The code of streams (`/streams.js`) and the rest of the library know this of each other. A page loads that code when
 * its room is open; modules contain it.
 */
import type { Answers } from './answers.js';
import type { Pauses } from './backoff.js';
import type { Failure } from './errors.js';
import type { StreamTrouble } from './stream-trouble.js';
import type { Call, within } from './transport/transport.js';

export type MakeStreams = (host: StreamHost, server: string, core: Core) => Streams;

/** Gets the code from a server. Resolves with undefined if that fails, or if it is of another version. */
export type GetStreams = (server: string) => Promise<MakeStreams | undefined>;

/** The code of streams has this from the library: failures that it knows, and the browser's `fetch`, not the page's. */
export interface Core {
  Failure: typeof Failure;
  fetch: typeof fetch;
  within: typeof within;
}

/** The chain of polls that a stream takes the place of. */
export interface StreamHost {
  readonly user: { readonly token: string; readonly cursor: string; ack(): void };
  readonly pauses: Pauses;
  current: Call<unknown> | null;
  /** When the current stream was last heard of. */
  aliveAt: number;
  /** Whether the next request is a poll that is answered at once. */
  probing: boolean;
  /** Takes an answer to the user of `token`. Resolves when its events have reached the page. */
  take(token: string, answer: Answers['poll']): Promise<void>;
}

export interface Streams {
  /** Holds a stream until it ends or fails. */
  hold(): Promise<void>;
  /** A stream has failed. */
  doubt(failure: Failure): Promise<void>;
  /** The current stream ends because of this. */
  suspect(trouble: StreamTrouble): void;
  /** A poll has been answered: `atOnce`, or after failures. Returns the trouble if streams should be given up. */
  polled(atOnce: boolean): StreamTrouble | '';
  /** Acknowledges now what is not acknowledged yet. */
  flush(): void;
  /** Something else acknowledges it. */
  clear(): void;
}
