/**
 * The announcement of the host, as this process knows it. Every process keeps a copy, so that nobody who comes costs
 * a round trip. It reads anew when it is told of a change, and from time to time.
 */
import type { AnnouncementEvent } from '../../../shared/protocol/events.js';
import { readAnnouncement, TOLD_AGAIN_MS } from '../../../shared/store/announcement.js';
import { scriptSafeJson } from '../../../shared/store/event-text.js';
import type { Store } from '../../../shared/store/store.js';
import type { Hearers } from './hearers.js';

const READ_EVERY_MS = 10_000;

export class News {
  readonly #store: Store;
  readonly #hearers: Hearers;
  readonly #timer: NodeJS.Timeout;
  #said: AnnouncementEvent | null = null;

  constructor(store: Store, hearers: Hearers) {
    this.#store = store;
    this.#hearers = hearers;
    this.#timer = setInterval(() => void this.read(), READ_EVERY_MS);
  }

  /** The announcement that holds now; null for none. */
  get now(): AnnouncementEvent | null {
    const said = this.#said;
    return said === null || said.kind === 'none' || (said.until ?? Infinity) <= Date.now() ? null : said;
  }

  /** Reads what the host says, and tells the users of this process if it is new. Never rejects. */
  async read(): Promise<void> {
    try {
      this.#said = await readAnnouncement(this.#store);
    } catch {
      return; // Redis is away: the next read makes up for it
    }
    const isNew = this.#said !== null && Date.now() - this.#said.at < TOLD_AGAIN_MS;
    this.#hearers.tellNews(isNew ? scriptSafeJson(this.#said) : '');
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
