import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { OFFER_TTL_MS } from '../../../../shared/protocol/limits.js';
import type { Chat, ChatFailure } from '../../client/api.js';
import { called, h, refill } from '../dom/dom.js';
import type { Skeleton } from '../dom/skeleton.js';
import type { Clock } from '../log/clock.js';
import { whyNot } from '../status/denials.js';
import { filled } from '../texts.js';

/** The line that says that the room is offered to this user, until it is taken, given to another, or too late. */
export class Offer {
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `takes`: the room may be taken here. */
  constructor(
    private readonly parts: Skeleton,
    private readonly chat: Chat,
    private readonly clock: Clock,
    private readonly takes: boolean,
  ) {}

  hear({ type, at, from, user }: ChatEvent): void {
    const own = this.chat.user;
    if (type === 'owned') this.close();
    if (type !== 'offered' || !user || !own || !this.takes) return;
    const left = at + OFFER_TTL_MS - this.clock.now;
    if (user.id === own.id && left > 0) this.open(from.name, left);
    else this.close();
  }

  close(): void {
    clearTimeout(this.timer);
    this.parts.offer.hidden = true;
  }

  /** `left`: ms for which it can be taken. */
  private open(name: string, left: number): void {
    const { texts, offer } = this.parts;
    const take = h('button', { type: 'button', class: 'solid' }, texts.takeOver);
    const cancel = h('button', { type: 'button', class: 'plain' }, texts.close);
    const text = h('span', {}, ...filled(texts.offersYou, { name: called(name) }));
    take.addEventListener('click', () => {
      void this.take(text);
    });
    cancel.addEventListener('click', () => this.close());
    refill(offer, text, take, cancel);
    offer.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.close(), left);
  }

  /** The library keeps the token that the answer brings; its event closes this. */
  private async take(text: HTMLElement): Promise<void> {
    try {
      await this.chat.call('own', { room: this.chat.room });
    } catch (thrown) {
      text.textContent = whyNot(thrown as ChatFailure, this.parts.texts);
    }
  }
}
