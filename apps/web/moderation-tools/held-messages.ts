import type { Audit, PendingMessage } from '../../../shared/protocol/events.js';
import { avatar, h, refill } from '../element/dom/dom.js';
import { timeText } from '../element/log/times.js';
import type { Desk } from './actions.js';
import { box, doer, type Section, takeOut } from './section.js';

/** Messages that wait for approval. */
export class Waiting implements Section {
  readonly element: HTMLElement;
  private readonly list = h('ul', { class: 'cards' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });

  constructor(private readonly desk: Desk) {
    this.element = box(desk.texts.waiting, this.list, this.problem);
    this.element.hidden = true;
  }

  async update({ held }: Audit): Promise<void> {
    const { messages } = held > 0 ? await this.desk.ask('held') : { messages: [] };
    const known = new Map([...this.list.children].map((item) => [item.getAttribute('data-id'), item]));
    refill(this.list, ...messages.map((message) => known.get(message.id) || this.card(message)));
    this.element.hidden = messages.length === 0;
  }

  private card(message: PendingMessage): HTMLLIElement {
    const { texts, common } = this.desk;
    const { id, from, at, text, data } = message;
    const decide = (operation: 'approve' | 'reject') => async (): Promise<void> => {
      this.problem.textContent = await this.desk.act(operation, { id });
      if (!this.problem.textContent) takeOut(item);
    };
    const head = h(
      'div',
      { class: 'card-head' },
      avatar(from.id, from.name),
      h('bdi', { class: 'who' }, from.name),
      h('time', {}, timeText(at, common)),
    );
    const acts = h(
      'div',
      { class: 'acts' },
      doer(texts.approve, '', decide('approve')),
      doer(texts.reject, 'calm', decide('reject')),
    );
    const item = h(
      'li',
      { class: 'card', 'data-id': id },
      head,
      h('p', { class: 'text', dir: 'auto' }, text === undefined ? JSON.stringify(data) : text),
      acts,
    );
    return item;
  }
}
