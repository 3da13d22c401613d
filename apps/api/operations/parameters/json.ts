/** JSON in parameters: it is parsed only to a bounded depth, and it is checked before a browser can get it. */
import { ChatError } from '../../../../shared/protocol/errors.js';

export const DATA_DEPTH_MAX = 32;
/**
 * The limit for any JSON text. It is above the limit of `data`, so that the error can name the parameter that is too
 * deep.
 */
const JSON_DEPTH_MAX = 2 * DATA_DEPTH_MAX;
/** JSON of at most this length is cheap to parse, however deep it is. */
const SHORT_JSON_CHARACTERS_MAX = 1_024;

/** Returns the parsed value. Throws `bad_request` with the message `allowed` if the text is not JSON, or too deep. */
export function parseJson(json: string, field: string, allowed: string): unknown {
  try {
    if (isDeeper(json, JSON_DEPTH_MAX)) throw new SyntaxError('nested too deep');
    return JSON.parse(json);
  } catch {
    throw new ChatError('bad_request', allowed, { field });
  }
}

/** Checks the depth before parsing: JSON.parse takes 8 ms for 20,000 brackets. */
function isDeeper(json: string, depthMax: number): boolean {
  if (json.length < SHORT_JSON_CHARACTERS_MAX) return false;
  let depth = 0;
  for (let i = 0; i < json.length; i += 1) {
    switch (json[i]) {
      case '"':
        i = endOfString(json, i);
        break;
      case '[':
      case '{':
        depth += 1;
        break;
      case ']':
      case '}':
        depth -= 1;
        break;
    }
    if (depth > depthMax) return true;
  }
  return false;
}

/** Returns the index of the quote that ends the string which begins at `start`. */
function endOfString(json: string, start: number): number {
  let i = start + 1;
  for (; i < json.length && json[i] !== '"'; i += 1) if (json[i] === '\\') i += 1;
  return i;
}

/** Whether a value is at most `depth` deep and has no key `__proto__`, which JSONP would turn into a prototype. */
export function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Object.hasOwn(value, '__proto__')) return false;
  return depth > 0 && Object.values(value).every((inner) => isPlain(inner, depth - 1));
}

/**
 * Whether all numbers are finite. JSON.parse reads 1e999 as Infinity, which is stored as null, and null deletes a
 * value.
 */
export function isFinal(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isFinal);
}
