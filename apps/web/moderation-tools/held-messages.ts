import type { Audit, HeldMessage } from '../../../shared/protocol/events.js';
import { avatar, h, refill } from '../element/dom/dom.js';
import { timeText } from '../element/times.js';
import type { Actions } from './actions.js';
import { actionButton, box, removeItem, type Section } from './section.js';

/** The messages that wait for approval. */
export class HeldMessages implements Section {
  readonly element: HTMLElement;
  private readonly list = h('ul', { class: 'cards' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });

  constructor(private readonly actions: Actions) {
    this.element = box(actions.texts.waiting, this.list, this.problem);
    this.element.hidden = true;
  }

  async update({ held }: Audit): Promise<void> {
    const { messages } = held > 0 ? await this.actions.call('held') : { messages: [] };
    const known = new Map([...this.list.children].map((item) => [item.getAttribute('data-id'), item]));
    refill(this.list, ...messages.map((message) => known.get(message.id) || this.card(message)));
    this.element.hidden = messages.length === 0;
  }

  private card(message: HeldMessage): HTMLLIElement {
    const { texts, elementTexts } = this.actions;
    const { id, from, at, text, data } = message;
    const decide = (operation: 'approve' | 'reject') => async (): Promise<void> => {
      this.problem.textContent = await this.actions.run(operation, { id });
      if (!this.problem.textContent) removeItem(item);
    };
    const head = h(
      'div',
      { class: 'card-head' },
      avatar(from.id, from.name),
      h('bdi', { class: 'who' }, from.name),
      h('time', {}, timeText(at, elementTexts)),
    );
    const buttons = h(
      'div',
      { class: 'acts' },
      actionButton(texts.approve, '', decide('approve')),
      actionButton(texts.reject, 'secondary', decide('reject')),
    );
    const item = h(
      'li',
      { class: 'card', 'data-id': id },
      head,
      h('p', { class: 'text', dir: 'auto' }, text === undefined ? JSON.stringify(data) : text),
      buttons,
    );
    return item;
  }
}
