import { type ChatEvent, compareIds, type UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import { asFailure, mayRetry } from '../../client/errors.js';
import { addTo, type Entry } from '../log/entries.js';
import { Amendments, amendedBy, amendedId, applied, type Later } from './amendments.js';
import { Removed } from './removed.js';

/** Events that one request for older ones asks for. */
const PAGE_EVENTS = 50;
/** Messages of a page, and pages, that are read again after a gap. They are more than most people look back at. */
const REREAD_EVENTS_MAX = 100;
const REREAD_PAGES_MAX = 3;

/** One room, public or private: the known part of its log, and how much of it the user has read. */
export class Conversation {
  entries: Entry[] = [];
  /** The id of the entry that has the mark "New" above it. */
  freshFrom = '';
  /** There are no older events, or they cannot be read. */
  complete = false;
  loading = false;
  /** The last page could not be read, and can be asked for again. */
  hasFailed = false;
  /** Slow mode: seconds between two messages of one person, as far as the known log says. */
  slow: number | undefined;
  /** Called after entries have been removed, with the place of the first one and their number. */
  onRemoved: (at: number, count: number) => void = () => undefined;
  readonly removed = new Removed();
  private readonly amendments = new Amendments();
  /** The id of the oldest event that is known. */
  private oldest = '';
  /** The `before` of the next request, if the last page had no event for this user. */
  private nextBefore = '';
  private unreadIds: string[] = [];
  private readonly mentionIds = new Set<string>();

  /** `partner`: the other user of a private conversation. */
  constructor(
    readonly room: string,
    public partner: UserRef | null,
    private readonly isMe: (id: number) => boolean,
  ) {}

  add(event: ChatEvent): void {
    this.oldest = this.oldest || event.id;
    if (event.slow !== undefined) this.slow = event.slow;
    this.removed.note(event);
    if (event.type === 'cleared') this.clear();
    if (event.type === 'removed') this.removeMessages(event);
    if (event.type === 'message' && event.held) this.removeDelayed(event.held);
    const amended = amendedId(event);
    if (amended) this.amend(amended, event);
    addTo(this.entries, event);
  }

  /** Puts older events before the known ones. Returns how many entries they made. `later`: what was said meanwhile. */
  addOlder(events: ChatEvent[], later?: Later): number {
    const { oldest, removed } = this;
    const older = events.filter((event) => (!oldest || compareIds(event.id, oldest) < 0) && !removed.hasEvent(event));
    const entries: Entry[] = [];
    for (const event of older) addTo(entries, applied(event, later, this.isMe));
    if (older[0]) this.oldest = older[0].id;
    const slowed = older.filter(({ slow }) => slow !== undefined).pop();
    if (this.slow === undefined && slowed) this.slow = slowed.slow;
    this.entries = entries.concat(this.entries);
    return entries.length;
  }

  /** Returns whether an event may be older than all that are known. */
  isBefore(id: string): boolean {
    return !this.complete && (!this.oldest || compareIds(id, this.oldest) < 0);
  }

  get unread(): number {
    return this.unreadIds.length;
  }

  /** Returns how many of the unread messages name the user. */
  get mentionCount(): number {
    return this.unreadIds.filter((id) => this.mentionIds.has(id)).length;
  }

  /** An event has come that the user does not see. */
  addUnread(event: ChatEvent, isMention: boolean): void {
    if (event.type !== 'message') return;
    if (this.unread === 0) this.freshFrom = event.id;
    this.unreadIds.push(event.id);
    if (isMention) this.mentionIds.add(event.id);
  }

  /** The user has seen everything. */
  markRead(): void {
    this.unreadIds = [];
    this.mentionIds.clear();
  }

  has(id: string): boolean {
    return this.message(id) !== undefined;
  }

  /** The known events reach back to this one, so a message with this id that is not known is not there. */
  reachesTo(id: string): boolean {
    return this.complete || (this.oldest !== '' && compareIds(id, this.oldest) >= 0);
  }

  message(id: string): ChatEvent | undefined {
    return this.entryOf(id)?.message || undefined;
  }

  /** An edit or the reactions to a message have come. */
  amend(id: string, event: ChatEvent): void {
    const entry = this.entryOf(id);
    if (entry?.message) entry.message = amendedBy(entry.message, event, this.isMe);
    this.amendments.note(id, event);
  }

  private entryOf(id: string): Entry | undefined {
    return this.entries.find((entry) => entry.id === id);
  }

  /** Reads the page before the oldest known event. Resolves with the number of entries that it brought. */
  async loadOlder(chat: Chat): Promise<number> {
    if (this.complete || this.loading) return 0;
    this.loading = true;
    const later = this.amendments.begin();
    this.hasFailed = false;
    try {
      const before = this.nextBefore || this.oldest;
      const page = await chat.history({ room: this.room, limit: PAGE_EVENTS, ...(before ? { before } : {}) });
      this.complete = !page.more;
      this.nextBefore = page.before || '';
      return this.addOlder(page.events, later);
    } catch (thrown) {
      this.hasFailed = mayRetry(asFailure(thrown));
      this.complete = !this.hasFailed;
      return 0;
    } finally {
      this.loading = false;
      this.amendments.end(later);
    }
  }

  /** Reads the newest of the known messages again: edits of them and reactions have been lost. */
  async reread(chat: Chat): Promise<void> {
    const { amendments, isMe, room } = this;
    const oldest = this.entries[0]?.id || '';
    let before: string | undefined;
    for (let pages = 0; oldest && pages < REREAD_PAGES_MAX; pages += 1) {
      const later = amendments.begin();
      const asked = { room, limit: REREAD_EVENTS_MAX, types: ['message' as const], ...(before && { before }) };
      const page = await chat.history(asked).catch(() => null);
      for (const event of page?.events || []) {
        const entry = this.entryOf(event.id);
        if (entry?.message) entry.message = applied(event, later, isMe);
      }
      amendments.end(later);
      before = page?.before || page?.events[0]?.id;
      if (!page?.more || !before || compareIds(before, oldest) <= 0) return;
    }
  }

  private clear(): void {
    this.markRead();
    this.freshFrom = '';
    this.complete = true;
    this.drop(0, this.entries.length);
  }

  /** Removes one message, or all messages of a user. */
  private removeMessages({ removed, user }: ChatEvent): void {
    const ids = this.entries.filter(({ message }) => user && message?.from.id === user.id).map(({ id }) => id);
    for (const id of removed ? [removed] : ids) this.remove(id);
    if (removed) this.removeDelayed(removed);
  }

  /** Removes the row of a message that others did not see yet: it is in the log now, or has been removed. */
  private removeDelayed(held: string): void {
    const at = this.entries.findIndex(({ message }) => message?.type === 'delayed' && message.held === held);
    if (at >= 0) this.drop(at, 1);
  }

  private remove(id: string): void {
    this.unreadIds = this.unreadIds.filter((unread) => unread !== id);
    if (this.freshFrom === id) this.freshFrom = this.unreadIds[0] || '';
    const at = this.entries.findIndex((entry) => entry.id === id);
    if (at >= 0) this.drop(at, 1);
  }

  private drop(at: number, count: number): void {
    this.entries.splice(at, count);
    this.onRemoved(at, count);
  }
}
