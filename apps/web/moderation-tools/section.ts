import type { Audit, UserRef } from '../../../shared/protocol/events.js';
import { button, h, remove } from '../element/dom/dom.js';

/** A section of the panel. */
export interface Section {
  element: HTMLElement;
  /** It shows messages that wait for a decision. */
  readonly isWaiting?: boolean;
  /** Shows the room as it is now. */
  update(audit: Audit): void | Promise<void>;
}

/** Makes the box of a section, with its title. */
export function box(title: string, ...children: (Node | string)[]): HTMLElement {
  return h('div', { class: 'box' }, h('h3', {}, title), ...children);
}

/**
 * Makes a button of the panel. It ignores clicks while `act` runs. It is not disabled, because that would lose the
 * focus.
 */
export function actionButton(label: string, kind: string, act: () => unknown): HTMLButtonElement {
  const run = async (): Promise<void> => {
    if (made.hasAttribute('aria-disabled')) return;
    made.setAttribute('aria-disabled', 'true');
    await act();
    made.removeAttribute('aria-disabled');
  };
  const made = button({ class: `act ${kind}` }, run, label);
  return made;
}

/** Says which item of a list a button is for. Its label is that of the other items' buttons. Returns the button. */
export function describedBy(name: HTMLElement, made: HTMLButtonElement): HTMLButtonElement {
  made.setAttribute('aria-describedby', name.id);
  return made;
}

/** Removes an item from a list. */
export function removeItem(item: HTMLElement): void {
  focusAfter(item, item);
  remove(item);
}

/**
 * If a part of an item has the focus, the button of the next item gets it, or else the panel's first button. The part
 * is about to go.
 */
export function focusAfter(item: HTMLElement, part: HTMLElement): void {
  const { activeElement } = item.getRootNode() as ShadowRoot;
  const next = item.nextElementSibling || item.previousElementSibling || item.closest('.room-panel');
  if (next && part.contains(activeElement)) next.querySelector('button')?.focus();
}

/** Returns the name of a user that may have left. */
export function nameOf({ id, name }: UserRef): string {
  return name || `#${id}`;
}
