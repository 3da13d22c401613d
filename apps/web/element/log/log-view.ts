import { refill, remove } from '../dom/dom.js';
import { type Entry, startsDay } from './entries.js';
import { foldTexts } from './long-texts.js';
import { type RowContext, row } from './rows.js';
import { dayOf } from './times.js';

/** Rows in the document at most, and rows added at once: a log of 20,000 costs as much as one of 150. */
const ROWS_MAX = 150;
const PAGE = 50;
/** px from an end at which more rows are drawn, and within which the end counts as reached. */
const NEAR = 500;
const AT_END = 40;
/** The part of the log that counts as some of it, where a part of no size is told as none. */
const ANY = 0.001;

/** What a log is asked to show. */
export interface LogSource {
  entries: Entry[];
  context: RowContext;
  /** Called at the top of what is known. */
  wantOlder(): void;
}

/**
 * A scrolling window on a log. Rows `from` to `to` are in the document; the rest exists only as data. While the
 * reader is at the end it follows; elsewhere, what is read stays where it is, whatever is drawn around it.
 */
export class LogView {
  /** Called when the reader leaves the end, or comes back to it. */
  onTurn: () => void = () => undefined;
  private source: LogSource | null = null;
  private from = 0;
  private to = 0;
  private following = true;
  /** px between what is in view and the end, while the reader is at the end as good as. */
  private short = 0;
  /** Some of it can be seen. */
  private isSeen = false;

  constructor(
    private readonly box: HTMLElement,
    private readonly list: HTMLElement,
  ) {
    box.addEventListener('scroll', () => this.scrolled(), { passive: true });
    new ResizeObserver(() => {
      this.fold();
      if (this.following) this.toBottom(this.short);
    }).observe(box);
    new IntersectionObserver((changes) => this.look(changes), { threshold: [0, ANY] }).observe(box);
  }

