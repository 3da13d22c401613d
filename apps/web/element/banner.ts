import type { Chat } from '../client/api.js';
import { button, h, ICONS, icon, refill } from './dom/dom.js';
import { called } from './dom/sentence.js';
import { linked } from './log/links.js';
import { messageText } from './log/message-text.js';
import type { Skeleton } from './skeleton.js';

/** A pinned message, as the value `@pin` has it. */
interface Pin {
  from?: { name?: unknown } | null;
  text: string;
}

/** The room's topic and its pinned message, above the log. Only users with a role write these values. */
export class Banner {
  private canUnpin = false;
  private isRoomOpen = true;
  private readonly removals: (() => void)[];

  /** `resized` is called after the banner has changed its height. */
  constructor(
    private readonly skeleton: Skeleton,
    private readonly chat: Chat,
    private readonly resized: () => void,
  ) {
    this.removals = ['@topic', '@pin'].map((key) => chat.values.on(key, () => this.draw()));
  }

  /** `isRoomOpen`: the log shows the room, and no private conversation. */
  update(isRoomOpen: boolean, canUnpin: boolean): void {
    if (this.isRoomOpen === isRoomOpen && this.canUnpin === canUnpin) return;
    this.isRoomOpen = isRoomOpen;
    this.canUnpin = canUnpin;
    this.draw();
  }

  end(): void {
    for (const remove of this.removals) remove();
  }

  private draw(): void {
    const { banner } = this.skeleton;
    const topic: unknown = this.chat.values.get('@topic');
    const pin: unknown = this.chat.values.get('@pin');
    const hasTopic = typeof topic === 'string' && topic !== '';
    refill(
      banner,
      hasTopic ? h('p', { class: 'topic', part: 'topic', dir: 'auto' }, ...linked(topic)) : null,
      isPin(pin) ? this.pinned(pin) : null,
    );
    banner.hidden = !this.isRoomOpen || !banner.firstChild;
    this.resized();
  }

  private pinned({ from, text }: Pin): HTMLElement {
    const { texts, composer } = this.skeleton;
    const author = from && typeof from.name === 'string' ? called(from.name) : null;
    const unpin = async (): Promise<void> => {
      composer.input.focus(); // the button goes
      await this.chat.values.delete('@pin').catch(() => undefined); // then the pin is back
    };
    return h(
      'div',
      { class: 'pin', part: 'pin' },
      icon(ICONS.pin),
      h(
        'p',
        { dir: 'auto' },
        h('span', { class: 'hidden' }, `${texts.pinned}: `),
        author,
        ' ',
        ...messageText(text, texts),
      ),
      this.canUnpin ? button({ class: 'plain', 'aria-label': texts.unpin }, unpin, icon(ICONS.close)) : null,
    );
  }
}

function isPin(value: unknown): value is Pin {
  return typeof value === 'object' && value !== null && typeof (value as Pin).text === 'string';
}
