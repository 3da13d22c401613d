/** The body of a POST: a JSON object, or a form as curl, jQuery and HTML send it. */
import type { IncomingMessage } from 'node:http';
import rawBody from 'raw-body';
import { ChatError } from '../../../shared/protocol/errors.js';
import { BODY_BYTES } from '../../../shared/protocol/limits.js';
import { parseJson } from '../operations/parameters/json.js';
import { fromQuery, parseQuery } from '../operations/parameters/query.js';

const ALLOWED =
  'The body must be a JSON object such as {"room":"lobby"}, nested at most 64 deep, ' +
  'or a form such as room=lobby with the Content-Type application/x-www-form-urlencoded.';
export const FORM = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
/** `curl -d` always claims to send a form. No parameter's name begins like this, so such a body is JSON. */
const OBJECT = /^\s*\{/;

/** Resolves with the parameters of a POST, none for an empty body. Rejects with `bad_request` or `too_large`. */
export async function readBody(req: IncomingMessage): Promise<Record<string, unknown>> {
  const text = await readText(req);
  if (text === '') return {};
  return FORM.test(req.headers['content-type'] ?? '') && !OBJECT.test(text)
    ? fromQuery(parseQuery(text), 'body')
    : objectIn(text, ALLOWED);
}

/** Returns the object that a body has as JSON. Throws `bad_request` with the message `allowed` for anything else. */
export function objectIn(text: string, allowed: string): Record<string, unknown> {
  const body = parseJson(text, 'body', allowed);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ChatError('bad_request', allowed, { field: 'body' });
  return Object.assign(Object.create(null), body) as Record<string, unknown>;
}

/** Resolves with the body as text. Rejects with `bad_request` or `too_large`. */
export async function readText(req: IncomingMessage): Promise<string> {
  try {
    const body = await rawBody(req, { limit: BODY_BYTES, length: req.headers['content-length'] ?? null });
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    if (error instanceof TypeError) throw new ChatError('bad_request', 'The body must be UTF-8.', { field: 'body' });
    if ((error as { status?: number }).status !== 413)
      throw new ChatError('bad_request', 'The body could not be read.', { field: 'body' });
    throw new ChatError('too_large', `The body must have at most ${BODY_BYTES} bytes.`, { field: 'body' });
  }
}
