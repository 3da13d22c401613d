/** The answer of an operation. It knows neither Koa nor callbacks. */
import { scriptSafeJson } from '../../shared/store/event-text.js';

/** The content of a poll's answer. */
export type PollResult = 'events' | 'signal' | 'nothing';

/** Takes the answer of a request, once. */
export interface Reply {
  /** Answers with a body of JSON text. `result`: what the answer of a poll contains. */
  succeed(body: string, result?: PollResult): void;
  /** Answers with an error. */
  fail(error: unknown): void;
  /** Called if the client goes before it has its answer. */
  onClientGone: (() => void) | null;
  /** Takes the event that a message has become, if the log shows single requests. */
  onAccepted?: ((room: string, id: string) => void) | undefined;
  /** Counts bytes that were read in vain, besides those in the answer. The limit of reads counts them. */
  countRead?(bytes: number): void;
  /** Resolves with the hashes of the client's address, by today's and yesterday's salt. */
  addressHashes(): Promise<string[]>;
}

/** Returns the body of a successful answer. `raw`: members whose values are JSON text already. */
export function ok(fields: Record<string, unknown> = {}, raw: Record<string, string> = {}): string {
  let body = scriptSafeJson({ ok: true, ...fields }).slice(0, -1);
  for (const [name, text] of Object.entries(raw)) body += `,"${name}":${text}`;
  return `${body}}`;
}
