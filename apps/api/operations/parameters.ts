/**
 * Parameters of an operation, strictly: unknown ones are refused by name, values are checked, messages say what is
 * allowed. The schemas are made from the table of operations; valibot does the checking.
 */
import * as v from 'valibot';
import { ChatError } from '../../../shared/protocol/errors.js';
import { EVENT_TYPES, type ValueWriters } from '../../../shared/protocol/events.js';
import { isFitName, tidyName } from '../../../shared/protocol/letters.js';
import {
  DATA_BYTES,
  EVENTS_MAX,
  HISTORY_ON_ENTER_MAX,
  JOIN_NONCE_MIN,
  MUTE_MAX_S,
  NAME_MAX,
  NAME_TYPED_MAX,
  NONCE_MAX,
  OWN_VALUE_BYTES,
  POLL_TIMEOUT_MAX_S,
  PRIVATE_ROOM_NAME,
  ROOM_NAME,
  SLOW_MAX_S,
  TEXT_BYTES,
  TEXT_MAX,
  VALUE_BYTES,
  VALUE_KEY,
  VALUE_KEYS_MAX,
  VALUE_PREFIX,
  WORD_MAX,
  WORDS_MAX,
} from '../../../shared/protocol/limits.js';
import {
  OPERATIONS,
  type OperationName,
  type Parameter,
  type ParameterKind,
} from '../../../shared/protocol/operations.js';
import { fitsIn } from '../../../shared/store/event-text.js';
import { type Cursor, parseCursor } from '../../../shared/store/inboxes.js';
import { foldName } from '../../../shared/store/names.js';

const DATA_DEPTH_MAX = 32;
/** Of any JSON text: above what `data` may have, so that it is said which parameter is too deep. */
const JSON_DEPTH_MAX = 2 * DATA_DEPTH_MAX;
/** Characters of JSON that cost little to parse, however deep. */
const SHORT_JSON_CHARACTERS_MAX = 1_024;

const characters = (text: string): number => [...text].length;
/** The cheap checks first: `most` is in UTF-16 units. */
const text = (message: string, most: number) =>
  v.pipe(
    v.string(message),
    v.maxLength(most, message),
    v.check((value) => value.isWellFormed(), message),
  );

function integer(name: string, min: number, max: number) {
  const message = `${name} must be a whole number from ${min} to ${max}.`;
  return v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number))], message),
    v.integer(message),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
}

function flag(name: string) {
  const message = `${name} must be true or false.`;
  return v.pipe(
    v.union([v.boolean(), v.picklist(['true', 'false'])], message),
    v.transform((value) => value === true || value === 'true'),
  );
}

/** Texts, as an array or as one text, which is that array as JSON or has commas between. */
function list(field: string, message: string) {
  const split = (text: string): unknown => (text.startsWith('[') ? parseJson(text, field, message) : text.split(','));
  const texts = v.array(v.string(message), message);
  return v.union([texts, v.pipe(v.string(), v.transform(split), texts)], message);
}

const NAME =
  `name must have 1 to ${NAME_MAX} characters, at least one of them visible, ` +
  'no control or direction characters, and no more marks on a letter than its script needs.';
const ROOM = 'room must have 1 to 64 characters of A-Z a-z 0-9 . _ -';
export const TEXT = `text must have 1 to ${TEXT_MAX} characters, at least one of them visible.`;
const LARGE_TEXT = `text is too large: at most ${TEXT_BYTES} bytes as JSON, with < and > escaped.`;
const DATA = `data must be JSON of at most ${DATA_BYTES} bytes with < and > escaped, nested at most ${DATA_DEPTH_MAX} deep, without a key __proto__.`;
const TOKEN = 'token must be the text that join gave.';
const CURSOR = 'cursor must be the text that join or the last poll gave.';
const NONCE = `id must have 1 to ${NONCE_MAX} characters of A-Z a-z 0-9 . _ -`;
const JOIN_NONCE = `id must have ${JOIN_NONCE_MIN} to ${NONCE_MAX} random characters of A-Z a-z 0-9 . _ -, and is a secret.`;
const EVENT = 'id must be the id of an event, such as 1700000000000-0.';
const OWNER = 'owner must be the text that the making of the room gave.';
const WORDS = `words must be a JSON array of at most ${WORDS_MAX} words of 1 to ${WORD_MAX} letters and digits, * only at the end.`;
const KEY =
  'key must have 1 to 60 characters of A-Z a-z 0-9 . _ - / @, and may begin with @me/ for a value of your own, not with another @.';
