/** The parameters in a query string, or in a form in a body. */
import { ChatError } from '../../../../shared/protocol/errors.js';
import { parseJson } from './json.js';
import { JSON_PARAMETERS } from './schemas.js';

/** A parsed query string. `malformed`: a part of it was not percent-encoded UTF-8; that part is kept as it came. */
export interface Query {
  values: Map<string, string[]>;
  malformed: boolean;
}

const ENCODED = /[%+]/;
/** The text between separators. Two separators in a row have no pair between them. */
const PAIR = /[^&]+/g;
/** No operation takes nearly as many. The first surplus parameter is refused already, so the rest is not read. */
const PAIRS_MAX = 32;

/** Parses a query string. Never throws: JSONP needs the callback to report that the rest is malformed. */
export function parseQuery(query: string): Query {
  const parsed: Query = { values: new Map(), malformed: false };
  let pairs = 0;
  for (const [pair] of query.matchAll(PAIR)) {
    if (++pairs > PAIRS_MAX) break;
    const equals = pair.indexOf('=');
    const field = decode(equals < 0 ? pair : pair.slice(0, equals), parsed);
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1), parsed);
    const earlier = parsed.values.get(field);
    if (earlier) earlier.push(value);
    else parsed.values.set(field, [value]);
  }
  return parsed;
}

function decode(encoded: string, parsed: Query): string {
  if (!ENCODED.test(encoded)) return encoded;
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    parsed.malformed = true;
    return encoded;
  }
}

/**
 * Returns the parameters by name. `data`, `words` and `value` are parsed as JSON.
 * Throws `bad_request` for a parameter that is given twice or badly encoded.
 */
export function fromQuery({ values, malformed }: Query, place: 'query' | 'body' = 'query'): Record<string, unknown> {
  if (malformed)
    throw new ChatError('bad_request', `The ${place} is not well-formed percent-encoded UTF-8.`, { field: place });
  const raw: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, [first = '', ...more]] of values) {
    if (more.length > 0) throw givenTwice(name.slice(0, 64));
    const json = JSON_PARAMETERS.get(name);
    raw[name] = json === undefined ? first : parseJson(first, name, json);
  }
  return raw;
}

function givenTwice(field: string): ChatError {
  return new ChatError('bad_request', `${field} was given more than once.`, { field });
}
