import type { Audit, UserRef } from '../../../shared/protocol/events.js';
import { h, remove } from '../element/dom/dom.js';

/** A part of the panel. */
export interface Section {
  element: HTMLElement;
  /** Shows the room as it is now. */
  update(audit: Audit): void | Promise<void>;
}

/** The box of a part, under its title. */
export function box(title: string, ...children: (Node | string)[]): HTMLElement {
  return h('div', { class: 'box' }, h('h3', {}, title), ...children);
}

/** A button of the panel. While it acts it takes no further press; it is not disabled, as that would lose the focus. */
export function doer(label: string, kind: string, act: () => unknown): HTMLButtonElement {
  const button = h('button', { type: 'button', class: `act ${kind}` }, label);
  button.addEventListener('click', () => {
    if (button.hasAttribute('aria-disabled')) return;
    button.setAttribute('aria-disabled', 'true');
    void Promise.resolve(act()).then(() => button.removeAttribute('aria-disabled'));
  });
  return button;
}

/** Takes an item out of a list of the panel. The focus, if it was there, goes to the next one's button, or to the panel's first. */
export function takeOut(item: HTMLElement): void {
  const { activeElement } = item.getRootNode() as ShadowRoot;
  const next = item.nextElementSibling || item.previousElementSibling || item.closest('.room-panel');
  const button = next && item.contains(activeElement) ? next.querySelector('button') : null;
  remove(item);
  if (button) button.focus();
}

/** A user as it is called where it may be gone. */
export function nameOf({ id, name }: UserRef): string {
  return name || `#${id}`;
}