  /** The log can be seen: it is not hidden, of no size, or out of view. */
  get inView(): boolean {
    return this.isSeen;
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

  /** Draws the end of the log and goes there. */
  latest(): void {
    const count = this.entries().length;
    this.draw(Math.max(0, count - PAGE), count);
    this.toBottom();
  }

  /** Entries were added at the end, or the last one has changed, or some have gone. */
  appended(): void {
    const count = this.entries().length;
    const from = Math.max(0, Math.min(this.from, count - PAGE));
    if (this.following) {
      this.draw(Math.max(from, count - ROWS_MAX), count);
      return this.toBottom();
    }
    this.keepPlace(() => this.draw(from, Math.min(count, from + ROWS_MAX)));
    this.turn(); // what has gone may leave nothing to scroll
  }

  /** `count` entries from place `at` on have gone; `appended` draws that. */
  gone(at: number, count: number): void {
    const place = (index: number): number => index - Math.max(0, Math.min(count, index - at));
    this.from = place(this.from);
    this.to = place(this.to);
  }

  /** `count` older entries were put before the others. */
  prepended(count: number): void {
    this.from += count;
    this.to += count;
    const from = Math.max(0, this.from - PAGE);
    this.keepPlace(() => this.draw(from, this.following ? this.to : Math.min(this.to, from + ROWS_MAX)));
    if (this.following) this.toBottom();
  }

  /** Draws those rows again whose look has changed with the time. */
  refresh(): void {
    this.keepPlace(() => this.draw(this.from, this.to));
    this.settle();
  }

  /** Draws all rows again, as when a mark or the language has changed. */
  redraw(): void {
    this.keepPlace(() => {
      refill(this.list);
      this.draw(this.from, this.to);
    });
    if (this.following) this.toBottom();
  }

  /** Keeps the end in view if it was: something around the log has changed its size. */
  settle(): void {
    if (this.following) this.toBottom();
  }

  /** Does what changes the log's height: what is read stays where it is, and at the end what is last stays last. */
  resize(act: () => void): void {
    const { scrollTop } = this.box;
    const short = this.below();
    act();
    if (this.following) this.toBottom(short);
    else this.box.scrollTop = scrollTop;
  }

  private look(changes: IntersectionObserverEntry[]): void {
    const { width, height } = changes[changes.length - 1]?.intersectionRect || { width: 0, height: 0 };
    this.isSeen = width > 0 && height > 0;
    this.settle();
    this.onTurn();
  }

  /** Nobody reads a log that cannot be seen. */
  private wantOlder(): void {
    if (this.isSeen && this.source) this.source.wantOlder();
  }

  private entries(): Entry[] {
    return this.source ? this.source.entries : [];
  }

  private toBottom(short = 0): void {
    this.following = true;
    this.short = short;
    this.box.scrollTop = this.box.scrollHeight - this.box.clientHeight - short;
    if (this.from === 0 && this.box.scrollTop < NEAR) this.wantOlder();
  }

  private scrolled(): void {
    this.turn();
    if (this.box.scrollTop < NEAR) this.up();
    else if (this.below() < NEAR && !this.drawnToEnd()) this.down();
  }

  /** Finds out whether the reader is at the end. */
  private turn(): void {
    const wasFollowing = this.following;
    this.short = this.below();
    this.following = this.drawnToEnd() && this.short < AT_END;
    if (this.following !== wasFollowing) this.onTurn();
  }

  /** px below what is in view. */
  private below(): number {
    const { scrollTop, scrollHeight, clientHeight } = this.box;
    return scrollHeight - scrollTop - clientHeight;
  }

  private drawnToEnd(): boolean {
    return this.to === this.entries().length;
  }

  private up(): void {
    if (this.from === 0) return this.wantOlder();
    const from = Math.max(0, this.from - PAGE);
    this.keepPlace(() => this.draw(from, Math.min(this.to, from + ROWS_MAX)));
  }

  private down(): void {
    const to = Math.min(this.entries().length, this.to + PAGE);
    this.keepPlace(() => this.draw(Math.max(this.from, to - ROWS_MAX), to));
  }

  /** Does `act` so that the first row in view does not move, and no screen reader takes old rows for news. */
  private keepPlace(act: () => void): void {
    this.box.setAttribute('aria-busy', 'true');
    this.move(act);
    this.box.removeAttribute('aria-busy');
  }

  private move(act: () => void): void {
    const top = this.box.getBoundingClientRect().top;
    const places = new Map<string | null, number>();
    for (const item of [...this.list.children]) {
      const { bottom, top: y } = item.getBoundingClientRect();
      if (bottom > top) places.set(item.getAttribute('data-id'), y);
    }
    act();
    const anchor = [...this.list.children].find((item) => places.has(item.getAttribute('data-id')));
    const before = anchor && places.get(anchor.getAttribute('data-id'));
    if (anchor && before !== undefined) this.box.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  private fold(): void {
    if (this.source) foldTexts(this.list, this.source.context.texts, () => this.turn());
  }

  /** Makes the document hold rows `from` to `to`: keeps those that are there, and draws only the others. */
  private draw(from: number, to: number): void {
    const { source } = this;
    if (!source) return;
    const wanted = source.entries.slice(from, to);
    const known = new Map([...this.list.children].map((item) => [item.getAttribute('data-key'), item]));
    const items = wanted.map((entry, i) => {
      const before = source.entries[from + i - 1];
      const key = rowKey(entry, before, source.context);
      return known.get(key) || keyed(row(entry, before, source.context), key);
    });
    replaceRows(this.list, items);
    this.fold();
    this.from = from;
    this.to = to;
  }
}

/** All that a row's look depends on and that changes. */
function rowKey(entry: Entry, before: Entry | undefined, context: RowContext): string {
  const today = startsDay(entry, before) ? dayOf(context.now) : '';
  return [entry.id, entry.events.length, before ? before.id : '', context.freshFrom === entry.id, today].join(' ');
}

function keyed(item: HTMLElement, key: string): HTMLElement {
  item.setAttribute('data-key', key);
  return item;
}

/** Leaves rows that stay in the document where they are, so that a selection in them stays too. */
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
