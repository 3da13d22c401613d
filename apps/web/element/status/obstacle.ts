import type { Texts } from '../texts.js';
import { fill } from '../texts.js';

/** A page that is https may not ask a server that is plain http, unless it is this computer. */
const PLAIN = /^http:\/\/(?!localhost\b|127\.|\[::1\])/;

/** With a scheme, or a path of this page's own server. */
const ADDRESS = /^(?:https?:)?\/|^$/;

/** Why the room does not open, in plain words. `reason`: what the library says. */
export function obstacle(server: string, reason: string, texts: Texts): string {
  if (navigator.onLine === false) return texts.offline;
  if (!ADDRESS.test(server)) return fill(texts.noAddress, { server });
  if (location.protocol === 'https:' && PLAIN.test(server)) return fill(texts.mixed, { server });
  return fill(texts.unreachable, { reason: reason || texts.noAnswer });
}

/** What the library says when nothing of the chat has answered. */
const NOTHING = /^(?:The server (?:could|took)|Something other)|^$/;

/** Whether the server itself has said what is wrong: then it is up, and nothing is in the way. */
export function hasAnswered(reason: string): boolean {
  return !NOTHING.test(reason);
}

/** The server's own page: when that opens, the fault is here and not there. Null when its address is none. */
export function doctorOf(server: string): string | null {
  try {
    const { href, protocol } = new URL(`${server}/doctor`, document.baseURI);
    return /^https?:$/.test(protocol) ? href : null;
  } catch (_) {
    return null;
  }
}
