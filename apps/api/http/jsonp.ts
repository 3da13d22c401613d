/** JSONP: JSON inside a call of the page's function. */
import { ChatError } from '../../../shared/protocol/errors.js';
import { CALLBACK_MAX } from '../../../shared/protocol/limits.js';

/** Dotted identifiers and `[n]` indexes, and nothing that could be code. Linear: no text can match in two ways. */
const CALLBACK = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*|\[\d{1,9}\])*$/;
const ALLOWED = `callback must be a dotted name such as app.chat[0].receive, of at most ${CALLBACK_MAX} characters.`;

export function isCallback(text: string): boolean {
  return text.length <= CALLBACK_MAX && CALLBACK.test(text);
}

/** Returns the one allowed callback. Throws `callback_missing` or `callback_invalid`. */
export function checkCallback(values: string[]): string {
  const [callback] = values;
  if (callback === undefined || callback === '')
    throw new ChatError('callback_missing', `callback is missing: ${ALLOWED}`, { field: 'callback' });
  if (values.length > 1)
    throw new ChatError('callback_invalid', 'callback was given more than once.', { field: 'callback' });
  if (!isCallback(callback)) throw new ChatError('callback_invalid', ALLOWED, { field: 'callback' });
  return callback;
}

/**
 * Returns the script that calls the page's function. The comment in front keeps the callback from being the first bytes
 * of a file of another type (Rosetta Flash, CVE-2014-4671). The JSON text is script-safe already.
 */
export function encodeJsonp(callback: string, scriptSafe: string): string {
  return `/**/${callback}(${scriptSafe});`;
}
