import { type ChatEvent, compareIds, type UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import { addTo, type Entry } from '../log/entries.js';
import { Gone } from '../log/removed.js';

/** Events asked for at once when scrolling up. */
const PAGE = 50;

/** What two or more people say in one room: all that is known of its log, and how far it has been read. */
export class Conversation {
  entries: Entry[] = [];
  /** The entry above which "New" stands. */
  freshFrom = '';
  /** Nothing older exists, or none can be read. */
  complete = false;
  loading = false;
  /** Seconds between two messages of one person, as far as the known log tells. */
  slow: number | undefined;
  /** Called when entries have gone: the place of the first, and their number. */
  onGone: (at: number, count: number) => void = () => undefined;
  readonly gone = new Gone();
  /** The oldest event known. */
  private oldest = '';
  /** Where the next page begins, when the last one had nothing for us. */
  private goOn = '';
  /** Ids of unread messages. */
  private missed: string[] = [];

  /** `partner`: whom a private conversation is with. */
  constructor(
    readonly room: string,
    public partner: UserRef | null,
  ) {}

  add(event: ChatEvent): void {
    this.oldest = this.oldest || event.id;
    if (event.slow !== undefined) this.slow = event.slow;
    this.gone.note(event);
    if (event.type === 'cleared') this.clear();
    if (event.type === 'removed') this.take(event);
    addTo(this.entries, event);
  }

  /** Puts older events before the known ones; gives the number of entries that became of them. */
  addOlder(events: ChatEvent[]): number {
    const { oldest, gone } = this;
    const older = events.filter((event) => (!oldest || compareIds(event.id, oldest) < 0) && !gone.hasEvent(event));
    const entries: Entry[] = [];
    older.forEach((event) => addTo(entries, event));
    if (older[0]) this.oldest = older[0].id;
    const slowed = older.filter(({ slow }) => slow !== undefined).pop();
    if (this.slow === undefined && slowed) this.slow = slowed.slow;
    this.entries = entries.concat(this.entries);
    return entries.length;
  }

  get unread(): number {
    return this.missed.length;
  }

  /** An event came that the reader does not see. */
  miss(event: ChatEvent): void {
    if (event.type !== 'message') return;
    this.missed.push(event.id);
    if (!this.freshFrom) this.freshFrom = event.id;
  }

  /** Everything has been seen. True when that changes what is shown. */
  read(): boolean {
    const changed = this.unread > 0;
    this.missed = [];
    return changed;
  }

  has(id: string): boolean {
    return this.entries.some((entry) => entry.id === id);
  }

  /** Reads the page before the oldest known event; gives the number of entries it brought. */
  async loadOlder(chat: Chat): Promise<number> {
    if (this.complete || this.loading) return 0;
    this.loading = true;
    try {
      const before = this.goOn || this.oldest;
      const page = await chat.history({ room: this.room, limit: PAGE, ...(before ? { before } : {}) });
      this.complete = !page.more;
      this.goOn = page.before || '';
      return this.addOlder(page.events);
    } catch (_) {
      this.complete = true;
      return 0;
    } finally {
      this.loading = false;
    }
  }

  private clear(): void {
    this.read();
    this.freshFrom = '';
    this.complete = true;
    this.drop(0, this.entries.length);
  }

  /** One message, or all of a user. */
  private take({ removed, user }: ChatEvent): void {
    if (removed) return this.remove(removed);
    const theirs = this.entries.filter(({ message }) => message && user && message.from.id === user.id);
    theirs.forEach(({ id }) => this.remove(id));
  }

  private remove(id: string): void {
    this.missed = this.missed.filter((one) => one !== id);
    if (this.freshFrom === id) this.freshFrom = this.missed[0] || '';
    const at = this.entries.findIndex((entry) => entry.id === id);
    if (at >= 0) this.drop(at, 1);
  }

  private drop(at: number, count: number): void {
    this.entries.splice(at, count);
    this.onGone(at, count);
  }
}
