import { h, type Piece } from './dom.js';

/** Makes an element for a name in a sentence, so that a name that reads like a sentence is seen to be a name. */
export function called(name: string): HTMLElement {
  return h('bdi', { class: 'called' }, name);
}

/** Letters that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Returns a name for a text without elements, such as a title. It does not change the direction of the text around it.
 */
export function isolated(name: string): string {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

/** Puts values into a text's `{places}`. A value may be an element, such as a name, or a list of pieces. */
export function filled(text: string, values: Record<string, Piece | Piece[] | number>): Piece[] {
  const found = text.split(/\{(\w+)\}/).map((piece, i): Piece | Piece[] | number => {
    const value = i % 2 ? values[piece] : piece;
    return value === undefined ? `{${piece}}` : value;
  });
  const pieces = ([] as Array<Piece | number>).concat(...found);
  return pieces.map((piece) => (typeof piece === 'number' ? String(piece) : piece)).filter((piece) => piece !== '');
}

/** Joins the items of a list: `comma` between two, `last` before the last one. */
export function enumerated(items: Piece[][], comma: string, last: string): Piece[] {
  const pieces: Piece[] = [];
  items.forEach((item, i) => {
    if (i > 0) pieces.push(i === items.length - 1 ? last : comma);
    pieces.push(...item);
  });
  return pieces;
}
