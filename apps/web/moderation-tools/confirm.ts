import { h, onEscape, type Part, refill } from '../element/dom/dom.js';

/** One of the things to choose from; what it gives, if anything, is why it could not be done. */
export interface Choice {
  label: string;
  act(): Promise<string> | void;
  /** It cannot be taken back. */
  grave?: boolean;
}

/** A question and what to choose from, right where it was asked: below a message, a person or a button. */
export class Strip {
  readonly element = h('div', { class: 'strip', role: 'group' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });

  /** `close`: what its last choice and Escape do. */
  constructor(
    label: string,
    private readonly words: { close: string; cancel: string },
    private readonly close: () => void,
    private readonly settle: () => void,
  ) {
    this.element.setAttribute('aria-label', label);
    onEscape(this.element, close);
  }

  /** What can be done. */
  offer(choices: Choice[]): void {
    this.show('', choices, this.words.close);
  }

  /** What has been done. */
  tell(text: Part[], choices: Choice[]): void {
    this.show(text, choices, this.words.close);
  }

  ask(question: Part[] | string, choices: Choice[], more: Node | null = null): void {
    this.show(question, choices, this.words.cancel, more);
  }

  private show(question: Part[] | string, choices: Choice[], end: string, more: Node | null = null): void {
    const buttons = choices.map((choice) => this.button(choice));
    const last = this.button({ label: end, act: this.close });
    last.classList.add('calm');
    this.problem.textContent = '';
    refill(
      this.element,
      question ? h('p', { class: 'question' }, ...(typeof question === 'string' ? [question] : question)) : '',
      more || '',
      h('div', { class: 'acts' }, ...buttons, last),
      this.problem,
    );
    const [first = last] = buttons;
    first.focus();
    this.settle();
    this.element.scrollIntoView({ block: 'nearest' });
  }

  private button({ label, act, grave }: Choice): HTMLButtonElement {
    const button = h('button', { type: 'button', class: grave ? 'act grave' : 'act' }, label);
    button.addEventListener('click', () => {
      void this.run(act);
    });
    return button;
  }

  private async run(act: Choice['act']): Promise<void> {
    const doing = act();
    if (!doing) return;
    this.element.setAttribute('aria-busy', 'true');
    const problem = await doing;
    this.element.removeAttribute('aria-busy');
    this.problem.textContent = problem;
    this.settle();
  }
}
