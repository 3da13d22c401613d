import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { OFFER_TTL_MS } from '../../../../shared/protocol/limits.js';
import type { Chat, ChatFailure } from '../../client/api.js';
import { button, h, refill } from '../dom/dom.js';
import { called, filled } from '../dom/sentence.js';
import type { Clock } from '../log/clock.js';
import type { Skeleton } from '../skeleton.js';
import { denialText } from '../status/denials.js';

/**
 * The line that says that the room is offered to this user. It stays until the user accepts, the owner offers the room
 * to somebody else, or the offer ends.
 */
export class Offer {
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `canAccept`: this page lets the user accept. `onAccepted`: the library has the owner token now. */
  constructor(
    private readonly skeleton: Skeleton,
    private readonly chat: Chat,
    private readonly clock: Clock,
    private readonly canAccept: boolean,
    private readonly onAccepted: () => void,
  ) {}

  receive({ type, at, from, user }: ChatEvent): void {
    const own = this.chat.user;
    if (type === 'owned') this.hide();
    if (type !== 'offered' || !user || !own || !this.canAccept) return;
    const leftMs = at + OFFER_TTL_MS - this.clock.now;
    if (user.id === own.id && leftMs > 0) this.show(from.name, leftMs);
    else this.hide();
  }

  hide(): void {
    clearTimeout(this.timer);
    this.skeleton.offerLine.hidden = true;
  }

  private show(owner: string, leftMs: number): void {
    const { texts, offerLine } = this.skeleton;
    const text = h('span', {}, ...filled(texts.offersYou, { name: called(owner) }));
    const accept = button({ class: 'solid' }, () => this.accept(text), texts.takeOver);
    const cancel = button({ class: 'plain' }, () => this.hide(), texts.close);
    refill(offerLine, text, accept, cancel);
    offerLine.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), leftMs);
  }

  /** The library keeps the token that the answer brings. The event `owned` hides this line. */
  private async accept(text: HTMLElement): Promise<void> {
    try {
      await this.chat.call('own', { room: this.chat.room });
      this.onAccepted();
    } catch (thrown) {
      text.textContent = denialText(thrown as ChatFailure, this.skeleton.texts);
    }
  }
}
