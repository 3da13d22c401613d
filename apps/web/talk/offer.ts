import type { ChatEvent } from '../../../shared/protocol/events.js';
import { OFFER_TTL_MS } from '../../../shared/protocol/limits.js';
import { button, h, refill } from '../element/dom/dom.js';
import { called, filled } from '../element/dom/sentence.js';
import type { TalkDelegate } from '../element/talk/load-talk.js';
import type { TalkTexts } from './texts.js';

/**
 * The line that says that the room is offered to this user. It stays until the user accepts, the owner offers the room
 * to somebody else, or the offer ends.
 */
export class Offer {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly delegate: TalkDelegate,
    private readonly texts: TalkTexts,
  ) {}

  receive({ type, at, from, user }: ChatEvent): void {
    const { chat, canOwn, now } = this.delegate;
    const leftMs = at + OFFER_TTL_MS - now();
    const isOwn = user && user.id === chat.user?.id && canOwn;
    if (type === 'offered' && isOwn && leftMs > 0) this.show(from.name, leftMs);
    else this.hide();
  }

  hide(): void {
    clearTimeout(this.timer);
    this.delegate.skeleton.offerLine.hidden = true;
  }

  private show(owner: string, leftMs: number): void {
    const { texts } = this;
    const { offerLine, texts: common } = this.delegate.skeleton;
    const text = h('span', {}, ...filled(texts.offersYou, { name: called(owner) }));
    const accept = button({ class: 'solid' }, () => this.accept(text), texts.takeOver);
    const cancel = button({ class: 'plain' }, () => this.hide(), common.close);
    refill(offerLine, text, accept, cancel);
    offerLine.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), leftMs);
  }

  /** The library keeps the token that the answer brings. The event `owned` hides this line. */
  private async accept(text: HTMLElement): Promise<void> {
    const { chat, owned, denial } = this.delegate;
    try {
      await chat.call('own', { room: chat.room });
      owned();
    } catch (failure) {
      text.textContent = denial(failure);
    }
  }
}
