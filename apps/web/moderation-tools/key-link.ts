import type { Audit } from '../../../shared/protocol/events.js';
import type { ChatFailure } from '../client/api.js';
import { append, h, insert, refill, remove } from '../element/dom/dom.js';
import { denialText } from '../element/status/denials.js';
import type { TextKey } from '../element/texts.js';
import type { Actions } from './actions.js';
import { Confirm } from './confirm.js';
import { isOwnPage, pageLink, roomLink } from './links.js';
import { qrCode } from './qr-code.js';
import { actionButton } from './section.js';
import type { ToolsTexts } from './texts.js';

/** The button says "Copied" for this time. */
const COPIED_MS = 3_000;

/** Names of this computer. A link with such a name leads nobody else here. */
const LOCAL = /^(localhost|127\.|\[::1\])/;

/** One of the two kinds of keys, and where this browser keeps it. */
export interface KeyKind {
  kind: 'member' | 'moderator';
  title: TextKey<ToolsTexts>;
  hint: TextKey<ToolsTexts>;
  /** The questions before a new key, and before the key is switched off. */
  newAsk: TextKey<ToolsTexts>;
  offAsk: TextKey<ToolsTexts>;
  /** Returns the key that this browser knows. It may be an old one. */
  known(): string | undefined;
  /** The server has made a key, or switched it off. */
  learn(key: string | undefined): void;
}

/** The link with one of the room's keys: makes it, shows it, copies it, ends it. */
export class KeyLink {
  readonly element = h('div', { class: 'key-link' });
  private readonly buttons = h('div', { class: 'acts' });
  private readonly state = h('p', { class: 'hint' });
  private readonly link = h('input', { class: 'link', dir: 'ltr', readonly: '', hidden: '' });
  private readonly code = h('div', { class: 'code', hidden: '' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });
  private confirm: Confirm | null = null;
  private shown = '';

  constructor(
    private readonly actions: Actions,
    private readonly kind: KeyKind,
  ) {
    const { texts } = actions;
    this.link.setAttribute('aria-label', texts[kind.title]);
    append(
      this.element,
      h('p', { class: 'row-name' }, texts[kind.title]),
      h('p', { class: 'hint' }, texts[kind.hint]),
      this.state,
      this.buttons,
      this.link,
      this.code,
      this.problem,
    );
  }

  update({ keys }: Audit): void {
    const head = keys[this.kind.kind];
    const known = this.kind.known();
    const key = head !== undefined && known?.startsWith(head) ? known : undefined;
    const state = head === undefined ? 'off' : key ? `on ${key}` : 'elsewhere';
    if (state === this.shown) return;
    this.shown = state;
    this.code.hidden = this.link.hidden = true;
    this.state.textContent = state === 'elsewhere' ? this.actions.texts.keyElsewhere : '';
    refill(this.buttons, ...this.buttonsFor(head !== undefined, key));
  }

  /** Makes a new key. Returns '', or the reason why it could not be made. */
  async change(to: 'renew' | 'off'): Promise<string> {
    const { actions, kind } = this;
    try {
      const fresh = await actions.call('keys', { [kind.kind]: to });
      kind.learn(fresh[kind.kind]);
      actions.onAction();
      return '';
    } catch (thrown) {
      return denialText(thrown as ChatFailure, actions.elementTexts);
    }
  }

  /** Shows the QR code of the link. */
  showCode(): void {
    const address = this.address();
    const { texts } = this.actions;
    const warning = LOCAL.test(new URL(address).hostname) ? h('p', { class: 'hint' }, texts.linkIsLocal) : null;
    refill(this.code, qrCode(address, texts.qrLabel), warning);
    this.code.hidden = false;
    this.code.scrollIntoView({ block: 'nearest' });
  }

  private buttonsFor(isOn: boolean, key: string | undefined): HTMLElement[] {
    const { texts } = this.actions;
    if (!isOn) return [actionButton(texts.makeLink, '', () => this.tryTo('renew'))];
    const copy = actionButton(texts.copyKeyLink, '', () => this.copy(copy));
    const show = actionButton(texts.showCode, 'secondary', () => this.toggleCode());
    const renew: HTMLElement = actionButton(texts.newLink, 'secondary', () => this.ask(renew, 'renew'));
    const off: HTMLElement = actionButton(texts.linkOff, 'secondary', () => this.ask(off, 'off'));
    return key ? [copy, show, renew, off] : [renew, off];
  }

  private async tryTo(change: 'renew' | 'off'): Promise<void> {
    this.problem.textContent = await this.change(change);
  }

  private toggleCode(): void {
    if (this.code.hidden) this.showCode();
    else this.code.hidden = true;
  }

  /** Returns the link. It opens the page with the chat if that is not the server's. */
  private address(): string {
    const { chat } = this.actions.delegate;
    return (isOwnPage(chat) ? pageLink : roomLink)(chat, `key=${this.kind.known() || ''}`);
  }

  /** Asks before a link ends that people may have. */
  private ask(button: HTMLElement, change: 'renew' | 'off'): void {
    const { actions, kind } = this;
    const { texts, elementTexts } = actions;
    if (this.confirm) remove(this.confirm.element);
    const close = (): void => {
      remove(asked.element);
      if (button.isConnected) button.focus();
    };
    const act = async (): Promise<string> => {
      const problem = await this.change(change);
      if (!problem) close();
      return problem;
    };
    const [question, label] =
      change === 'renew' ? [texts[kind.newAsk], texts.newLink] : [texts[kind.offAsk], texts.linkOff];
    const asked = new Confirm(label, elementTexts, close, () => undefined);
    this.confirm = asked;
    insert(asked.element, 'after', this.buttons);
    asked.ask([question], [{ label, danger: true, act }]);
  }

  private async copy(button: HTMLElement): Promise<void> {
    const { texts } = this.actions;
    try {
      await navigator.clipboard.writeText(this.address());
      button.textContent = texts.copied;
      setTimeout(() => {
        button.textContent = texts.copyKeyLink;
      }, COPIED_MS);
    } catch (_) {
      // A page with plain http has no clipboard, nor has every frame. Then the user copies the link by hand.
      this.link.value = this.address();
      this.link.hidden = false;
      this.link.select();
    }
  }
}
