import { nextLink } from '../../../../shared/protocol/links.js';
import { h, type Piece } from '../dom/dom.js';

const normalized = (host: string): string => host.toLowerCase().replace(/\.$/, '');

/**
 * Makes a link, which reads from left to right in any text. If the true host differs from the written one, for example
 * with letters outside ASCII, it stands beside the link.
 */
export function link(written: string, host: string): Piece {
  try {
    const { href, hostname } = new URL(written);
    const trueHost = normalized(hostname) === normalized(host) ? null : h('small', {}, ` (${hostname})`);
    return h('a', { href, dir: 'ltr', target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, written, trueHost);
  } catch (_) {
    return written;
  }
}

/** Returns a text with its web addresses as links. */
export function linked(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (let address = nextLink(text, 0); address; address = nextLink(text, from)) {
    pieces.push(text.slice(from, address.from), link(text.slice(address.from, address.to), address.host));
    from = address.to;
  }
  return pieces.concat(text.slice(from)).filter((piece) => piece !== '');
}
