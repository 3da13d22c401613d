import type { Audit, Stay } from '../../../shared/protocol/events.js';
import { append, h } from '../element/dom/dom.js';
import { fill } from '../element/texts.js';
import { dayText, durationText } from '../element/times.js';
import type { Actions } from './actions.js';
import { isOwnPage, pageLink, roomLink } from './links.js';
import { actionButton, type Section } from './section.js';

/** The button says "Copied" for this time. */
const COPIED_MS = 3_000;

/** The times (s) of a server that does not tell its own: one of a former version, or one without such settings. */
const USUAL = { empty: 86_400, owned: 90 * 86_400 };

/** This user's role, how long the room stays, and the link that makes the user an owner on another device too. */
export class OwnerLink implements Section {
  readonly element = h('div', { class: 'box' });
  private readonly title = h('p', { class: 'role-title' });
  private readonly stay = h('p', { class: 'stay hint' });
  private readonly copyButton: HTMLButtonElement;
  private readonly copyPageButton: HTMLButtonElement;
  private readonly pageHint = h('p', { class: 'hint' });
  private readonly link = h('input', { class: 'link', dir: 'ltr', readonly: '', hidden: '' });
  private readonly links: HTMLElement;

  constructor(private readonly actions: Actions) {
    const { texts, delegate } = actions;
    const { chat } = delegate;
    this.copyButton = actionButton(texts.copyLink, '', () =>
      this.copyText(this.copyButton, texts.copyLink, roomLink(chat, this.end())),
    );
    this.copyPageButton = actionButton(texts.copyPageLink, 'secondary', () =>
      this.copyText(this.copyPageButton, texts.copyPageLink, pageLink(chat, this.end())),
    );
    this.link.setAttribute('aria-label', texts.copyLink);
    this.links = h(
      'div',
      {},
      h('div', { class: 'acts' }, this.copyButton, this.copyPageButton),
      this.link,
      this.pageHint,
      h('p', { class: 'hint' }, texts.linkHint),
    );
    append(this.element, this.title, this.stay, this.links);
  }

  update({ stay, keeps }: Audit): void {
    const { actions } = this;
    this.title.textContent = actions.isOwner ? actions.texts.isYours : actions.texts.isDuty;
    this.stay.textContent = actions.isOwner ? this.stayText(stay, keeps) : '';
    this.links.hidden = !actions.isOwner || !actions.delegate.chat.owner;
    const { chat } = actions.delegate;
    this.pageHint.hidden = this.copyPageButton.hidden = !isOwnPage(chat);
    const host = new URL(chat.server, document.baseURI).host;
    this.pageHint.textContent = fill(actions.texts.pageLinkHint, { host });
  }

  private stayText({ until, refused }: Stay = {}, keeps = USUAL): string {
    const { delegate, elementTexts, texts } = this.actions;
    if (until) return fill(texts.staysUntil, { day: dayText(until, delegate.clock.now, elementTexts) });
    const reason = refused === 'address' ? texts.staysNotHere : texts.staysNowhere;
    return fill(refused ? reason : texts.staysNotYet, {
      empty: durationText(keeps.empty, elementTexts),
      owned: durationText(keeps.owned, elementTexts),
    });
  }

  /** Returns the end of an owner link. */
  private end(): string {
    return `owner=${this.actions.delegate.chat.owner || ''}`;
  }

  private async copyText(button: HTMLElement, label: string, address: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(address);
      button.textContent = this.actions.texts.copied;
      setTimeout(() => {
        button.textContent = label;
      }, COPIED_MS);
    } catch (_) {
      // A page with plain http has no clipboard, nor has every frame. Then the user copies the link by hand.
      this.link.value = address;
      this.link.hidden = false;
      this.link.select();
    }
  }
}
