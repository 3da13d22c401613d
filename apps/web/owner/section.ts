import type { Audit, UserRef } from '../../../shared/protocol/events.js';
import { h } from '../element/dom.js';

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

/** A button of the panel, that is not to be pressed twice. */
export function doer(label: string, kind: string, act: () => unknown): HTMLButtonElement {
  const button = h('button', { type: 'button', class: `act ${kind}` }, label);
  button.addEventListener('click', () => {
    button.disabled = true;
    void Promise.resolve(act()).then(() => { button.disabled = false; });
  });
  return button;
}

/** A user as it is called where it may be gone. */
export function nameOf({ id, name }: UserRef): string {
  return name || `#${id}`;
}
