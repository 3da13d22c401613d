import type { Audit } from '../../../shared/protocol/events.js';
import { append, h } from '../element/dom/dom.js';
import { durationText } from '../element/log/times.js';
import type { Desk } from './actions.js';
import { box, type Section } from './section.js';

/** Seconds of slow mode to choose from. */
const SLOW = [5, 10, 30, 60, 300, 3_600];

/** What binds everybody without a role. Each takes effect as it is set. */
export class Rules implements Section {
  readonly element: HTMLElement;
  private readonly slow: HTMLSelectElement;
  private readonly readonly: HTMLInputElement;
  private readonly closed: HTMLInputElement;
  private readonly links: HTMLInputElement;
  private readonly closedRow: HTMLElement;
  private readonly problem = h('p', { class: 'problem', role: 'alert' });
  private audit: Audit | null = null;

  constructor(private readonly desk: Desk) {
    const { texts } = desk;
    this.slow = h('select', {}, ...[0, ...SLOW].map((seconds) => this.pace(seconds)));
    [this.readonly, this.closed, this.links] = [this.toggle(), this.toggle(), this.toggle()];
    this.closedRow = row(texts.closedMode, texts.closedHint, this.closed);
    this.element = box(
      texts.rules,
      row(texts.slowMode, texts.slowModeHint, this.slow),
      row(texts.readOnlyMode, texts.readOnlyHint, this.readonly),
      row(texts.linksMode, texts.linksHint, this.links),
      this.closedRow,
      this.problem,
    );
    this.slow.addEventListener('change', () => this.set({ slow: Number(this.slow.value) }));
    this.readonly.addEventListener('change', () => this.set({ readonly: this.readonly.checked }));
    this.closed.addEventListener('change', () => this.set({ closed: this.closed.checked }));
    this.links.addEventListener('change', () => this.set({ links: !this.links.checked }));
  }

  update(audit: Audit): void {
    const { slow = 0, readonly, closed, links } = audit.rules;
    this.audit = audit;
    if (![...this.slow.options].some(({ value }) => value === String(slow))) append(this.slow, this.pace(slow));
    this.slow.value = String(slow);
    this.readonly.checked = readonly === true;
    this.closed.checked = closed === true;
    this.links.checked = links === false;
    this.closedRow.hidden = !this.desk.isOwner;
  }

  private async set(rule: Record<string, unknown>): Promise<void> {
    this.problem.textContent = await this.desk.act('rules', rule);
    if (this.problem.textContent && this.audit) this.update(this.audit); // as it still is
  }

  private pace(seconds: number): HTMLOptionElement {
    return h(
      'option',
      { value: String(seconds) },
      seconds > 0 ? durationText(seconds, this.desk.common) : this.desk.texts.slowModeOff,
    );
  }

  private toggle(): HTMLInputElement {
    return h('input', { type: 'checkbox', role: 'switch', class: 'switch' });
  }
}

/** A rule: what it is called, what it does, and how it is set. */
function row(name: string, hint: string, control: HTMLElement): HTMLElement {
  const text = h(
    'span',
    { class: 'row-text' },
    h('span', { class: 'row-name' }, name),
    h('span', { class: 'hint' }, hint),
  );
  return h('label', { class: 'rule' }, text, control);
}
