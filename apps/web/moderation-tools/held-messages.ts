import type { Audit, HeldMessage } from '../../../shared/protocol/events.js';
import { h, refill } from '../element/dom/dom.js';
import type { Actions } from './actions.js';
import { messageCard } from './message-card.js';
import { box, type Section } from './section.js';

/** The messages that wait for approval. */
export class HeldMessages implements Section {
  readonly element: HTMLElement;
  private readonly list = h('ul', { class: 'cards' });

  constructor(private readonly actions: Actions) {
    this.element = box(actions.texts.waiting, this.list);
    this.element.hidden = true;
  }

  get isWaiting(): boolean {
    return !this.element.hidden;
  }

  async update({ held }: Audit): Promise<void> {
    const { messages } = held > 0 ? await this.actions.call('held') : { messages: [] };
    const known = new Map([...this.list.children].map((item) => [item.getAttribute('data-id'), item]));
    refill(this.list, ...messages.map((message) => known.get(message.id) || this.card(message)));
    this.element.hidden = messages.length === 0;
  }

  private card(message: HeldMessage): HTMLLIElement {
    const { texts } = this.actions;
    return messageCard(this.actions, message, [
      { label: texts.approve, kind: '', operation: 'approve' },
      { label: texts.reject, kind: 'secondary', operation: 'reject' },
    ]);
  }
}
