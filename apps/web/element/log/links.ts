import { nextLink } from '../../../../shared/protocol/links.js';
import { h, type Part } from '../dom/dom.js';

const plain = (host: string): string => host.toLowerCase().replace(/\.$/, '');

/**
 * A link reads from left to right, whatever stands around it. Where its host is another than is written, as with letters that
 * are not ASCII, the true one stands beside it.
 */
function link(written: string, host: string): Part {
  try {
    const { href, hostname } = new URL(written);
    const trueHost = plain(hostname) === plain(host) ? null : h('small', {}, ` (${hostname})`);
    return h('a', { href, dir: 'ltr', target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, written, trueHost);
  } catch (_) {
    return written;
  }
}

/** A text with its web addresses as links. */
export function linked(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (let address = nextLink(text, 0); address; address = nextLink(text, from)) {
    parts.push(text.slice(from, address.from), link(text.slice(address.from, address.to), address.host));
    from = address.to;
  }
  return parts.concat(text.slice(from)).filter((part) => part !== '');
}
