import { h, insert, remove } from '../dom/dom.js';
import type { Texts } from '../texts.js';

/**
 * Gives each text that its style cuts off a button that shows all of it, and takes away what is needless by now. `turned` is
 * called when one has been pressed. All sizes are read before anything is written: the browser lays out the log once.
 */
export function foldTexts(list: HTMLElement, texts: Texts, turned: () => void): void {
  const changed: Array<[HTMLElement, Element | null]> = [];
  list.querySelectorAll<HTMLElement>('.text:not(.whole)').forEach((text) => {
    const button = text.parentElement && text.parentElement.querySelector('.more');
    if (text.scrollHeight > text.clientHeight + 1 !== (button !== null)) changed.push([text, button]);
  });
  changed.forEach(([text, button]) => (button ? remove(button) : insert(more(text, texts, turned), 'after', text)));
}

function more(text: HTMLElement, { showAll, showLess }: Texts, turned: () => void): HTMLElement {
  const button = h('button', { type: 'button', class: 'plain more', part: 'more', 'aria-expanded': 'false' }, showAll);
  button.addEventListener('click', () => {
    const whole = text.classList.toggle('whole');
    button.textContent = whole ? showLess : showAll;
    button.setAttribute('aria-expanded', String(whole));
    if (!whole) button.scrollIntoView({ block: 'nearest' });
    turned();
  });
  return button;
}
