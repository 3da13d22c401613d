import type { Audit } from '../../../shared/protocol/events.js';
import { append, h } from '../element/dom/dom.js';
import { durationText } from '../element/times.js';
import type { Actions } from './actions.js';
import { actionButton, box, type Section } from './section.js';

/** The slow modes that the panel offers. */
const SLOW_MODES_S = [5, 10, 30, 60, 300, 3_600];
/** The delays that the panel offers. */
const DELAYS_S = [5, 10, 20, 30, 60];

/** The rules for everybody without a role. A change takes effect at once. */
export class Rules implements Section {
  readonly element: HTMLElement;
  private readonly slow: HTMLSelectElement;
  private readonly delay: HTMLSelectElement;
  private readonly readonly: HTMLInputElement;
  private readonly closed: HTMLInputElement;
  private readonly links: HTMLInputElement;
  private readonly unlisted = toggle();
  private readonly noPrivate = toggle();
  private readonly names = toggle();
  private readonly hold: HTMLInputElement;
  private readonly closedRow: HTMLElement;
  private readonly voiceRow: HTMLElement;
  private readonly takeBack: HTMLElement;
  private readonly problem = h('p', { class: 'problem', role: 'alert' });
  private audit: Audit | null = null;

  constructor(private readonly actions: Actions) {
    const { texts } = actions;
    this.slow = h('select', {}, ...[0, ...SLOW_MODES_S].map((seconds) => this.slowOption(seconds)));
    this.delay = h('select', {}, ...[0, ...DELAYS_S].map((seconds) => this.slowOption(seconds)));
    [this.readonly, this.closed, this.links, this.hold] = [toggle(), toggle(), toggle(), toggle()];
    this.closedRow = row(texts.closedMode, texts.closedHint, this.closed);
    const allow = (on: boolean): HTMLElement =>
      actionButton(on ? texts.allowAll : texts.allowNobody, 'secondary', () => this.run('allow', { user: 0, on }));
    this.takeBack = allow(false);
    this.voiceRow = h('div', { class: 'acts' }, allow(true), this.takeBack);
    this.element = box(
      texts.rules,
      row(texts.slowMode, texts.slowModeHint, this.slow),
      row(texts.delayMode, texts.delayHint, this.delay),
      row(texts.readOnlyMode, texts.readOnlyHint, this.readonly),
      this.voiceRow,
      row(texts.holdMode, texts.holdHint, this.hold),
      row(texts.linksMode, texts.linksHint, this.links),
      row(texts.privateMode, texts.privateHint, this.noPrivate),
      row(texts.namesMode, texts.namesHint, this.names),
      row(texts.unlistedMode, texts.unlistedHint, this.unlisted),
      this.closedRow,
      this.problem,
    );
    this.slow.addEventListener('change', () => this.set({ slow: Number(this.slow.value) }));
    this.delay.addEventListener('change', () => this.set({ delay: Number(this.delay.value) }));
    this.readonly.addEventListener('change', () => this.set({ readonly: this.readonly.checked }));
    this.hold.addEventListener('change', () => this.set({ hold: this.hold.checked ? 'all' : false }));
    this.closed.addEventListener('change', () => this.set({ closed: this.closed.checked }));
    this.links.addEventListener('change', () => this.set({ links: !this.links.checked }));
    this.noPrivate.addEventListener('change', () => this.set({ private: !this.noPrivate.checked }));
    this.names.addEventListener('change', () => this.set({ names: this.names.checked ? 'asked' : 'any' }));
    this.unlisted.addEventListener('change', () => this.set({ listed: !this.unlisted.checked }));
  }

  update(audit: Audit): void {
    const { slow = 0, delay = 0, readonly, closed, links, hold } = audit.rules;
    this.audit = audit;
    this.choose(this.slow, slow);
    this.choose(this.delay, delay);
    this.readonly.checked = readonly === true;
    this.hold.checked = hold === 'all';
    this.closed.checked = closed === true;
    this.links.checked = links === false;
    this.noPrivate.checked = audit.rules.private === false;
    this.names.checked = audit.rules.names === 'asked';
    this.unlisted.checked = audit.rules.listed === false;
    this.voiceRow.hidden = readonly !== true;
    this.takeBack.hidden = !audit.voices?.length;
    this.closedRow.hidden = !this.actions.isOwner;
  }

  private set(rule: Record<string, unknown>): Promise<void> {
    return this.run('rules', rule);
  }

  private async run(operation: 'rules' | 'allow', values: Record<string, unknown>): Promise<void> {
    this.problem.textContent = await this.actions.run(operation, values);
    if (this.problem.textContent && this.audit) this.update(this.audit); // shows the old state again
  }

  /** A page may have set a number that the panel does not offer. */
  private choose(select: HTMLSelectElement, seconds: number): void {
    if (![...select.options].some(({ value }) => value === String(seconds))) append(select, this.slowOption(seconds));
    select.value = String(seconds);
  }

  private slowOption(seconds: number): HTMLOptionElement {
    return h(
      'option',
      { value: String(seconds) },
      seconds > 0 ? durationText(seconds, this.actions.elementTexts) : this.actions.texts.slowModeOff,
    );
  }
}

function toggle(): HTMLInputElement {
  return h('input', { type: 'checkbox', role: 'switch', class: 'switch' });
}

/** Makes the row of a rule: its name, what it does, and its control. */
function row(title: string, hint: string, control: HTMLElement): HTMLElement {
  const text = h(
    'span',
    { class: 'row-text' },
    h('span', { class: 'row-name' }, title),
    h('span', { class: 'hint' }, hint),
  );
  return h('label', { class: 'rule' }, text, control);
}
