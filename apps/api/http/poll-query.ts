/**
 * Reads the query of a poll as the library and most pages write it, without maps and schemas. Polls are most of all
 * requests, and the strict way (operations/parameters) took a tenth of the time of one. This accepts nothing that the
 * strict way refuses; a test compares the two.
 */
import { POLL_TIMEOUT_MAX_S } from '../../../shared/protocol/limits.js';
import { type Cursor, parseCursor } from '../../../shared/store/inboxes.js';
import type { Parameters } from '../operations/parameters/check.js';
import { isCallback } from './jsonp.js';

export interface PlainPoll {
  callback: string;
  parameters: Parameters<'poll'>;
}

/** The parameters read so far. */
interface Found {
  callback: string | undefined;
  token: string | undefined;
  cursor: Cursor | null | undefined;
  timeout: number | undefined;
}

const ENCODED = /[%+]/;
const TIMEOUT_S = /^\d{1,2}$/;
/** callback, token, cursor, timeout, and `_`, which jQuery and others add against caches. */
const PAIRS_MAX = 5;

/** Returns null for a query that is not plain. The strict way reads it, or says what is wrong with it. */
export function readPlainPoll(query: string): PlainPoll | null {
  const pairs = query.split('&', PAIRS_MAX + 1);
  if (pairs.length > PAIRS_MAX || ENCODED.test(query)) return null;
  const found: Found = { callback: undefined, token: undefined, cursor: undefined, timeout: undefined };
  for (const pair of pairs) if (!readPair(pair, found)) return null;
  const { callback, token, cursor, timeout } = found;
  if (callback === undefined || !isCallback(callback) || token === undefined || cursor === null) return null;
  return { callback, parameters: { token, cursor, timeout } };
}

/** Returns false for an unknown parameter, one that is given twice, and a value that is not plain. */
function readPair(pair: string, found: Found): boolean {
  const equals = pair.indexOf('=');
  const value = pair.slice(equals + 1);
  switch (pair.slice(0, equals + 1)) {
    case 'callback=':
      if (found.callback !== undefined) return false;
      found.callback = value;
      return true;
    case 'token=':
      if (found.token !== undefined) return false;
      found.token = value;
      return true;
    case 'cursor=':
      if (found.cursor !== undefined) return false;
      found.cursor = parseCursor(value);
      return found.cursor !== null;
    case 'timeout=':
      if (found.timeout !== undefined || !TIMEOUT_S.test(value)) return false;
      found.timeout = Number(value);
      return found.timeout <= POLL_TIMEOUT_MAX_S;
    case '_=':
      return true;
    default:
      return false;
  }
}
