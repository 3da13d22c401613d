import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { button, h } from '../dom/dom.js';
import type { Texts } from '../texts.js';
import { plainText } from './plain-text.js';

/** Characters of a message that a quote shows. */
const QUOTED_MAX = 120;

/** A message that another one answers: null if it is gone, undefined while it is being read. */
export type Quoted = ChatEvent | null | undefined;

/** Draws a quoted message. A click goes to it. */
export function quote(quoted: Quoted, texts: Texts, go: () => void): HTMLElement {
  if (!quoted) return h('div', { class: 'quote' }, quoted === null ? texts.quoteGone : '…');
  return button({ class: 'quote', part: 'quote' }, go, ...quotedText(quoted, texts));
}

/** Returns the name and the beginning of a message, on one line. An owner can make up a message that was imported. */
export function quotedText({ from, text = '', data, imported }: ChatEvent, texts: Texts): Node[] {
  const said = plainText(text) || JSON.stringify(data) || '';
  const beginning = [...said].slice(0, QUOTED_MAX).join('');
  const mark = imported ? [h('small', { class: 'imported' }, texts.imported)] : [];
  return [h('bdi', { class: 'name' }, from.name), ...mark, h('span', { dir: 'auto' }, beginning)];
}
