import type { Audit } from '../../../shared/protocol/events.js';
import { h } from '../element/dom/dom.js';
import type { Desk } from './actions.js';
import { box, doer, type Section } from './section.js';

/** Words that a room does not want, and what becomes of messages with one. */
export class Words implements Section {
  readonly element: HTMLElement;
  private readonly list = h('textarea', {
    rows: '3',
    class: 'words',
    dir: 'auto',
    spellcheck: 'false',
    autocapitalize: 'off',
  });
  private readonly mask = h('input', { type: 'radio', name: 'hold', checked: '' });
  private readonly hold = h('input', { type: 'radio', name: 'hold' });
  private readonly saved = h('span', { class: 'hint', role: 'status' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });
  /** There is something here that is not saved. */
  private changed = false;

  constructor(private readonly desk: Desk) {
    const { texts, common } = desk;
    this.list.setAttribute('aria-label', texts.unwanted);
    this.element = box(
      texts.unwanted,
      h('p', { class: 'hint' }, texts.wordsHint),
      this.list,
      h('label', { class: 'option' }, this.mask, texts.wordsMask),
      h('label', { class: 'option' }, this.hold, texts.wordsHold),
      h(
        'div',
        { class: 'acts' },
        doer(common.save, '', () => this.save()),
        this.saved,
      ),
      this.problem,
    );
    this.element.addEventListener('input', () => {
      this.changed = true;
      this.saved.textContent = '';
    });
  }

  update({ rules }: Audit): void {
    if (this.changed) return;
    this.list.value = rules.words.join('\n');
    this.mask.checked = !rules.hold;
    this.hold.checked = rules.hold === true;
  }

  private async save(): Promise<void> {
    const words = this.list.value
      .split(/[\n,]/)
      .map((word) => word.trim())
      .filter(Boolean);
    this.problem.textContent = await this.desk.act('rules', { words, hold: this.hold.checked });
    if (this.problem.textContent) return;
    this.changed = false;
    this.saved.textContent = this.desk.texts.wordsSaved;
  }
}
