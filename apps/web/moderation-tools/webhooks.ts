import type { Audit, Hook } from '../../../shared/protocol/events.js';
import type { ChatFailure } from '../client/api.js';
import { h, insert, refill, remove } from '../element/dom/dom.js';
import { called, filled } from '../element/dom/sentence.js';
import { denialText } from '../element/status/denials.js';
import type { Actions } from './actions.js';
import { Confirm } from './confirm.js';
import { actionButton, box, describedBy, type Section } from './section.js';

/** The incoming webhooks of the room: addresses by which other programs write into it. Only owners see them. */
export class Webhooks implements Section {
  readonly element: HTMLElement;
  private readonly list = h('ul', { class: 'webhooks' });
  private readonly name = h('input', { class: 'link', maxlength: '32', dir: 'auto', autocomplete: 'off' });
  private readonly address = h('input', { class: 'link', dir: 'ltr', readonly: '' });
  private readonly made = h('div', { hidden: '' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });
  private confirm: Confirm | null = null;
  /** The content of the list. */
  private shown = '';

  constructor(private readonly actions: Actions) {
    const { texts } = actions;
    this.name.setAttribute('aria-label', texts.webhookName);
    this.name.placeholder = texts.webhookName;
    this.address.setAttribute('aria-label', texts.webhookAddress);
    refill(this.made, h('p', { class: 'hint', role: 'status' }, texts.webhookMade), this.address);
    const make = actionButton(texts.webhookMake, 'secondary', () => this.make());
    this.element = box(
      texts.webhooks,
      h('p', { class: 'hint' }, texts.webhooksHint),
      this.list,
      this.name,
      h('div', { class: 'acts' }, make),
      this.made,
      this.problem,
    );
    this.element.hidden = true; // until it is known whose room it is
    this.name.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.isComposing) make.click();
    });
  }

  async update(_audit: Audit): Promise<void> {
    this.element.hidden = !this.actions.isOwner;
    if (this.element.hidden) return;
    try {
      this.show((await this.actions.call('incoming')).hooks);
    } catch (_) {
      this.element.hidden = true; // the server is of a former version
    }
  }

  private show(hooks: Hook[]): void {
    const print = JSON.stringify(hooks);
    if (print === this.shown) return;
    this.shown = print;
    refill(this.list, ...hooks.map((hook) => this.item(hook)));
  }

  private item(hook: Hook): HTMLElement {
    const name = h('bdi', { id: `webhook-${hook.id}` }, hook.name);
    const end = actionButton(this.actions.texts.webhookEnd, 'secondary', () => this.askEnd(hook, end));
    return h('li', {}, name, ' ', describedBy(name, end));
  }

  private async make(): Promise<void> {
    const name = this.name.value.trim();
    if (!name) return this.name.focus();
    const { delegate, elementTexts } = this.actions;
    try {
      const { path = '' } = await this.actions.call('incoming', { name });
      this.address.value = delegate.chat.server.replace(/\/$/, '') + path;
      this.made.hidden = false;
      this.address.select();
      this.name.value = this.problem.textContent = '';
      this.actions.onAction();
    } catch (thrown) {
      this.problem.textContent = denialText(thrown as ChatFailure, elementTexts);
    }
  }

  private askEnd({ id, name }: Hook, opener: HTMLElement): void {
    const { texts, elementTexts } = this.actions;
    if (this.confirm) remove(this.confirm.element);
    const close = (): void => {
      remove(asked.element);
      opener.focus();
    };
    const asked = new Confirm(texts.webhookEnd, elementTexts, close, () => undefined);
    const act = async (): Promise<string> => {
      const problem = await this.actions.run('incoming', { end: id });
      if (!problem) {
        this.made.hidden = true;
        remove(asked.element);
        this.name.focus();
      }
      return problem;
    };
    this.confirm = asked;
    insert(asked.element, 'after', opener);
    asked.ask(filled(texts.webhookEndAsk, { name: called(name) }), [{ label: texts.webhookEnd, danger: true, act }]);
  }
}
