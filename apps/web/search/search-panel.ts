import { counted } from '../element/counts.js';
import { append, button, h, ICONS, icon, isKey, onEscape, refill } from '../element/dom/dom.js';
import { addStyle } from '../element/dom/style.js';
import type { Entry } from '../element/log/entries.js';
import type { Search, SearchDelegate } from '../element/search/load-search.js';
import { fill, textsFrom } from '../element/texts.js';
import { dateText, dayText, shortDateText, timeText } from '../element/times.js';
import { Wanted } from './matches.js';
import css from './search.css';
import { SEARCH_ENGLISH, type SearchTexts } from './texts.js';

/** The search begins when the user has stopped typing for so long. */
const TYPING_MS = 200;
/** Pages of 50 events that one search reads. Then the user can go on. */
const PAGES_MAX = 200;
/** Between two pages, so that a search leaves most of what the server allows to others at the same address. */
const PAUSE_MS = 250;
/** Results that are listed. The others are counted. */
const LISTED_MAX = 200;

/**
 * Finds messages of the open conversation by words and by day. Reads older ones step by step if the user wants that.
 */
export class SearchPanel implements Search {
  private readonly texts: SearchTexts;
  private readonly panel: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly day: HTMLInputElement;
  private readonly found = h('p', { role: 'status' });
  private readonly progress = h('p', {});
  private readonly older: HTMLButtonElement;
  private readonly list: HTMLElement;
  private readonly removeStyle: () => void;
  private wanted = new Wanted('');
  private count = 0;
  private typing: ReturnType<typeof setTimeout> | undefined;
  /** Older messages are being read. Another object each time, so that a run sees that it has been stopped. */
  private run: object | null = null;

  constructor(private readonly delegate: SearchDelegate) {
    const { skeleton } = delegate;
    const texts = textsFrom(delegate.texts, SEARCH_ENGLISH);
    this.texts = texts;
    this.removeStyle = addStyle(skeleton.root.getRootNode() as ShadowRoot, css);
    this.input = h('input', {
      type: 'search',
      dir: 'auto',
      enterkeyhint: 'search',
      autocomplete: 'off',
      maxlength: '200',
      'aria-label': texts.searchWords,
      placeholder: texts.searchWords,
    });
    this.day = h('input', { type: 'date', 'aria-label': texts.searchDay, required: '', min: '2000-01-01' });
    this.older = button({ class: 'plain' }, () => this.toggleReading());
    this.list = h('ul', { 'aria-label': texts.searchResults, hidden: '' });
    const words = h('form', { class: 'query' }, this.input);
    const go = h('button', { class: 'plain', 'aria-label': texts.searchGo }, icon(ICONS.down));
    const days = h('form', { class: 'days' }, this.day, go);
    const close = button(
      { class: 'plain', 'aria-label': skeleton.texts.close },
      () => this.toggle(),
      icon(ICONS.close),
    );
    this.panel = h(
      'section',
      { class: 'search', part: 'search', role: 'search', 'aria-label': skeleton.texts.search, hidden: '' },
      h('div', { class: 'fields' }, words, days, close),
      h('div', { class: 'state' }, this.found, this.progress, this.older),
      this.list,
    );
    onSubmit(words, () => void this.readOn());
    onSubmit(days, () => void this.goToDay());
    this.input.addEventListener('input', () => this.typed());
    this.panel.addEventListener('keydown', (event) => this.onKey(event));
    for (const element of [this.panel, skeleton.header.search])
      onEscape(element, () => !this.panel.hidden && this.toggle());
    append(skeleton.root, this.panel);
    skeleton.root.insertBefore(this.panel, skeleton.body);
  }

  toggle(): void {
    const { search } = this.delegate.skeleton.header;
    const isOpening = this.panel.hidden;
    this.close();
    this.panel.hidden = !isOpening;
    if (!isOpening) {
      search.focus();
      return;
    }
    search.setAttribute('aria-expanded', 'true');
    this.find();
    this.input.focus();
    this.input.select();
  }

  close(): void {
    this.stop();
    this.panel.hidden = true;
    this.delegate.skeleton.header.search.setAttribute('aria-expanded', 'false');
  }

  end(): void {
    this.close();
    this.removeStyle();
  }

