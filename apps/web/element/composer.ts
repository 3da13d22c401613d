import { isSeen } from '../../../shared/protocol/letters.js';
import { TEXT_MAX } from '../../../shared/protocol/limits.js';
import { isKey } from './dom/dom.js';
import type { Skeleton } from './dom/skeleton.js';
import { fill } from './texts.js';

/** Characters left from which on they are counted. */
const COUNT_FROM = 200;

export interface ComposerHost {
  send(text: string): void;
  /** Something was typed. */
  typing(): void;
  /** Does what changes the height of the box, and with it the log's. */
  resize(act: () => void): void;
}

/** The box to write in: Enter sends, Shift and Enter begins a new line. */
export class Composer {
  constructor(
    private readonly parts: Skeleton,
    private readonly host: ComposerHost,
  ) {
    const { form, input } = parts.composer;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    input.addEventListener('keydown', (event) => this.key(event));
    input.addEventListener('input', () => {
      this.measure();
      if (input.value.trim()) host.typing();
    });
  }

  /** Whom it writes to, or why nobody can be written to. */
  aim(placeholder: string, enabled: boolean): void {
    const { input, send } = this.parts.composer;
    input.placeholder = placeholder;
    input.disabled = send.disabled = !enabled;
  }

  focus(): void {
    this.parts.composer.input.focus();
  }

  private key(event: KeyboardEvent): void {
    if (!isKey(event, 'Enter') || event.shiftKey) return;
    event.preventDefault();
    this.submit();
  }

  private submit(): void {
    const { input } = this.parts.composer;
    const text = input.value.trim();
    if (!isSeen(text) || this.excess() > 0 || input.disabled) return;
    input.value = '';
    this.measure();
    this.host.send(text);
    input.focus();
  }

  /** Characters above the limit; below zero: still free. */
  private excess(): number {
    return [...this.parts.composer.input.value.trim()].length - TEXT_MAX;
  }

  /** Makes the box as high as its text; for a moment it is low. */
  private fit(): void {
    const { input } = this.parts.composer;
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight}px`;
  }

  private measure(): void {
    const { input, length, form } = this.parts.composer;
    const excess = this.excess();
    this.host.resize(() => this.fit());
    length.textContent =
      excess > 0 ? fill(this.parts.texts.tooLong, { n: excess }) : excess > -COUNT_FROM ? String(-excess) : '';
    form.classList.toggle('over', excess > 0);
    input.setAttribute('aria-invalid', String(excess > 0));
  }
}
