import { isKey } from '../element/dom/dom.js';
import type { Skeleton } from '../element/skeleton.js';

/** The places in a row where Tab stops. Code is one at any time, because long lines are scrolled by keyboard. */
const STOPS = 'a, button:not(.quick)';

/**
 * The focus among the rows of the log: Tab stops in one row, arrow keys go to others, and a row that changes keeps it.
 */
export class RowFocus {
  /** The element that has the focus in the log, or had it when its row was drawn again. */
  private focused: HTMLElement | null = null;

  constructor(private readonly skeleton: Skeleton) {
    const { root, log } = skeleton;
    this.focused = log.rows.querySelector(':focus'); // a fast user was there before this was loaded
    root.addEventListener('keydown', (event) => isKey(event, 'Tab') && this.rove(event.target as HTMLElement), true);
    log.box.addEventListener('keydown', (event) => this.onKey(event));
    log.rows.addEventListener('focusin', ({ target }) => {
      this.focused = target as HTMLElement;
    });
    log.rows.addEventListener('focusout', ({ target }) => {
      queueMicrotask(() => {
        if (target === this.focused && this.focused?.isConnected) this.focused = null; // the user has left it
      });
    });
    new MutationObserver(() => this.keep()).observe(log.rows, { childList: true });
  }

  /** Returns something in a row, or the same in the row that has taken its place, or else the button of its menu. */
  again(one: HTMLElement): HTMLElement | null {
    if (one.isConnected) return one;
    const row = this.skeleton.log.rows.querySelector(`[data-id="${rowOf(one)?.dataset.id}"]`);
    const chips = [...(row?.querySelectorAll<HTMLElement>('.chip') || [])];
    const same = chips.find((chip) => emojiIn(chip) === emojiIn(one));
    return same || row?.querySelector<HTMLElement>('.dots') || null;
  }

  private keep(): void {
    const { focused, skeleton } = this;
    const { activeElement, body } = skeleton.root.ownerDocument;
    if (focused && !focused.isConnected && activeElement === body) this.again(focused)?.focus();
  }

  /** Tab stops at what is in one row: the row that it leaves, or else that of the newest message. */
  private rove(target: HTMLElement): void {
    const stop = rowOf(target) || rowOf(this.openers().pop());
    for (const one of this.skeleton.log.rows.querySelectorAll<HTMLElement>(STOPS))
      one.tabIndex = rowOf(one) === stop ? 0 : -1;
    describe(stop);
  }

  /** Arrow keys go to the buttons beside other messages, from anything in a row but code, which they scroll. */
  private onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const row = target.closest('pre') ? null : rowOf(target);
    const all = this.openers();
    const at = all.findIndex((one) => rowOf(one) === row);
    const step = { ArrowUp: -1, ArrowDown: 1, Home: -at, End: all.length - 1 - at }[event.key];
    if (at < 0 || step === undefined) return;
    event.preventDefault();
    const next = all[at + step];
    describe(rowOf(next));
    next?.focus();
  }

  private openers(): HTMLElement[] {
    return [...this.skeleton.log.rows.querySelectorAll<HTMLElement>('.dots')];
  }
}

const rowOf = (element: HTMLElement | undefined): HTMLElement | null => element?.closest<HTMLElement>('.row') || null;

const emojiIn = (chip: HTMLElement): string | null | undefined => chip.querySelector('.emoji')?.textContent;

/** A screen reader says the text of the message with the button beside it. */
function describe(row: HTMLElement | null): void {
  const text = row?.querySelector('.text');
  if (!row || !text) return;
  text.id = `text-${row.dataset.id}`;
  row.querySelector('.dots')?.setAttribute('aria-describedby', text.id);
}