  private typed(): void {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.find(), TYPING_MS);
  }

  /** Searches in what is known. */
  private find(): void {
    this.stop();
    this.wanted = new Wanted(this.input.value);
    this.count = 0;
    refill(this.list);
    this.list.hidden = true;
    this.add(this.delegate.known().entries);
    this.tell(this.wanted.isNothing ? '' : this.result());
  }

  /** Adds to the results those that are among `entries`, newest first. */
  private add(entries: Entry[]): void {
    for (let at = entries.length - 1; at >= 0; at -= 1) {
      const entry = entries[at];
      if (!entry?.message || !this.wanted.isIn(entry.message.text || '', this.delegate.plainText)) continue;
      this.count += 1;
      if (this.count <= LISTED_MAX) append(this.list, this.item(entry));
    }
    this.list.hidden = this.count === 0;
  }

  private item({ id, at, message }: Entry): HTMLElement {
    const { texts } = this.delegate.skeleton;
    if (!message) return h('li');
    const act = async (): Promise<void> => {
      this.list.querySelectorAll('[aria-current]').forEach((other) => {
        other.removeAttribute('aria-current');
      });
      opener.setAttribute('aria-current', 'true');
      if (!(await this.delegate.goTo(id))) this.tell(texts.quoteGone);
    };
    const opener = button(
      { class: 'plain result' },
      act,
      h('bdi', { class: 'called' }, message.from.name),
      h('time', {}, `${dayText(at, Date.now(), texts)}, ${timeText(at, texts)}`),
      h('span', { dir: 'auto' }, ...this.wanted.excerpt(this.delegate.plainText(message.text || ''))),
    );
    return h('li', {}, opener);
  }

  /** Says how many are found, and how far back. */
  private result(): string {
    const { texts } = this;
    const found =
      this.count > 0 ? counted(texts.searchFound, this.count, this.delegate.skeleton.texts) : texts.searchNothing;
    return `${found} ${this.reach()}`;
  }

  /** Says how far back the known messages reach. */
  private reach(): string {
    const { entries, complete } = this.delegate.known();
    const [oldest] = entries;
    if (complete || !oldest) return complete ? this.texts.searchAll : '';
    return fill(this.texts.searchBack, { day: shortDateText(oldest.at, this.delegate.skeleton.texts) });
  }

  /** Shows a text, which screen readers read. */
  private tell(text: string): void {
    this.found.textContent = text;
    this.show();
  }

  private show(): void {
    const { texts, run } = this;
    const { entries, complete } = this.delegate.known();
    const [oldest] = entries;
    const day = oldest ? shortDateText(oldest.at, this.delegate.skeleton.texts) : '';
    this.progress.textContent = run ? fill(texts.searchReading, { day }) : '';
    this.older.textContent = run ? texts.searchStop : texts.searchOlder;
    this.older.hidden = !run && (complete || this.wanted.isNothing);
  }

  private stop(): void {
    clearTimeout(this.typing);
    this.typing = undefined;
    this.run = null;
    this.show();
  }

  private toggleReading(): void {
    if (!this.run) void this.readOn();
    else {
      this.stop();
      this.tell(this.wanted.isNothing ? this.reach() : this.result());
    }
  }

  /** Searches what is known, and then older messages. */
  private async readOn(): Promise<void> {
    this.find();
    if (this.wanted.isNothing) return;
    if (await this.read((older) => this.add(older))) this.tell(this.result());
  }

  private async goToDay(): Promise<void> {
    const [year = 0, month = 1, date = 1] = this.day.value.split('-').map(Number);
    const begin = new Date(year, month - 1, date).getTime();
    const isOlder = (entry: Entry | undefined): boolean => entry !== undefined && entry.at < begin;
    if (
      !(await this.read(
        () => undefined,
        () => isOlder(this.delegate.known().entries[0]),
      ))
    )
      return;
    const first = this.delegate.known().entries.filter(({ message, at }) => message && at >= begin)[0];
    const isThere = first !== undefined && (await this.delegate.goTo(first.id));
    const { texts } = this;
    const day = first ? dateText(first.at, this.delegate.skeleton.texts) : '';
    this.tell(isThere ? fill(texts.searchDayFound, { day }) : texts.searchDayNone);
  }

  /**
   * Reads older messages until `isDone`, and gives them to `add`. Resolves with false if it was stopped, or could not
   * read.
   */
  private async read(add: (older: Entry[]) => void, isDone = (): boolean => false): Promise<boolean> {
    const { delegate } = this;
    const run = {};
    this.run = run;
    this.found.textContent = '';
    for (let page = 0; page < PAGES_MAX && !delegate.known().complete && !isDone(); page += 1) {
      this.show();
      const [oldest] = delegate.known().entries;
      const isRead = await delegate.readOlder();
      if (this.run !== run) return false;
      if (!isRead) {
        this.run = null;
        this.tell(this.texts.searchFailed);
        return false;
      }
      const { entries } = delegate.known();
      add(oldest ? entries.slice(0, entries.indexOf(oldest)) : entries);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      if (this.run !== run) return false;
    }
    this.run = null;
    this.show();
    return true;
  }

  /** The arrow keys go from the field to the results, and from one to the next. */
  private onKey(event: KeyboardEvent): void {
    const step = isKey(event, 'ArrowDown') ? 1 : isKey(event, 'ArrowUp') ? -1 : 0;
    const target = event.target as HTMLElement;
    if (step !== 0 && this.typing !== undefined) this.find(); // else it would take the result away that has the focus
    const places: HTMLElement[] = [this.input, ...this.list.querySelectorAll('button')];
    const at = places.indexOf(target);
    const next = places[at + step];
    if (step === 0 || at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  }
}

function onSubmit(form: HTMLFormElement, act: () => void): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    act();
  });
}
