import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { refill, remove } from '../dom/dom.js';
import { dayOf } from '../times.js';
import { type Entry, startsDay } from './entries.js';
import { foldTexts } from './long-texts.js';
import { type RowContext, row } from './rows.js';

/** At most this many rows are in the document, so that a log of 20,000 costs as much as one of 150. */
const ROWS_MAX = 150;
/** Rows that are added at once. */
const PAGE_ROWS = 50;
/** More rows are drawn when the user is this close to the first or the last one. */
const NEAR_PX = 500;
/** The user is at the end when this much or less is below the view. */
const AT_END_PX = 40;
/** A message that the user has gone to is marked for so long. */
const FOUND_MS = 2_000;
/** The log is visible when this share of it is. The browser reports 0 also for a log that only touches the view. */
const VISIBLE_RATIO = 0.001;

/** The content of the log. */
export interface LogSource {
  entries: Entry[];
  context: RowContext;
  /** The number of messages that the user has not seen. */
  unread: number;
  /** Called when the user is near the oldest entry. */
  wantOlder(): void;
}

/**
 * A scrolling view of a log. Rows `from` to `to` are in the document, and the rest exists only as data. While the user
 * is at the end, the view follows new rows. If nobody looks, it stops at the first new one. Elsewhere the rows in view
 * stay where they are, whatever is drawn around them.
 */
export class LogView {
  /** Called when the user leaves the end or comes back to it. */
  onEndChange: () => void = () => undefined;
  private source: LogSource | null = null;
  private from = 0;
  private to = 0;
  private following = true;
  /** The px between the view and the end. */
  private gapPx = 0;
  /** A part of the log is visible. */
  private isVisible = false;

  constructor(
    private readonly box: HTMLElement,
    private readonly list: HTMLElement,
  ) {
    box.addEventListener('scroll', () => this.scrolled(), { passive: true });
    new ResizeObserver(() => {
      this.fold();
      if (this.following) this.toBottom(this.gapPx);
    }).observe(box);
    new IntersectionObserver((changes) => this.visibilityChanged(changes), { threshold: [0, VISIBLE_RATIO] }).observe(
      box,
    );
  }

  /** The log is visible: it is not hidden, not without a size, and not out of view. */
  get inView(): boolean {
    return this.isVisible;
  }

  /** The newest entry is in view. */
  get atEnd(): boolean {
    return this.following;
  }

  show(source: LogSource): void {
    this.source = source;
    refill(this.list);
    this.latest();
  }

  /** Draws the part of the log around an entry, and marks it for a moment. */
  reveal(id: string): void {
    const at = this.entries().findIndex((entry) => entry.id === id);
    if (at < 0) return;
    this.following = false;
    this.draw(Math.max(0, at - PAGE_ROWS), Math.min(this.entries().length, at + PAGE_ROWS));
    const item = this.list.querySelector<HTMLElement>(`[data-id="${id}"]`);
    if (!item) return;
    this.box.scrollTop = item.offsetTop - (this.box.clientHeight - item.clientHeight) / 2; // the page does not scroll
    item.classList.add('found');
    setTimeout(() => item.classList.remove('found'), FOUND_MS);
    this.updateFollowing();
  }

  /** Draws the end of the log and scrolls there. */
  latest(): void {
    const count = this.entries().length;
    this.draw(Math.max(0, count - PAGE_ROWS), count);
    this.toBottom();
  }

  /** Draws entries that were added at the end, a change of the last one, or removals. */
  appended(): void {
    const count = this.entries().length;
    const from = Math.max(0, Math.min(this.from, count - PAGE_ROWS));
    if (this.following) {
      this.draw(Math.max(from, count - ROWS_MAX), count);
      this.toBottom();
      if (!this.isVisible || this.box.ownerDocument.hidden) this.toFresh();
    } else {
      this.keepPlace(() => this.draw(from, Math.min(count, from + ROWS_MAX)));
      this.updateFollowing(); // after a removal there may be nothing left to scroll
    }
  }

  /** `count` entries from place `at` on have been removed. `appended` draws that. */
  removed(at: number, count: number): void {
    const place = (index: number): number => index - Math.max(0, Math.min(count, index - at));
    this.from = place(this.from);
    this.to = place(this.to);
  }

  /** `count` older entries have been added at the beginning. */
  prepended(count: number): void {
    this.from += count;
    this.to += count;
    const isNear = this.box.scrollTop < NEAR_PX; // a search reads older entries wherever the user is
    const from = isNear ? Math.max(0, this.from - PAGE_ROWS) : this.from;
    this.keepPlace(() => this.draw(from, this.following ? this.to : Math.min(this.to, from + ROWS_MAX)));
    if (this.following) this.toBottom();
  }

  /** Draws the rows again that look different after a time, such as "Today". */
  refresh(): void {
    this.keepPlace(() => this.draw(this.from, this.to));
    this.settle();
  }

  /** Draws all rows again, for example after the tools have come. */
  redraw(): void {
    this.keepPlace(() => {
      refill(this.list);
      this.draw(this.from, this.to);
    });
    if (this.following) this.toBottom();
  }

  /** Keeps the end in view after something around the log has changed its size. */
  settle(): void {
    if (this.following) this.toBottom();
  }

  /**
   * Runs `act`, which changes the height of the log. The rows in view stay in view, and at the end the last row does.
   */
  resize(act: () => void): void {
    const { scrollTop } = this.box;
    const short = this.below();
    act();
    if (this.following) this.toBottom(short);
    else this.box.scrollTop = scrollTop;
  }

