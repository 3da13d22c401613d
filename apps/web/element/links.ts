import { h } from './dom.js';

const ADDRESS = /https?:\/\/[^\s<>"'`]+/gi;

const CLOSING = ')]}';
const STOPS = '.,;:!?\u2026';

function count(text: string, signs: string): number {
  let found = 0;
  for (const sign of text) if (signs.includes(sign)) found += 1;
  return found;
}

/** What ends a sentence or a bracket opened before the address is not part of it. One pass: anybody may send anything. */
function trimmed(address: string): string {
  const opened = count(address, '([{');
  let closed = count(address, CLOSING);
  let end = address.length;
  for (; end > 0; end -= 1) {
    const sign = address.charAt(end - 1);
    if (CLOSING.includes(sign) && closed > opened) closed -= 1;
    else if (!STOPS.includes(sign)) break;
  }
  return address.slice(0, end);
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
