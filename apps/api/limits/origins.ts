/** The origin of the page that makes a request, according to its browser, and which origins may use this chat. */
import type { IncomingMessage } from 'node:http';
import { ChatError } from '../../../shared/protocol/errors.js';

/** A longer text is no origin. */
const ORIGIN_CHARACTERS_MAX = 200;

/** Returns the origin of the page: `null` for a file or a sandboxed frame, `none` if the request names no page. */
export function requestOrigin({ headers }: IncomingMessage): string {
  return originIn(headers.origin ?? headers.referer ?? '') || 'none';
}

/** Returns the origin at the beginning of an address. It cuts and does not parse, as this runs for every request. */
export function originIn(address: string): string {
  const end = address.indexOf('/', 'https://'.length);
  return (end < 0 ? address : address.slice(0, end)).slice(0, ORIGIN_CHARACTERS_MAX);
}

/**
 * Throws `origin_refused` for a page whose origin is not allowed, for a host that serves only its own pages. A
 * browser's headers are all there is to go by. So this keeps other people's pages away, but not programs, which can
 * claim anything.
 */
export function checkOrigin({ headers }: IncomingMessage, allowed: ReadonlySet<string>): void {
  if (headers['sec-fetch-site'] === 'same-origin') return; // a page of this chat
  const origin = headers.origin ?? parsedOrigin(headers.referer);
  // without an origin: no browser, an old one, or a page that keeps its address secret
  if (origin === undefined ? headers['sec-fetch-site'] !== 'cross-site' : allowed.has(origin)) return;
  throw new ChatError(
    'origin_refused',
    `This chat serves only pages of its host${origin === undefined ? '' : `, not of ${origin.slice(0, 100)}`}.`,
  );
}

function parsedOrigin(referer: string | undefined): string | undefined {
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : undefined;
}
