import type { Chat } from '../client/api.js';
import type { Bubble } from '../element/bubble/load-bubble.js';
import { counted } from '../element/counts.js';
import { append, button, h, ICONS, icon, isKey, onEscape, refill } from '../element/dom/dom.js';
import { fitBox } from '../element/dom/keyboard.js';
import { addStyle } from '../element/dom/style.js';
import type { Skeleton } from '../element/skeleton.js';
import { fill } from '../element/texts.js';
import css from './bubble.css';

/** The open chat fills the window. The style has the same words. */
const FULL = '(max-width: 479px), (max-height: 439px)';
/** A keyboard would come up on the screen. */
const TOUCH = '(pointer: coarse)';
/** The drawing of the button. */
const SPEECH =
  'M12 4C7 4 3.500 7.200 3.500 11.300 3.500 13.600 4.600 15.600 6.400 17L5.500 20.500 9.400 18.400C10.200 18.600 11.100 18.700 12 18.700 17 18.700 20.500 15.400 20.500 11.300 20.500 7.200 17 4 12 4Z';
/** The button shows no larger number. */
const COUNTED_MAX = 99;
/** All that Tab can reach. */
const STOPS = 'button, input, textarea, select, a, [tabindex="0"]';

/** The chat as a round button in a corner of the window, which opens and closes it. */
export class ChatBubble implements Bubble {
  readonly root: HTMLElement;
  private readonly launch: HTMLButtonElement;
  private readonly badges = h('span', { class: 'badges', 'aria-hidden': 'true' });
  private readonly key: string;
  private readonly ends: (() => void)[];

  constructor(
    host: HTMLElement,
    private readonly skeleton: Skeleton,
    { server, room }: Chat,
    isOpen: boolean,
  ) {
    const { root, header, texts } = skeleton;
    const toggle = (): void => this.choose(Boolean(root.hidden));
    this.key = `nobackend-chat-bubble ${server} ${room}`;
    this.launch = button(
      { class: 'launch', part: 'launcher', 'aria-label': texts.chat },
      toggle,
      icon(SPEECH),
      this.badges,
    );
    append(header.bar, button({ class: 'plain shut', 'aria-label': texts.close }, toggle, icon(ICONS.close)));
    root.tabIndex = -1;
    this.root = h('div', { class: 'float', popover: 'manual' }, this.launch, root);
    onEscape(this.root, () => !root.hidden && this.choose(false));
    root.addEventListener('keydown', (event) => this.keepTab(event));
    const onUnread = (event: Event): void => this.showUnread(event as CustomEvent<number>);
    host.addEventListener('unread', onUnread);
    this.ends = [
      addStyle(host.shadowRoot as ShadowRoot, css),
      fitBox(this.root),
      () => host.removeEventListener('unread', onUnread),
    ];
    // on a phone it would cover the page that the user has opened
    this.set(isOpen || (this.wasOpen() && !matchMedia(FULL).matches));
  }

  /** Puts the bubble above everything in the page, whatever it is in. Call it when the bubble is in the page. */
  show(): void {
    try {
      this.root.showPopover();
    } catch (_) {
      return; // it is there already, or the browser does not know this: then the style puts it above
    }
  }

  get isOpen(): boolean {
    return !this.skeleton.root.hidden;
  }

  end(): void {
    for (const end of this.ends) end();
  }

  /** The user opens or closes the chat. */
  private choose(isOpen: boolean): void {
    const { root, composer } = this.skeleton;
    this.set(isOpen);
    const isTouched = matchMedia(`${FULL}, ${TOUCH}`).matches;
    if (!isOpen) this.launch.focus();
    else if (isTouched || composer.input.disabled) root.focus();
    else composer.input.focus();
    try {
      sessionStorage.setItem(this.key, isOpen ? 'open' : '');
    } catch (_) {
      return;
    }
  }

  private set(isOpen: boolean): void {
    this.skeleton.root.hidden = !isOpen;
    this.root.classList.toggle('open', isOpen);
    this.launch.setAttribute('aria-expanded', String(isOpen));
  }

  /** Open or closed is remembered for this tab: in a new one, no chat comes up that the user has not asked for. */
  private wasOpen(): boolean {
    try {
      return Boolean(sessionStorage.getItem(this.key));
    } catch (_) {
      return false;
    }
  }

  /** While the chat fills the window, Tab does not lead to the page behind it. */
  private keepTab(event: KeyboardEvent): void {
    if (!isKey(event, 'Tab') || !matchMedia(FULL).matches) return;
    const { root } = this.skeleton;
    const stops = [...root.querySelectorAll<HTMLInputElement>(STOPS)].filter(
      (stop) => !stop.disabled && stop.getClientRects().length > 0,
    );
    const at = stops.indexOf((root.getRootNode() as ShadowRoot).activeElement as HTMLInputElement);
    const last = stops.length - 1;
    const next = event.shiftKey ? at <= 0 && stops[last] : at === last && stops[0];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  private showUnread({ detail: n, mentions: m = 0 }: CustomEvent<number> & { mentions?: number }): void {
    const { texts } = this.skeleton;
    const news = m > 0 ? fill(texts.newMentions, { n, m }) : counted(texts.newMessages, n, texts);
    this.launch.setAttribute('aria-label', n > 0 ? fill(texts.chatNews, { news }) : texts.chat);
    const badge = (text: string): Node => h('span', { class: 'badge' }, text);
    refill(
      this.badges,
      m > 0 ? badge('@') : null,
      n > 0 ? badge(n > COUNTED_MAX ? `${COUNTED_MAX}+` : String(n)) : null,
    );
  }
}
