import { button, insert, remove } from '../dom/dom.js';
import type { Texts } from '../texts.js';

/**
 * Adds a "show all" button to each text that its style cuts off, and removes the buttons that are no longer needed.
 * `toggled` is called after the user has pressed one. Reads all sizes before it writes anything, so that the browser
 * lays out the log only once.
 */
export function foldTexts(list: HTMLElement, texts: Texts, toggled: () => void): void {
  const changed: Array<[HTMLElement, Element | null]> = [];
  list.querySelectorAll<HTMLElement>('.text:not(.whole)').forEach((text) => {
    const more = text.parentElement?.querySelector('.more') || null;
    if (text.scrollHeight > text.clientHeight + 1 !== (more !== null)) changed.push([text, more]);
  });
  for (const [text, more] of changed) {
    if (more) remove(more);
    else insert(moreButton(text, texts, toggled), 'after', text);
  }
}

function moreButton(text: HTMLElement, { showAll, showLess }: Texts, toggled: () => void): HTMLElement {
  const toggle = (): void => {
    const whole = text.classList.toggle('whole');
    more.textContent = whole ? showLess : showAll;
    more.setAttribute('aria-expanded', String(whole));
    if (!whole) more.scrollIntoView({ block: 'nearest' });
    toggled();
  };
  const more = button({ class: 'plain more', part: 'more', 'aria-expanded': 'false' }, toggle, showAll);
  return more;
}
