/** The host's eyes and hand on requests: what is busy is counted, what is switched off is refused. */
import type { IncomingMessage } from 'node:http';
import type { Blocklist } from './blocklist.js';
import type { TopTalkers } from './top-talkers.js';

/** Characters of an origin; more is nobody's. */
const ORIGIN_MAX = 200;

export class Host {
  readonly #blocks: Blocklist;
  readonly #busiest: TopTalkers | null;

  /** `busiest` is null when nobody can look at it. */
  constructor(blocks: Blocklist, busiest: TopTalkers | null) {
    this.#blocks = blocks;
    this.#busiest = busiest;
  }

  /** Takes note of a request. Throws `origin_refused` or `not_allowed` for what is switched off. */
  meet(req: IncomingMessage, address: string): void {
    const origin = pageOf(req);
    this.#busiest?.noteRequest(address, origin);
    this.#blocks.check(address, origin);
  }

  noteMessage(room: string): void {
    this.#busiest?.noteMessage(room);
  }
}

/** The origin of the page that asks, as far as its browser says: `null` for a file or a sandboxed frame, `none` for none. */
function pageOf({ headers }: IncomingMessage): string {
  return originOfText(headers.origin ?? headers.referer ?? '') || 'none';
}

/** The origin in an address, or what stands there instead. Cut off, not parsed: it is done for every request. */
export function originOfText(text: string): string {
  const end = text.indexOf('/', 8); // behind `https://`
  return (end < 0 ? text : text.slice(0, end)).slice(0, ORIGIN_MAX);
}
