import type { AnnouncementEvent } from '../../../shared/protocol/events.js';
import { button, h, ICONS, icon, insert, refill } from '../element/dom/dom.js';
import type { TalkDelegate } from '../element/talk/load-talk.js';
import { fill } from '../element/texts.js';
import { durationText, timeText } from '../element/times.js';
import type { TalkTexts } from './texts.js';

/** The longest time that a timer of a browser can wait. */
const TIMER_MAX_MS = 2_147_483_647;

/** The bar at the top with what the host says to all rooms. The user can close it. */
export class Announcement {
  private readonly bar = h('div', { class: 'news', part: 'announcement', role: 'status', hidden: '' });
  /** What the element says of a connection that is lost. */
  private readonly reconnecting: string;
  private at = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly remove: () => void;

  constructor(
    private readonly delegate: TalkDelegate,
    private readonly texts: TalkTexts,
  ) {
    const { chat, skeleton } = delegate;
    this.reconnecting = skeleton.texts.reconnecting;
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
    const { maintenanceNow } = this.texts;
    // another element of the page may have the same texts
    skeleton.texts = {
      ...skeleton.texts,
      reconnecting: said.kind === 'maintenance' ? maintenanceNow : this.reconnecting,
    };
    clearTimeout(this.timer);
    const leftMs = (said.until || Infinity) - this.delegate.now();
    if (said.kind === 'none' || leftMs <= 0) this.close();
    else this.show(said);
    if (leftMs > 0 && leftMs < TIMER_MAX_MS) this.timer = setTimeout(() => this.close(), leftMs);
  }

  private show({ begins, minutes, text }: AnnouncementEvent): void {
    const { texts } = this.delegate.skeleton;
    const plan =
      begins && minutes ? { time: timeText(begins, texts), duration: durationText(minutes * 60, texts) } : null;
    this.bar.hidden = false;
    refill(
      this.bar,
      h(
        'p',
        { dir: 'auto' },
        plan && h('b', {}, `${fill(this.texts.maintenance, plan)} `),
        ...this.delegate.linked(text),
      ),
      button({ class: 'plain', 'aria-label': texts.close }, () => this.close(), icon(ICONS.close)),
    );
    this.delegate.settle();
  }

  private close(): void {
    this.bar.hidden = true;
    refill(this.bar);
    this.delegate.settle();
  }
}
