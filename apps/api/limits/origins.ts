/**
 * Which pages may use us, for a host that serves only its own. What a browser says is all there is to go by: this keeps other
 * people's pages away, not programs, which can say what they like.
 */
import type { IncomingMessage } from 'node:http';
import { ChatError } from '../../../shared/protocol/errors.js';

/** Throws `origin_refused` for a request by a page of an origin that is not allowed. */
export function checkOrigin({ headers }: IncomingMessage, allowed: ReadonlySet<string>): void {
  if (headers['sec-fetch-site'] === 'same-origin') return; // a page of ours
  const origin = headers.origin ?? originOf(headers.referer);
  // no page said which it is: no browser, one too old to tell more, or a page that keeps it secret
  if (origin === undefined ? headers['sec-fetch-site'] !== 'cross-site' : allowed.has(origin)) return;
  throw new ChatError(
    'origin_refused',
    `This chat serves only pages of its host${origin === undefined ? '' : `, not of ${origin.slice(0, 100)}`}.`,
  );
}

function originOf(referer: string | undefined): string | undefined {
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : undefined;
}
