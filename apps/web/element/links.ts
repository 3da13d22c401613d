import { h } from './dom.js';

const ADDRESS = /https?:\/\/[^\s<>"'`]+/gi;

/** What ends a sentence or a bracket opened before the address is not part of it. */
function trimmed(address: string): string {
  let end = address.replace(/[.,;:!?\u2026]+$/, '');
  while (/[)\]}]$/.test(end) && !balanced(end)) end = end.slice(0, -1).replace(/[.,;:!?]+$/, '');
  return end;
}

function balanced(text: string): boolean {
  const count = (signs: RegExp): number => (text.match(signs) || []).length;
  return count(/[([{]/g) >= count(/[)\]}]/g);
}

function link(address: string): HTMLAnchorElement | string {
  try {
    const { href, protocol } = new URL(address);
    if (!/^https?:$/.test(protocol)) return address;
    return h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, address);
  } catch (_) {
    return address;
  }
}

/** A text with its web addresses as links. Only http and https become one. */
export function linked(text: string): Array<Node | string> {
  const parts: Array<Node | string> = [];
  let from = 0;
  for (let match = ADDRESS.exec(text); match; match = ADDRESS.exec(text)) {
    const address = trimmed(match[0]);
    parts.push(text.slice(from, match.index), link(address));
    from = match.index + address.length;
    ADDRESS.lastIndex = from;
  }
  return parts.concat(text.slice(from)).filter((part) => part !== '');
}
