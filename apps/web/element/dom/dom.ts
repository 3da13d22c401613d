import { lettersOf } from '../../../../shared/protocol/letters.js';

/** What a sentence is put together from: words, and elements for names. */
export type Part = Node | string;
type Child = Part | null;

/** Makes an element. Children that are text become text: nothing here ever parses HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  append(element, ...children);
  return element;
}

// Pages and their libraries replace `append`, `remove` and their like with something else. These do without.

export function append(parent: Node, ...children: Child[]): void {
  for (const child of children) {
    if (child !== null) parent.appendChild(typeof child === 'string' ? document.createTextNode(child) : child);
  }
}

/** Puts children in the place of those that are there. */
export function refill(parent: Node, ...children: Child[]): void {
  parent.textContent = '';
  append(parent, ...children);
}

export function remove(node: Node): void {
  if (node.parentNode) node.parentNode.removeChild(node);
}

/** Puts `node` right before or after `mark`. */
export function insert(node: Node, where: 'before' | 'after', mark: Node): void {
  if (mark.parentNode) mark.parentNode.insertBefore(node, where === 'before' ? mark : mark.nextSibling);
}

const SVG = 'http://www.w3.org/2000/svg';

/** A drawing of strokes on a 24 x 24 field; it says nothing to a screen reader, its button does. */
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
  send: 'M4 12 20 4.5 15.5 20 11.5 13.5 20 4.5',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c.4-3.600 3-5.500 6.500-5.500s6.100 1.900 6.500 5.500M16 4.300a3.500 3.500 0 0 1 0 6.400M18 15c2 .700 3.200 2.400 3.500 5',
  back: 'M15 5 8 12 15 19',
  down: 'M12 5V19M6 13 12 19 18 13',
  close: 'M6 6 18 18M18 6 6 18',
  owner: 'M4 18 3 7.500 8 11.500 12 5 16 11.500 21 7.500 20 18Z',
  keeper: 'M12 3 19 6V11.500C19 16 16 19.500 12 21 8 19.500 5 16 5 11.500V6ZM9 12 11.300 14.300 15.300 9.800',
};

/** An input method takes a key: so says `keyCode`. Safari ends a composition before it tells of the Enter that ended it. */
const TAKEN = 229;

/** Whether `event` is of that key, and for the page: not one that an input method takes, as to end or to give up a word. */
export function isKey(event: KeyboardEvent, key: string): boolean {
  return event.key === key && !event.isComposing && event.keyCode !== TAKEN;
}

/** A name within a sentence: an element of its own, so that a name that reads as a sentence is seen to be a name. */
export function called(name: string): HTMLElement {
  return h('bdi', { class: 'called' }, name);
}

/** Letters that are written from right to left. */
const LEFTWARD = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** A name for a text that takes no elements, such as a title: it does not turn the direction of what stands around it. */
export function isolated(name: string): string {
  return LEFTWARD.test(name) ? `\u2068${name}\u2069` : name;
}

/** Escape does `act`. When that gives false it had no use for it, and the key is for the page. */
export function onEscape(part: HTMLElement, act: () => boolean | void): void {
  part.addEventListener('keydown', (event) => {
    if (!isKey(event, 'Escape') || act() === false) return;
    event.preventDefault(); // else it closes the page's dialog, too
    event.stopPropagation();
  });
}

/** A round sign for a person: its first letter, which is no text but drawn, on a colour of its own. */
export function avatar(id: number, name: string): HTMLSpanElement {
  const sign = h('span', { class: 'avatar', 'aria-hidden': 'true', 'data-letter': lettersOf(name)[0] || '?' });
  sign.style.setProperty('--hue', String(hueOf(id)));
  return sign;
}

/** Neighbouring ids get hues far apart (the golden angle). */
export function hueOf(id: number): number {
  return Math.round((id * 137.508) % 360);
}
