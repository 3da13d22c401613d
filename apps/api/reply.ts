/** Where an operation's answer goes. It knows neither Koa nor callbacks. */
import { scriptSafeJson } from '../../shared/store/event-text.js';

/** What a poll's answer gave. */
export type PollResult = 'events' | 'signal' | 'nothing';

/** Where the answer of a request goes, once. */
export interface Reply {
  /** Takes the body of a good answer, as JSON text; a poll says what it gave. */
  succeed(body: string, gave?: PollResult): void;
  fail(error: unknown): void;
  /** Called when the client goes before it has its answer. */
  onClientGone: (() => void) | null;
  /** Told which event a message has become, when the log wants to know. */
  onAccepted?: ((room: string, id: string) => void) | undefined;
  /** Told of bytes that were looked at in vain, beside those that are given: they count as read. */
  countRead?(bytes: number): void;
  /** Hashes of the asker's address, by the salts of today and of yesterday. */
  addressHashes(): Promise<string[]>;
}

/** The body of a good answer; `raw` are members whose values are JSON text already. */
export function ok(fields: Record<string, unknown> = {}, raw: Record<string, string> = {}): string {
  let body = scriptSafeJson({ ok: true, ...fields }).slice(0, -1);
  for (const [name, text] of Object.entries(raw)) body += `,"${name}":${text}`;
  return `${body}}`;
}
