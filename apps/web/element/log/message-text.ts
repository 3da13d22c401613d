import { copyText } from '../dom/copy.js';
import { button, h, type Piece } from '../dom/dom.js';
import type { Texts } from '../texts.js';
import { formatted, type Part, type Styled } from './format.js';
import { link } from './links.js';

/** The copy button says for so long that it has copied. */
const COPIED_MS = 2_000;

/** Returns the text of a message as elements. */
export function messageText(text: string, texts: Texts): Piece[] {
  return pieces(formatted(text), texts);
}

function pieces(parts: Part[], texts: Texts): Piece[] {
  return parts.map((part) => {
    if (typeof part === 'string') return part;
    if ('link' in part) return link(part.link, part.host);
    return part.tag === 'pre' ? codeBlock(part, texts) : h(part.tag, {}, ...pieces(part.parts, texts));
  });
}

/** Code has a direction of its own, and long lines that are scrolled, by keyboard too. */
function codeBlock({ parts, language = '' }: Styled, texts: Texts): HTMLElement {
  const code = h('pre', { tabindex: '0' }, ...pieces(parts, texts));
  const copy = button(
    { class: 'plain copy', part: 'copy' },
    async () => {
      if (!(await copyText(code.textContent || '', copy))) return;
      copy.textContent = texts.copied;
      setTimeout(() => {
        copy.textContent = texts.copy;
      }, COPIED_MS);
    },
    texts.copy,
  );
  return h('div', { class: 'code', part: 'code', dir: 'ltr' }, h('div', {}, h('span', {}, language), copy), code);
}