const VALUE = `value must be JSON, such as 5, "text" or null, of at most ${VALUE_BYTES} bytes, or ${OWN_VALUE_BYTES} for a key that begins with @me/.`;
const LARGE_VALUE = `value is too large: at most ${VALUE_BYTES} bytes of JSON, with < and > escaped.`;
const VERSION = 'if must be the version of a value, such as 1700000000000-0, or 0 for a key without a value.';
const BY = 'by must be a number.';
const KEYS = `keys must be at most ${VALUE_KEYS_MAX} keys, as a JSON array or with commas between.`;
const PREFIX = 'prefix must have at most 64 characters of A-Z a-z 0-9 . _ - / @';
const AFTER = 'after must be the text that get gave as more.';
const WRITERS = 'values must be all, own or roles.';
/** Values are no history. */
const HISTORY_TYPES: ReadonlySet<string> = new Set(EVENT_TYPES.filter((type) => type !== 'value'));
const TYPES = `types must be some of ${[...HISTORY_TYPES].join(', ')}, as a JSON array or with commas between.`;
const BEFORE = 'before must be the id of an event, such as 1700000000000-0.';

const SCHEMAS = {
  name: v.pipe(
    text(NAME, NAME_TYPED_MAX),
    v.transform(tidyName),
    v.check((value) => isFitName(value) && foldName(value) !== '', NAME),
  ),
  room: v.pipe(v.string(ROOM), v.regex(ROOM_NAME, ROOM)),
  anyRoom: v.pipe(
    v.string(ROOM),
    v.check((value) => ROOM_NAME.test(value) || isPrivateRoom(value), ROOM),
  ),
  token: v.string(TOKEN),
  cursor: v.pipe(
    v.string(CURSOR),
    v.transform(parseCursor),
    v.check((cursor) => cursor !== null, CURSOR),
  ),
  timeout: integer('timeout', 0, POLL_TIMEOUT_MAX_S),
  text: v.pipe(
    text(TEXT, 2 * TEXT_MAX),
    v.check((value) => value !== '' && characters(value) <= TEXT_MAX, TEXT),
    v.check((value) => fitsIn(value, TEXT_BYTES), LARGE_TEXT),
  ),
  data: v.pipe(v.unknown(), v.check(isSmallJson, DATA)),
  user: integer('to', 1, Number.MAX_SAFE_INTEGER),
  nonce: v.pipe(v.string(NONCE), v.regex(/^[A-Za-z0-9._-]+$/, NONCE), v.maxLength(NONCE_MAX, NONCE)),
  joinNonce: v.pipe(
    v.string(JOIN_NONCE),
    v.regex(/^[A-Za-z0-9._-]+$/, JOIN_NONCE),
    v.minLength(JOIN_NONCE_MIN, JOIN_NONCE),
    v.maxLength(NONCE_MAX, JOIN_NONCE),
  ),
  history: integer('history', 0, HISTORY_ON_ENTER_MAX),
  before: v.pipe(v.string(BEFORE), v.regex(/^\d{1,15}-\d{1,15}$/, BEFORE)),
  limit: integer('limit', 1, EVENTS_MAX),
  flag: flag('flag'),
  owner: v.string(OWNER),
  event: v.pipe(v.string(EVENT), v.regex(/^\d{1,15}-\d{1,15}$/, EVENT)),
  member: integer('user', 1, Number.MAX_SAFE_INTEGER),
  seconds: integer('seconds', 0, MUTE_MAX_S),
  slow: integer('slow', 0, SLOW_MAX_S),
  key: v.pipe(v.string(KEY), v.regex(VALUE_KEY, KEY)),
  value: v.pipe(
    v.unknown(),
    v.check((value) => isPlain(value, DATA_DEPTH_MAX) && isFinal(value), VALUE),
    v.check((value) => fitsIn(value, VALUE_BYTES), LARGE_VALUE),
  ),
  version: v.pipe(
    v.union([v.string(), v.literal(0)], VERSION),
    v.transform(String),
    v.regex(/^(?:0|\d{1,15}-\d{1,15})$/, VERSION),
  ),
  number: v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i), v.transform(Number))], BY),
    v.finite(BY),
  ),
  keys: v.pipe(
    list('keys', KEYS),
    v.maxLength(VALUE_KEYS_MAX, KEYS),
    v.everyItem((key) => VALUE_PREFIX.test(key), KEYS),
  ),
  prefix: v.pipe(v.string(PREFIX), v.regex(VALUE_PREFIX, PREFIX)),
  after: v.pipe(
    v.string(AFTER),
    v.regex(/^\d{1,20}$/, AFTER),
    v.check((value) => BigInt(value) < 2n ** 64n, AFTER),
  ),
  writers: v.picklist(['all', 'own', 'roles'], WRITERS),
  types: v.pipe(
    list('types', TYPES),
    v.everyItem((type) => HISTORY_TYPES.has(type), TYPES),
  ),
  words: v.pipe(
    v.array(v.pipe(text(WORDS, 2 * WORD_MAX), v.check(isWord, WORDS)), WORDS),
    v.maxLength(WORDS_MAX, WORDS),
  ),
} satisfies Record<ParameterKind, v.GenericSchema<unknown, unknown>>;

