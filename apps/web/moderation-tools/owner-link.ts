import { append, h } from '../element/dom/dom.js';
import type { Desk } from './actions.js';
import { doer, type Section } from './section.js';

/** ms for which "Copied" stands. */
const COPIED = 3_000;

/** Whose room it is, and the link that makes it the owner's on another device. */
export class OwnersLink implements Section {
  readonly element = h('div', { class: 'box' });
  private readonly whose = h('p', { class: 'whose' });
  private readonly copy: HTMLButtonElement;
  private readonly copyPage: HTMLButtonElement;
  private readonly link = h('input', { class: 'link', dir: 'ltr', readonly: '', hidden: '' });
  private readonly part: HTMLElement;

  constructor(private readonly desk: Desk) {
    const { texts } = desk;
    this.copy = doer(texts.copyLink, '', () => this.toClipboard(this.copy, texts.copyLink, this.address()));
    this.copyPage = doer(texts.copyPageLink, 'calm', () =>
      this.toClipboard(this.copyPage, texts.copyPageLink, this.pageAddress()),
    );
    this.link.setAttribute('aria-label', texts.copyLink);
    this.part = h(
      'div',
      {},
      h('div', { class: 'acts' }, this.copy, this.copyPage),
      this.link,
      h('p', { class: 'hint' }, texts.linkHint),
    );
    append(this.element, this.whose, this.part);
  }

  update(): void {
    const { desk } = this;
    this.whose.textContent = desk.isOwner ? desk.texts.isYours : desk.texts.isDuty;
    this.part.hidden = !desk.isOwner || !desk.host.chat.owner;
    this.copyPage.hidden = !ownPage(desk.host.chat.server);
  }

  private address(): string {
    const { server, room, owner } = this.desk.host.chat;
    return `${new URL(`${server}/r/${room}`, document.baseURI).href}#owner=${owner || ''}`;
  }

  /** The page that the chat stands in, which may have more than one. */
  private pageAddress(): string {
    const { room, owner } = this.desk.host.chat;
    return `${location.href.replace(/#.*/, '')}#owner=${owner || ''}&room=${room}`;
  }

  private async toClipboard(button: HTMLElement, label: string, address: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(address);
      button.textContent = this.desk.texts.copied;
      setTimeout(() => {
        button.textContent = label;
      }, COPIED);
    } catch (_) {
      // not on plain http, nor in every frame: then by hand
      this.link.value = address;
      this.link.hidden = false;
      this.link.select();
    }
  }
}

/** A page of somebody's own, at an address that can be opened: not the chat's room page, nor a frame within another. */
function ownPage(server: string): boolean {
  const rooms = new URL(`${server}/r/`, document.baseURI).href;
  return window.top === window && /^https?:$/.test(location.protocol) && !location.href.startsWith(rooms);
}
