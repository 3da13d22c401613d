import type { Audit, ReportedMessage } from '../../../shared/protocol/events.js';
import { avatar, h, refill } from '../element/dom/dom.js';
import { fill } from '../element/texts.js';
import { timeText } from '../element/times.js';
import type { Actions } from './actions.js';
import { actionButton, box, removeItem, type Section } from './section.js';

/** The messages that members have reported. */
export class Reports implements Section {
  readonly element: HTMLElement;
  private readonly list = h('ul', { class: 'cards' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });

  constructor(private readonly actions: Actions) {
    this.element = box(actions.texts.reported, this.list, this.problem);
    this.element.hidden = true;
  }

  async update({ reports: count }: Audit): Promise<void> {
    const { reports = [] } = count > 0 ? await this.actions.call('held') : {};
    refill(this.list, ...reports.map((report) => this.card(report)));
    this.element.hidden = reports.length === 0;
  }

  private card({ id, from, at, text, data, count }: ReportedMessage): HTMLLIElement {
    const { texts, elementTexts } = this.actions;
    const decide = (operation: 'approve' | 'remove') => async (): Promise<void> => {
      this.problem.textContent = await this.actions.run(operation, { id });
      if (!this.problem.textContent) removeItem(item);
    };
    const head = h(
      'div',
      { class: 'card-head' },
      avatar(from.id, from.name),
      h('bdi', { class: 'who' }, from.name),
      h('span', { class: 'hint' }, count === 1 ? texts.oneReport : fill(texts.manyReports, { n: count })),
      h('time', {}, timeText(at, elementTexts)),
    );
    const buttons = h(
      'div',
      { class: 'acts' },
      actionButton(texts.keep, '', decide('approve')),
      actionButton(texts.remove, 'danger', decide('remove')),
    );
    const shown = text === undefined ? JSON.stringify(data) : text;
    const item = h('li', { class: 'card' }, head, h('p', { class: 'text', dir: 'auto' }, shown), buttons);
    return item;
  }
}
