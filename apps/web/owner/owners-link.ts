import { h } from '../element/dom.js';
import type { Desk } from './desk.js';
import { doer, type Section } from './section.js';

/** ms for which "Copied" stands. */
const COPIED = 3_000;

/** Whose room it is, and the link that makes it the owner's on another device. */
export class OwnersLink implements Section {
  readonly element = h('div', { class: 'box' });
  private readonly whose = h('p', { class: 'whose' });
  private readonly copy: HTMLButtonElement;
  private readonly link = h('input', { class: 'link', readonly: '', hidden: '' });
  private readonly part: HTMLElement;

  constructor(private readonly desk: Desk) {
    const { texts } = desk;
    this.copy = doer(texts.copyLink, '', () => this.toClipboard());
    this.link.setAttribute('aria-label', texts.copyLink);
    this.part = h('div', {}, this.copy, this.link, h('p', { class: 'hint' }, texts.linkHint));
    this.element.append(this.whose, this.part);
  }

  update(): void {
    const { desk } = this;
    this.whose.textContent = desk.isOwner ? desk.texts.isYours : desk.texts.isDuty;
    this.part.hidden = !desk.isOwner || !desk.host.chat.owner;
  }

  private address(): string {
    const { server, room, owner } = this.desk.host.chat;
    return `${new URL(`${server}/r/${room}`, location.href).href}#owner=${owner || ''}`;
  }

  private async toClipboard(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.address());
      this.copy.textContent = this.desk.texts.copied;
      setTimeout(() => { this.copy.textContent = this.desk.texts.copyLink; }, COPIED);
    } catch (_) { // not on plain http, nor in every frame: then by hand
      this.link.value = this.address();
      this.link.hidden = false;
      this.link.select();
    }
  }
}
