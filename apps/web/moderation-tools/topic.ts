import { h } from '../element/dom/dom.js';
import type { Actions } from './actions.js';
import { actionButton, box, type Section } from './section.js';

const TOPIC_MAX = 200;

/** The room's topic, which stands above the log. */
export class Topic implements Section {
  readonly element: HTMLElement;
  private readonly input = h('input', { class: 'link', dir: 'auto', maxlength: String(TOPIC_MAX) });
  private readonly saved = h('span', { class: 'hint', role: 'status' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });
  /** The user has changed something that is not saved yet. */
  private hasChanges = false;

  constructor(private readonly actions: Actions) {
    const { texts } = actions;
    this.input.setAttribute('aria-label', texts.topic);
    const save = actionButton(texts.setTopic, '', () => this.save());
    this.element = box(texts.topic, this.input, h('div', { class: 'acts' }, save, this.saved), this.problem);
    this.input.addEventListener('input', () => {
      this.hasChanges = true;
      this.saved.textContent = '';
    });
  }

  update(): void {
    const topic: unknown = this.actions.delegate.chat.values.get('@topic');
    if (!this.hasChanges) this.input.value = typeof topic === 'string' ? topic : '';
  }

  private async save(): Promise<void> {
    this.problem.textContent = await this.actions.run('set', { key: '@topic', value: this.input.value.trim() || null });
    if (this.problem.textContent) return;
    this.hasChanges = false;
    this.saved.textContent = this.actions.texts.wordsSaved;
  }
}