/** One word, as texts are taken apart into words. */
function isWord(word: string): boolean {
  return (
    characters(word) <= WORD_MAX && /^[\p{L}\p{N}\p{M}]+\*?$/u.test(word) && foldName(word).replace('*', '') !== ''
  );
}

function isPrivateRoom(name: string): boolean {
  const match = PRIVATE_ROOM_NAME.exec(name);
  return match !== null && Number(match[1]) < Number(match[2]);
}

function isSmallJson(value: unknown): boolean {
  return isPlain(value, DATA_DEPTH_MAX) && fitsIn(value, DATA_BYTES);
}

function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Object.hasOwn(value, '__proto__')) return false; // in a script, as JSONP is one, it would be the object's prototype
  return depth > 0 && Object.values(value).every((inner) => isPlain(inner, depth - 1));
}

/** JSON has no number beyond 1.8e308: what is read of such a text would be null, which deletes. */
function isFinal(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isFinal);
}

interface Values {
  name: string;
  room: string;
  anyRoom: string;
  token: string;
  cursor: Cursor;
  timeout: number;
  text: string;
  data: unknown;
  user: number;
  nonce: string;
  before: string;
  limit: number;
  flag: boolean;
  owner: string;
  event: string;
  member: number;
  seconds: number;
  slow: number;
  words: string[];
  joinNonce: string;
  history: number;
  key: string;
  value: unknown;
  version: string;
  number: number;
  keys: string[];
  prefix: string;
  after: string;
  writers: ValueWriters;
  types: string[];
}
type ParameterOf<Op extends OperationName> = (typeof OPERATIONS)[Op]['parameters'][number];
type ValueOf<P> = P extends { kind: infer Kind extends ParameterKind; required: infer Required }
  ? Required extends true
    ? Values[Kind]
    : Values[Kind] | undefined
  : never;
/** What an operation is given. */
export type Parameters<Op extends OperationName> = {
  [P in ParameterOf<Op> as P extends { name: infer Name extends string } ? Name : never]: ValueOf<P>;
};

const PARSERS = new Map(Object.entries(OPERATIONS).map(([name, { parameters }]) => [name, schemaOf(name, parameters)]));

