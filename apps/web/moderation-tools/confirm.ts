import { button, h, onEscape, type Piece, refill } from '../element/dom/dom.js';

/** One of the things that the user can choose. */
export interface Choice {
  label: string;
  /** Resolves with '', or with the reason why it could not be done. */
  act(): Promise<string> | undefined;
  /** It cannot be undone. */
  danger?: boolean;
}

/** A small box with a question and its choices, below the message, the person or the button that it is about. */
export class Confirm {
  readonly element = h('div', { class: 'confirm', role: 'group' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });

  /** `onClose` is called by the last button and by Escape, `onResize` after the box has changed its height. */
  constructor(
    label: string,
    private readonly texts: { close: string; cancel: string },
    private readonly onClose: () => void,
    private readonly onResize: () => void,
  ) {
    this.element.setAttribute('aria-label', label);
    onEscape(this.element, onClose);
  }

  /** Offers choices without a question. */
  choose(choices: Choice[]): void {
    this.show([], choices, this.texts.close);
  }

  /** Says what has been done. */
  tell(text: Piece[], choices: Choice[]): void {
    this.show(text, choices, this.texts.close);
  }

  ask(question: Piece[], choices: Choice[], option: Node | null = null): void {
    this.show(question, choices, this.texts.cancel, option);
  }

  private show(text: Piece[], choices: Choice[], closeLabel: string, option: Node | null = null): void {
    const buttons = choices.map((choice) => this.button(choice));
    const last = button({ class: 'act secondary' }, this.onClose, closeLabel);
    this.problem.textContent = '';
    refill(
      this.element,
      text.length > 0 ? h('p', { class: 'question' }, ...text) : null,
      option,
      h('div', { class: 'acts' }, ...buttons, last),
      this.problem,
    );
    const [first = last] = buttons;
    first.focus();
    this.onResize();
    this.element.scrollIntoView({ block: 'nearest' });
  }

  private button({ label, act, danger }: Choice): HTMLButtonElement {
    return button({ class: danger ? 'act danger' : 'act' }, () => this.run(act), label);
  }

  /** Runs what the user has chosen. Shows why it could not be done. */
  async run(act: Choice['act']): Promise<void> {
    const running = act();
    if (!running) return;
    this.element.setAttribute('aria-busy', 'true');
    const problem = await running;
    this.element.removeAttribute('aria-busy');
    this.problem.textContent = problem;
    this.onResize();
  }
}
