/** A page that sets its title all the time, for example a clock, gets the count so often at most. */
const REWRITES_MAX = 20;

/** The title of one page, with the number of unread messages in front while nobody looks at the page. */
class PageTitle {
  private readonly counts = new Map<Element, number>();
  /** The text in front of the page's own title now. */
  private mark = '';
  private rewrites = 0;
  private readonly observer = new MutationObserver(() => this.changed());

  constructor(private readonly page: Document) {
    page.addEventListener('visibilitychange', () => this.update());
  }

  /** `host`: an element in the page. All of them are counted together. */
  count(host: Element, unread: number): void {
    this.counts.set(host, unread);
    if (unread === 0) this.counts.delete(host);
    this.update();
  }

  private update(): void {
    let sum = 0;
    this.counts.forEach((count) => {
      sum += count;
    });
    const mark = this.page.hidden && sum > 0 ? `(${sum}) ` : '';
    if (mark === this.mark) return;
    this.rewrites = 0;
    this.show(mark);
  }

  /** The page has changed its title. It may have put the same count there itself. */
  private changed(): void {
    const isThere = `${this.page.title} `.startsWith(this.mark);
    if (!isThere && ++this.rewrites <= REWRITES_MAX) this.show(this.mark);
  }

  private show(mark: string): void {
    const { page, observer } = this;
    const own = `${page.title} `.replace(this.mark, '').replace(mark, '').trim();
    this.mark = mark;
    observer.disconnect();
    page.title = mark + own;
    if (mark) observer.observe(page.head, { childList: true, subtree: true, characterData: true });
  }
}

const titles = new WeakMap<Document, PageTitle>();

/**
 * Counts the unread messages of an element in the title of its page, from now on. Returns a function that ends this.
 */
export function countInTitle(host: Element): () => void {
  const page = host.ownerDocument;
  const title = titles.get(page) || new PageTitle(page);
  titles.set(page, title);
  const onUnread = (event: Event): void => title.count(host, (event as CustomEvent<number>).detail);
  host.addEventListener('unread', onUnread);
  return () => {
    host.removeEventListener('unread', onUnread);
    title.count(host, 0);
  };
}
