import type { Audit, ReportedMessage } from '../../../shared/protocol/events.js';
import { counted } from '../element/counts.js';
import { h, refill } from '../element/dom/dom.js';
import type { Actions } from './actions.js';
import { messageCard } from './message-card.js';
import { box, type Section } from './section.js';

/** The messages that members have reported. */
export class Reports implements Section {
  readonly element: HTMLElement;
  private readonly list = h('ul', { class: 'cards' });

  constructor(private readonly actions: Actions) {
    this.element = box(actions.texts.reported, this.list);
    this.element.hidden = true;
  }

  get isWaiting(): boolean {
    return !this.element.hidden;
  }

  async update({ reports: count }: Audit): Promise<void> {
    const { reports = [] } = count > 0 ? await this.actions.call('held') : {};
    refill(this.list, ...reports.map((report) => this.card(report)));
    this.element.hidden = reports.length === 0;
  }

  private card(message: ReportedMessage): HTMLLIElement {
    const { texts, elementTexts } = this.actions;
    const { count } = message;
    const choices = [
      { label: texts.keep, kind: '', operation: 'approve' },
      { label: texts.remove, kind: 'danger', operation: 'remove' },
    ] as const;
    const hint = h('span', { class: 'hint' }, counted(texts.manyReports, count, elementTexts));
    return messageCard(this.actions, message, [...choices], hint);
  }
}
