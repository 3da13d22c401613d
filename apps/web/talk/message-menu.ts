import type { ChatEvent } from '../../../shared/protocol/events.js';
import { append, button, h, onEscape, onFocusGone, remove } from '../element/dom/dom.js';
import { COMMON_EMOJI } from '../element/log/reactions.js';
import type { MessageChoice } from '../element/moderation/load-tools.js';
import type { Skeleton } from '../element/skeleton.js';
import { RowFocus } from './row-focus.js';
import type { TalkTexts } from './texts.js';

export interface MessageMenuDelegate {
  choices(event: ChatEvent): MessageChoice[];
  react(event: ChatEvent, emoji: string, on: boolean): void;
}

/** How far the menu stays from the edges of the chat, in px. */
const EDGE_PX = 6;
const ITEMS = 'button, input';
/**
 * A picture, a part of a flag, or the end of a key such as 1\ufe0f\u20e3. The server decides whether it is an emoji.
 */
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** The menu of a message, which the buttons beside it open. One at a time is open. */
export class MessageMenu {
  private readonly rowFocus: RowFocus;
  private open: { box: HTMLElement; opener: HTMLElement; id: string } | null = null;

  constructor(
    private readonly skeleton: Skeleton,
    private readonly texts: TalkTexts,
    private readonly delegate: MessageMenuDelegate,
  ) {
    this.rowFocus = new RowFocus(skeleton);
    skeleton.root.addEventListener('pointerdown', (event) => {
      if (this.open && !this.open.box.contains(event.target as Node)) this.close(false);
    });
  }

  /** Closes the menu if its message is gone. */
  removed(isGone: (id: string) => boolean): void {
    if (this.open && isGone(this.open.id)) this.close(true);
  }

  /** `returnFocus`: the button that opened the menu gets the focus, or the composer if it is gone. */
  close(returnFocus: boolean): void {
    const { open } = this;
    if (!open) return;
    this.open = null;
    remove(open.box);
    open.opener.setAttribute('aria-expanded', 'false');
    if (returnFocus) (this.rowFocus.again(open.opener) || this.skeleton.composer.input).focus();
  }

  /** `emojiOnly`: nothing else is offered. */
  toggle(event: ChatEvent, opener: HTMLElement, emojiOnly: boolean): void {
    const wasOpen = this.open?.opener === opener;
    this.close(wasOpen);
    if (wasOpen) return;
    const box = this.build(event, opener, emojiOnly);
    this.open = { box, opener, id: event.id };
    opener.setAttribute('aria-expanded', 'true');
    append(this.skeleton.root, box);
    this.place(box, opener);
    items(box)[0]?.focus();
  }

  private build(event: ChatEvent, opener: HTMLElement, emojiOnly: boolean): HTMLElement {
    const choices = emojiOnly ? [] : this.delegate.choices(event);
    const box = h('div', { class: 'menu', part: 'menu', role: 'dialog' });
    box.setAttribute('aria-label', opener.getAttribute('aria-label') || '');
    if (event.type !== 'delayed') append(box, this.emojiRow(event));
    for (const { label, danger, act } of choices) {
      const chosen = (): void => {
        this.close(true);
        act(opener);
      };
      append(box, button({ class: danger ? 'danger' : '' }, chosen, label));
    }
    onEscape(box, () => this.close(true));
    box.addEventListener('keydown', (key) => onMenuKey(key, box));
    onFocusGone(box, () => {
      if (this.open?.box === box) this.close(false);
    });
    return box;
  }

  /** The emoji at hand, and a field for any other one: every system has a keyboard for them. */
  private emojiRow(event: ChatEvent): HTMLElement {
    const { skeleton, texts } = this;
    const react = (emoji: string, on: boolean): void => {
      this.close(true);
      this.delegate.react(event, emoji, on);
    };
    const row = h('div', { class: 'emojis', role: 'group', 'aria-label': skeleton.texts.react });
    for (const emoji of COMMON_EMOJI) {
      const isMine = (event.reactions || []).some((one) => one.emoji === emoji && one.mine);
      const attributes = { 'aria-pressed': String(isMine), class: 'emoji' };
      append(
        row,
        button(attributes, () => react(emoji, !isMine), emoji),
      );
    }
    const any = h('input', { class: 'emoji', 'aria-label': texts.anyEmoji, placeholder: '+', title: texts.anyEmoji });
    any.autocomplete = 'off';
    any.addEventListener('input', (typed) => {
      if (EMOJI.test(any.value) && !(typed as InputEvent).isComposing) react(any.value.trim(), true);
    });
    append(row, any);
    return row;
  }

  /** Puts the menu below its button, or above it if there is more room. A narrow chat has it at the bottom. */
  private place(box: HTMLElement, opener: HTMLElement): void {
    const { root } = this.skeleton;
    if (getComputedStyle(box).getPropertyValue('--sheet')) return;
    const all = root.getBoundingClientRect();
    const from = opener.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = box;
    const below = from.bottom - all.top;
    const above = from.top - all.top - offsetHeight;
    const top = below + offsetHeight < all.height - EDGE_PX ? below : above;
    const middle = (from.left + from.right) / 2 > (all.left + all.right) / 2;
    const left = middle ? from.right - all.left - offsetWidth : from.left - all.left;
    const within = (value: number, room: number): string => `${Math.max(EDGE_PX, Math.min(value, room - EDGE_PX))}px`;
    box.style.top = within(top, all.height - offsetHeight);
    box.style.left = within(left, all.width - offsetWidth);
  }
}

const items = (box: HTMLElement): HTMLElement[] => [...box.querySelectorAll<HTMLElement>(ITEMS)];

/** Arrow keys go round the menu, too. */
function onMenuKey(event: KeyboardEvent, box: HTMLElement): void {
  const all = items(box);
  const step = STEPS[event.key];
  const at = all.indexOf(event.target as HTMLElement);
  const to =
    event.key === 'Home' ? 0 : event.key === 'End' ? all.length - 1 : step && (at + step + all.length) % all.length;
  if (to === undefined) return;
  event.preventDefault();
  all[to]?.focus();
}
