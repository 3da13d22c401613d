import { NO_ANSWER } from '../../client/errors.js';
import { fill, type TextKey, type Texts } from '../texts.js';

/** The server has no https. A page with https cannot call it, except on this computer. */
const PLAIN_HTTP = /^http:\/\/(?!localhost\b|127\.|\[::1\])/;

/** An address with a scheme, or a path on the server of this page. */
const ADDRESS = /^(?:https?:)?\/|^$/;

/** Returns why the room does not open. `reason` is what the library says. */
export function obstacle(server: string, reason: string, texts: Texts): string {
  if (navigator.onLine === false) return texts.offline;
  if (!ADDRESS.test(server)) return fill(texts.noAddress, { server });
  if (location.protocol === 'https:' && PLAIN_HTTP.test(server)) return fill(texts.mixed, { server });
  return fill(texts.unreachable, { reason: reasonText(reason, texts) });
}

/** The library's words for a chat server that has not answered, with those of the element. */
const NO_ANSWER_TEXTS: Record<string, TextKey> = {
  '': 'noAnswer',
  [NO_ANSWER.unreachable]: 'notReached',
  [NO_ANSWER.late]: 'tooLate',
  [NO_ANSWER.noChat]: 'noChat',
  [NO_ANSWER.ended]: 'noAnswer',
};

function reasonText(reason: string, texts: Texts): string {
  return fill(texts[NO_ANSWER_TEXTS[reason] || 'whyOther'], { message: reason });
}

/** Returns whether the reason comes from the server. Then the server works, and nothing blocks it. */
export function hasAnswered(reason: string): boolean {
  return reason !== '' && !Object.values(NO_ANSWER).includes(reason);
}

/**
 * Returns the address of the server's own doctor page, or null if the server has no web address. If the page opens, the
 * server works.
 */
export function doctorAddress(server: string): string | null {
  try {
    const { href, protocol } = new URL(`${server}/doctor`, document.baseURI);
    return /^https?:$/.test(protocol) ? href : null;
  } catch (_) {
    return null;
  }
}
