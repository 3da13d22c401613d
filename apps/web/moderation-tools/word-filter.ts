import type { Audit } from '../../../shared/protocol/events.js';
import { h } from '../element/dom/dom.js';
import type { Actions } from './actions.js';
import { actionButton, box, type Section } from './section.js';

/** The blocked words of the room, and what happens to messages with one. */
export class WordFilter implements Section {
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
  /** Every message waits for approval. */
  private holdsAll = false;
  /** The user has changed something that is not saved yet. */
  private hasChanges = false;

  constructor(private readonly actions: Actions) {
    const { texts, elementTexts } = actions;
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
        actionButton(elementTexts.save, '', () => this.save()),
        this.saved,
      ),
      this.problem,
    );
    this.element.addEventListener('input', () => {
      this.hasChanges = true;
      this.saved.textContent = '';
    });
  }

  update({ rules }: Audit): void {
    this.holdsAll = rules.hold === 'all';
    if (this.hasChanges) return;
    this.list.value = rules.words.join('\n');
    this.mask.checked = !rules.hold;
    this.hold.checked = Boolean(rules.hold);
  }

  private async save(): Promise<void> {
    const words = this.list.value
      .split(/[\n,]/)
      .map((word) => word.trim())
      .filter((one) => one);
    this.problem.textContent = await this.actions.run('rules', {
      words,
      ...(!this.holdsAll && { hold: this.hold.checked }),
    });
    if (this.problem.textContent) return;
    this.hasChanges = false;
    this.saved.textContent = this.actions.texts.wordsSaved;
  }
}
