/**
 * The query of a poll as the library and most pages write it, read without maps and schemas: polls are most of all requests, and the
 * strict way (parameters.ts) was a tenth of what one costs. It accepts nothing that the strict way refuses; a test compares them.
 */
import { POLL_TIMEOUT_MAX_S } from '../../../shared/protocol/limits.js';
import { type Cursor, parseCursor } from '../../../shared/store/inboxes.js';
import type { Parameters } from '../operations/parameters.js';
import { isCallback } from './jsonp.js';

export interface PlainPoll {
  callback: string;
  parameters: Parameters<'poll'>;
}

const ENCODED = /[%+]/;
const TIMEOUT = /^\d{1,2}$/;
/** callback, token, cursor, timeout, and `_`, which jQuery and others add against caches. */
const PAIRS_MAX = 5;

/** Null for whatever is not plain: the strict way reads it, or says what is wrong with it. */
export function readPlainPoll(query: string): PlainPoll | null {
  const pairs = query.split('&', PAIRS_MAX + 1);
  if (pairs.length > PAIRS_MAX || ENCODED.test(query)) return null;
  let callback: string | undefined;
  let token: string | undefined;
  let cursor: Cursor | null | undefined;
  let timeout: number | undefined;
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const value = pair.slice(equals + 1);
    const name = equals < 0 ? '' : pair.slice(0, equals);
    if (name === 'callback' && callback === undefined) callback = value;
    else if (name === 'token' && token === undefined) token = value;
    else if (name === 'cursor' && cursor === undefined) cursor = parseCursor(value);
    else if (name === 'timeout' && timeout === undefined && TIMEOUT.test(value)) timeout = Number(value);
    else if (name !== '_') return null;
  }
  if (
    callback === undefined ||
    !isCallback(callback) ||
    token === undefined ||
    cursor === null ||
    (timeout ?? 0) > POLL_TIMEOUT_MAX_S
  )
    return null;
  return { callback, parameters: { token, cursor, timeout } };
}