function schemaOf(operation: string, parameters: readonly Parameter[]) {
  const entries = parameters.map(({ name, kind, required }) => {
    const schema: v.GenericSchema<unknown, unknown> = kind === 'flag' ? flag(name) : SCHEMAS[kind];
    return [name, required ? schema : v.optional(schema)];
  });
  const names = parameters.map(({ name }) => name).join(', ') || 'none';
  return v.strictObject(Object.fromEntries(entries), (issue) =>
    issue.expected === 'never'
      ? `${operation} takes no ${keyOf(issue)}. It takes: ${names}.`
      : `${keyOf(issue)} is missing. ${operation} takes: ${names}.`,
  );
}

function keyOf(issue: v.BaseIssue<unknown>): string {
  return String(issue.path?.[0]?.key ?? 'parameters').slice(0, 64);
}

/** Checks the parameters of an operation. Throws `bad_request` for the first that is not allowed. */
export function checkParameters<Op extends OperationName>(operation: Op, raw: Record<string, unknown>): Parameters<Op> {
  const parser = PARSERS.get(operation);
  if (!parser) throw new Error(`no parameters for ${operation}`);
  const result = v.safeParse(parser, raw, { abortEarly: true });
  if (result.success) return result.output as Parameters<Op>;
  const [issue] = result.issues;
  throw new ChatError('bad_request', issue.message, { field: keyOf(issue) });
}

/** A query string taken apart. `malformed`: a part of it, kept as it came, was not percent-encoded UTF-8. */
export interface Query {
  values: Map<string, string[]>;
  malformed: boolean;
}

const ENCODED = /[%+]/;
/** Between separators: what is empty is no pair. */
const PAIR = /[^&]+/g;
/** No operation takes nearly as many; what comes after is not looked at, as what comes before is refused already. */
const PAIRS_MAX = 32;

/** Takes a query string apart. Never throws: JSONP needs the callback to say that the rest is malformed. */
export function parseQuery(query: string): Query {
  const parsed: Query = { values: new Map(), malformed: false };
  let pairs = 0;
  for (const [pair] of query.matchAll(PAIR)) {
    if (++pairs > PAIRS_MAX) break;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), parsed);
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1), parsed);
    const former = parsed.values.get(name);
    if (former) former.push(value);
    else parsed.values.set(name, [value]);
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

const JSON_IN_QUERIES: Record<string, string> = { data: DATA, words: WORDS, value: VALUE };

/**
 * Returns the parameters of a query, or of a form in a body, with `data`, `words` and `value` as the JSON they are. Throws `bad_request` for one
 * given twice or ill-encoded.
 */
export function fromQuery({ values, malformed }: Query, place: 'query' | 'body' = 'query'): Record<string, unknown> {
  if (malformed)
    throw new ChatError('bad_request', `The ${place} is not well-formed percent-encoded UTF-8.`, { field: place });
  const raw: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, all] of values) {
    if (all.length > 1)
      throw new ChatError('bad_request', `${name.slice(0, 64)} was given more than once.`, {
        field: name.slice(0, 64),
      });
    const json = Object.hasOwn(JSON_IN_QUERIES, name) ? JSON_IN_QUERIES[name] : undefined;
    raw[name] = json === undefined ? all[0] : parseJson(all[0] ?? '', name, json);
  }
  return raw;
}

/** Throws `bad_request` for what is no JSON, or nested deeper than any parameter may be. */
export function parseJson(text: string, field: string, allowed: string): unknown {
  try {
    if (isDeeper(text, JSON_DEPTH_MAX)) throw new SyntaxError('nested too deep');
    return JSON.parse(text);
  } catch {
    throw new ChatError('bad_request', allowed, { field });
  }
}

/** Whether JSON text is nested deeper, found out before it is parsed: 20,000 brackets cost JSON.parse 8 ms. */
function isDeeper(text: string, most: number): boolean {
  if (text.length < SHORT_JSON_CHARACTERS_MAX) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    switch (text[i]) {
      case '"':
        i = endOfString(text, i);
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
    if (depth > most) return true;
  }
  return false;
}

/** Where the string that begins at `start` ends. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  for (; i < text.length && text[i] !== '"'; i += 1) if (text[i] === '\\') i += 1;
  return i;
}
