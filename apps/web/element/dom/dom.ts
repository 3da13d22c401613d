import { lettersOf } from '../../../../shared/protocol/letters.js';

/** A piece of a sentence: words, or an element for a name. */
export type Piece = Node | string;
type Child = Piece | null;

/** Makes an element. A string among the children becomes text: nothing here ever parses HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  append(element, ...children);
  return element;
}

/** Makes a button that calls `act` on a click. */
export function button(
  attributes: Record<string, string>,
  act: (() => unknown) | null,
  ...children: Child[]
): HTMLButtonElement {
  const element = h('button', { type: 'button', ...attributes }, ...children);
  if (act) element.addEventListener('click', act);
  return element;
}

// Pages and their libraries replace `append`, `remove` and similar methods. These functions do without them.

export function append(node: Node, ...children: Child[]): void {
  for (const child of children) {
    if (child !== null) node.appendChild(typeof child === 'string' ? document.createTextNode(child) : child);
  }
}

/** Replaces all children of a node. */
export function refill(node: Node, ...children: Child[]): void {
  node.textContent = '';
  append(node, ...children);
}

export function remove(node: Node): void {
  if (node.parentNode) node.parentNode.removeChild(node);
}

/** Puts `node` directly before or after `mark`. */
export function insert(node: Node, where: 'before' | 'after', mark: Node): void {
  if (mark.parentNode) mark.parentNode.insertBefore(node, where === 'before' ? mark : mark.nextSibling);
}

const SVG = 'http://www.w3.org/2000/svg';

/** Draws strokes on a field of 24 x 24. A screen reader skips the drawing: the button around it has a label. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const stroke = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  stroke.setAttribute('d', path);
  append(svg, stroke);
  return svg;
}

export const ICONS = {
  bell: 'M6 10.500C6 7 8.500 4.500 12 4.500S18 7 18 10.500V14.500L19.500 17H4.500L6 14.500ZM10 20H14',
  send: 'M4 12 20 4.5 15.5 20 11.5 13.5 20 4.5',
  search: 'M10.500 17.500A7 7 0 1 0 10.500 3.500 7 7 0 0 0 10.500 17.500ZM15.500 15.500 20.500 20.500',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c.4-3.600 3-5.500 6.500-5.500s6.100 1.900 6.500 5.500M16 4.300a3.500 3.500 0 0 1 0 6.400M18 15c2 .700 3.200 2.400 3.500 5',
  back: 'M15 5 8 12 15 19',
  down: 'M12 5V19M6 13 12 19 18 13',
  pin: 'M9 4H15L14 10 17 13H7L10 10ZM12 13V20',
  reply: 'M10 6 4 12 10 18M4 12H13C17 12 20 14.500 20 19',
  edit: 'M4 20 5 15.500 15.500 5 19 8.500 8.500 19ZM13.500 7 17 10.500',
  smile:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.500 14.500c.800 1.200 2 1.800 3.500 1.800s2.700-.600 3.500-1.800M9 9.500v.500M15 9.500v.500',
  flag: 'M6 21V4M6 5H18L15.500 9 18 13H6',
  close: 'M6 6 18 18M18 6 6 18',
  owner: 'M4 18 3 7.500 8 11.500 12 5 16 11.500 21 7.500 20 18Z',
  moderator: 'M12 3 19 6V11.500C19 16 16 19.500 12 21 8 19.500 5 16 5 11.500V6ZM9 12 11.300 14.300 15.300 9.800',
};

/**
 * The `keyCode` of a key that an input method uses. Safari ends a composition before it reports the Enter that ended
 * it.
 */
const IME_KEY_CODE = 229;

/** Returns whether `event` is that key, and no input method uses it, for example to end a word. */
export function isKey(event: KeyboardEvent, key: string): boolean {
  return event.key === key && !event.isComposing && event.keyCode !== IME_KEY_CODE;
}

/** Runs `act` on Escape. If `act` returns false, it had no use for the key, and the page gets it. */
export function onEscape(element: HTMLElement, act: () => unknown): void {
  element.addEventListener('keydown', (event) => {
    if (!isKey(event, 'Escape') || act() === false) return;
    event.preventDefault(); // else Escape also closes a dialog of the page
    event.stopPropagation();
  });
}

/**
 * Runs `act` when the focus has gone from `element` to elsewhere. By Tab it may also go out of the page, which no event
 * tells from a click on a label.
 */
export function onFocusGone(element: HTMLElement, act: (to?: EventTarget) => void): void {
  element.addEventListener('focusout', ({ relatedTarget: to }) => {
    if (to && !element.contains(to as Node)) act(to);
  });
  element.addEventListener('keydown', ({ key }) => {
    if (key === 'Tab') setTimeout(() => element.matches(':focus-within') || act());
  });
}

/**
 * Makes the round sign of a person: the first letter of the name, on a colour of its own. The style draws the letter.
 */
export function avatar(id: number, name: string): HTMLSpanElement {
  const sign = h('span', { class: 'avatar', 'aria-hidden': 'true', 'data-letter': lettersOf(name)[0] || '?' });
  sign.style.setProperty('--hue', String(hueOf(id)));
  return sign;
}

/** Returns degrees. Neighbouring ids get hues that are far apart (the golden angle). */
export function hueOf(id: number): number {
  return Math.round((id * 137.508) % 360);
}
