import { compareIds, type ChatEvent, type UserRef } from '../../../shared/protocol/events.js';
import type { Chat } from '../client/api.js';
import { absorbed, entriesOf, entryOf, type Entry } from './entries.js';

/** Events asked for at once when scrolling up. */
const PAGE = 50;

/** What two or more people say in one room: all that is known of its log, and how far it has been read. */
export class Conversation {
  entries: Entry[] = [];
  unread = 0;
  /** The entry above which "New" stands. */
  freshFrom = '';
  /** Nothing older exists, or none can be read. */
  complete = false;
  loading = false;

  /** `partner`: whom a private conversation is with. */
  constructor(readonly room: string, public partner: UserRef | null) {}

  append(event: ChatEvent): void {
    if (!absorbed(this.entries[this.entries.length - 1], event)) this.entries.push(entryOf(event));
  }

  /** Puts older events before the known ones; gives the number of entries that became of them. */
  prepend(events: ChatEvent[]): number {
    const first = this.entries[0];
    const older = first ? events.filter((event) => compareIds(event.id, first.id) < 0) : events;
    const entries = entriesOf(older);
    this.entries = entries.concat(this.entries);
    return entries.length;
  }

  /** An event came that the reader does not see. */
  miss(event: ChatEvent): void {
    if (event.type !== 'message') return;
    this.unread++;
    if (!this.freshFrom) this.freshFrom = event.id;
  }

  /** Everything has been seen. True when that changes what is shown. */
  read(): boolean {
    const changed = this.unread > 0;
    this.unread = 0;
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
      const first = this.entries[0];
      const page = await chat.history({ room: this.room, limit: PAGE, ...(first ? { before: first.id } : {}) });
      this.complete = !page.more;
      return this.prepend(page.events);
    } catch (_) {
      this.complete = true;
      return 0;
    } finally {
      this.loading = false;
    }
  }
}
