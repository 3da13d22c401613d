import type { AnnouncementEvent } from '../../../shared/protocol/events.js';
import { button, h, ICONS, icon, insert, refill } from '../element/dom/dom.js';
import type { TalkDelegate } from '../element/talk/load-talk.js';
import { fill } from '../element/texts.js';
import { dateText, dayOf, durationText, timeText } from '../element/times.js';
import type { TalkTexts } from './texts.js';

/** The longest time that a timer of a browser can wait. */
const TIMER_MAX_MS = 2_147_483_647;

const MINUTE_MS = 60_000;
/** A maintenance may begin so much earlier, and end so much later, than the host has said. */
const EARLY_MAX_MS = 5 * MINUTE_MS;
const LATE_MAX_MS = 60 * MINUTE_MS;

/** The bar at the top with what the host says to all rooms. The user can close it. */
export class Announcement {
  private readonly bar = h('div', { class: 'news', part: 'announcement', role: 'status', hidden: '' });
  /** The text of the element for a connection that is lost. */
  private readonly reconnecting: string;
  private at = 0;
  /** The place of `at` when the user has closed the bar. */
  private readonly place: string;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly remove: () => void;

  constructor(
    private readonly delegate: TalkDelegate,
    private readonly texts: TalkTexts,
  ) {
    const { chat, skeleton } = delegate;
    this.reconnecting = skeleton.texts.reconnecting;
    this.place = `nobackend-chat-news ${chat.server}`;
    insert(this.bar, 'before', skeleton.banner);
    this.remove = chat.on('announcement', (said) => this.receive(said));
    void chat.ready.then(
      ({ news }) => news && this.receive(news),
      () => undefined,
    );
  }

  end(): void {
    this.remove();
    clearTimeout(this.timer);
  }

  /** It may come again, and an older one may come late. */
  private receive(said: AnnouncementEvent): void {
    if (said.at <= this.at) return;
    this.at = said.at;
    const { skeleton } = this.delegate;
    const textNow = (): string => (this.isUnderWay(said) ? this.texts.maintenanceNow : this.reconnecting);
    // another element of the page may have the same texts
    skeleton.texts = {
      ...skeleton.texts,
      get reconnecting() {
        return textNow();
      },
    };
    clearTimeout(this.timer);
    const leftMs = (said.until || Infinity) - this.delegate.now();
    if (said.kind === 'none' || leftMs <= 0 || this.wasClosed()) this.change();
    else this.show(said);
    if (leftMs > 0 && leftMs < TIMER_MAX_MS) this.timer = setTimeout(() => this.change(), leftMs);
  }

  private isUnderWay({ kind, begins = 0, minutes = 0 }: AnnouncementEvent): boolean {
    const now = this.delegate.now();
    const end = begins + minutes * MINUTE_MS + LATE_MAX_MS;
    return kind === 'maintenance' && now >= begins - EARLY_MAX_MS && now <= end;
  }

  private show({ begins, minutes, text }: AnnouncementEvent): void {
    const { texts } = this.delegate.skeleton;
    const plan =
      begins && minutes ? { time: timeText(begins, texts), duration: durationText(minutes * 60, texts) } : null;
    const isToday = dayOf(begins || 0) === dayOf(this.delegate.now());
    const said = this.delegate.linked(text);
    this.change(
      h(
        'p',
        { dir: 'auto' },
        plan &&
          h('b', {}, `${isToday ? '' : `${dateText(begins || 0, texts)} · `}${fill(this.texts.maintenance, plan)} `),
        // beside a sentence in another language it keeps its direction
        ...(plan ? [h('bdi', {}, ...said)] : said),
      ),
      button({ class: 'plain', 'aria-label': texts.close }, () => this.close(), icon(ICONS.close)),
    );
  }

  /** The user has read it, and does not want to see it on the next page either. */
  private close(): void {
    try {
      localStorage.setItem(this.place, `${this.at}`);
    } catch (_) {
      // it comes again on the next page
    }
    this.change();
  }

  private wasClosed(): boolean {
    try {
      return localStorage.getItem(this.place) === `${this.at}`;
    } catch (_) {
      return false;
    }
  }

  /** Shows something else in the bar, or nothing. The messages in view stay where they are, and so does the focus. */
  private change(...content: Node[]): void {
    const { box } = this.delegate.skeleton.log;
    const { activeElement } = this.bar.getRootNode() as ShadowRoot;
    const hadFocus = this.bar.contains(activeElement);
    const { top } = box.getBoundingClientRect();
    this.bar.hidden = content.length === 0;
    refill(this.bar, ...content);
    box.scrollTop += box.getBoundingClientRect().top - top;
    if (hadFocus) box.focus({ preventScroll: true }); // not the composer: a phone would show its keyboard
    this.delegate.settle();
  }
}