  private visibilityChanged(changes: IntersectionObserverEntry[]): void {
    const { width, height } = changes[changes.length - 1]?.intersectionRect || { width: 0, height: 0 };
    this.isVisible = width > 0 && height > 0;
    this.settle();
    if (this.following) this.toFresh();
    this.onEndChange();
  }

  /** A log that is not visible needs no older entries. */
  private wantOlder(): void {
    if (this.isVisible && this.source) this.source.wantOlder();
  }

  private entries(): Entry[] {
    return this.source ? this.source.entries : [];
  }

  private toBottom(short = 0): void {
    this.following = true;
    this.gapPx = short;
    this.box.scrollTop = this.box.scrollHeight - this.box.clientHeight - short;
    if (this.from === 0 && this.box.scrollTop < NEAR_PX) this.wantOlder();
  }

  /** Goes no further than to the mark "New", if the user has not seen what is below it. */
  private toFresh(): void {
    const mark = this.source?.unread && this.list.querySelector<HTMLElement>('.fresh');
    if (!mark || !this.box.clientHeight) return;
    this.box.scrollTop = Math.min(this.box.scrollTop, mark.offsetTop);
    this.updateFollowing();
  }

  private scrolled(): void {
    this.updateFollowing();
    if (this.box.scrollTop < NEAR_PX) this.drawOlder();
    else if (this.below() < NEAR_PX && !this.drawnToEnd()) this.drawNewer();
  }

  /** Finds out whether the user is at the end. */
  private updateFollowing(): void {
    const wasFollowing = this.following;
    this.gapPx = this.below();
    this.following = this.drawnToEnd() && this.gapPx < AT_END_PX;
    if (this.following !== wasFollowing) this.onEndChange();
  }

  /** Returns the px below the view. */
  private below(): number {
    const { scrollTop, scrollHeight, clientHeight } = this.box;
    return scrollHeight - scrollTop - clientHeight;
  }

  private drawnToEnd(): boolean {
    return this.to === this.entries().length;
  }

  private drawOlder(): void {
    if (this.from === 0) this.wantOlder();
    else {
      const from = Math.max(0, this.from - PAGE_ROWS);
      this.keepPlace(() => this.draw(from, Math.min(this.to, from + ROWS_MAX)));
    }
  }

  private drawNewer(): void {
    const to = Math.min(this.entries().length, this.to + PAGE_ROWS);
    this.keepPlace(() => this.draw(Math.max(this.from, to - ROWS_MAX), to));
  }

  /** Runs `act` so that the first row in view does not move, and that no screen reader reads old rows as new ones. */
  private keepPlace(act: () => void): void {
    this.box.setAttribute('aria-busy', 'true');
    this.withAnchor(act);
    this.box.removeAttribute('aria-busy');
  }

  private withAnchor(act: () => void): void {
    const { top: viewTop } = this.box.getBoundingClientRect();
    const places = new Map<string | null, number>();
    for (const item of [...this.list.children]) {
      const { bottom, top: itemTop } = item.getBoundingClientRect();
      if (bottom > viewTop) places.set(item.getAttribute('data-id'), itemTop);
    }
    act();
    const anchor = [...this.list.children].find((item) => places.has(item.getAttribute('data-id')));
    const place = anchor && places.get(anchor.getAttribute('data-id'));
    if (anchor && place !== undefined) this.box.scrollTop += anchor.getBoundingClientRect().top - place;
  }

  private fold(): void {
    if (this.source) foldTexts(this.list, this.source.context.texts, () => this.updateFollowing());
  }

  /**
   * Puts rows `from` to `to` into the document. Keeps the rows that are there already, and draws only the others. No
   * screen reader reads a message once more that is edited or has another reaction.
   */
  private draw(from: number, to: number): void {
    const { source } = this;
    if (!source) return;
    const entries = source.entries.slice(from, to);
    const known = new Map([...this.list.children].map((item) => [item.getAttribute('data-key'), item]));
    const ids = [...this.list.children].map((item) => item.getAttribute('data-id'));
    const items = entries.map((entry, i) => {
      const before = source.entries[from + i - 1];
      const key = rowKey(entry, before, source.context);
      const same = known.get(key);
      if (same) return same;
      const item = keyed(row(entry, before, source.context), key);
      if (entry.message && ids.includes(entry.id)) item.setAttribute('aria-live', 'off');
      return item;
    });
    replaceRows(this.list, items);
    this.fold();
    this.from = from;
    this.to = to;
  }
}

/** Returns a key that changes whenever the look of the row does. */
function rowKey(entry: Entry, before: Entry | undefined, context: RowContext): string {
  const today = startsDay(entry, before) ? dayOf(context.now) : '';
  const role = entry.message ? context.roleOf(entry.message.from.id) : '';
  const parts = [entry.id, entry.events.length, before ? before.id : '', context.freshFrom === entry.id, today, role];
  return `${parts.join(' ')} ${entry.message ? talkKey(entry.message, context) : ''}`;
}

/** Returns what the row shows of edits, reactions, and the message that this one answers. */
function talkKey({ re, editedAt, reactions }: ChatEvent, context: RowContext): string {
  const quoted = re && context.quoted(re);
  return JSON.stringify([editedAt, reactions, quoted && [quoted.editedAt], quoted === null]);
}

function keyed(item: HTMLElement, key: string): HTMLElement {
  item.setAttribute('data-key', key);
  return item;
}

/** Replaces the rows. Rows that stay are not moved, so a selection in them survives. */
function replaceRows(list: HTMLElement, items: Element[]): void {
  const stay = new Set(items);
  [...list.children].forEach((item) => {
    if (!stay.has(item)) remove(item);
  });
  let next = list.firstElementChild;
  for (const item of items) {
    if (item === next) next = next.nextElementSibling;
    else list.insertBefore(item, next);
  }
}
