/** The schema of each kind of parameter, and the message for a value that is not allowed. */
import * as v from 'valibot';
import { parseHookUrl } from '../../../../shared/hooks/url.js';
import {
  EVENT_TYPES,
  EXPORT_VERSION,
  HOOK_SHAPES,
  type Hold,
  type HookShape,
  type Naming,
  type RoomContents,
  type ValueWriters,
} from '../../../../shared/protocol/events.js';
import { isFitName, isSeen, tidyName } from '../../../../shared/protocol/letters.js';
import {
  BAN_MAX_S,
  DATA_BYTES,
  DELAY_MAX_S,
  EVENTS_MAX,
  HISTORY_ON_ENTER_MAX,
  HOOK_URL_MAX,
  IMPORT_AHEAD_MS,
  IMPORT_PARTS_MAX,
  JOIN_NONCE_MIN,
  MUTE_MAX_S,
  NAME_MAX,
  NAME_TYPED_MAX,
  NONCE_MAX,
  OWN_VALUE_BYTES,
  POLL_TIMEOUT_MAX_S,
  PRIVATE_ROOM_NAME,
  ROOM_KEY_MAX,
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
} from '../../../../shared/protocol/limits.js';
import type { ParameterKind } from '../../../../shared/protocol/operations.js';
import { fitsIn } from '../../../../shared/store/event-text.js';
import { type Cursor, parseCursor } from '../../../../shared/store/inboxes.js';
import { foldName } from '../../../../shared/store/nicknames.js';
import { saysRole } from '../../../../shared/store/role-names.js';
import { tidyEmoji } from './emoji.js';
import { DATA_DEPTH_MAX, isFinal, isPlain, parseJson } from './json.js';

/**
 * Event types that `history` may be asked for. `value`, `delayed`, `edited` and `reacted` events are no history. `held`
 * and `reported` are none any more.
 */
const HISTORY_TYPES: ReadonlySet<string> = new Set(
  EVENT_TYPES.filter((type) => !['value', 'delayed', 'edited', 'reacted'].includes(type)),
);

/** The message of the error by parameter. It says what is allowed. */
export const ALLOWED = {
  name:
    `name must have 1 to ${NAME_MAX} characters, at least one of them visible. ` +
    'Control characters, direction characters and piles of combining marks are not allowed.',
  room: 'room must have 1 to 64 characters of A-Z a-z 0-9 . _ -',
  text: `text must have 1 to ${TEXT_MAX} characters, at least one of them visible.`,
  largeText: `text is too large: at most ${TEXT_BYTES} bytes as JSON, with < and > escaped.`,
  data:
    `data must be JSON of at most ${DATA_BYTES} bytes with < and > escaped, ` +
    `nested at most ${DATA_DEPTH_MAX} deep, without a key __proto__.`,
  token: 'token must be the token that join returned.',
  cursor: 'cursor must be the cursor that join or the last poll returned.',
  nonce: `id must have 1 to ${NONCE_MAX} characters of A-Z a-z 0-9 . _ -`,
  joinNonce: `id must have ${JOIN_NONCE_MIN} to ${NONCE_MAX} random characters of A-Z a-z 0-9 . _ -. Keep it secret.`,
  secret: `secret must have ${JOIN_NONCE_MIN} to ${NONCE_MAX} random characters of A-Z a-z 0-9 . _ -. Keep it secret.`,
  event: 'id must be the id of an event, such as 1700000000000-0.',
  before: 'before must be the id of an event, such as 1700000000000-0.',
  since: 'since must be the id of an event, such as 1700000000000-0.',
  re: 're must be the id of a message, such as 1700000000000-0.',
  owner: 'owner must be the owner token of the room.',
  words:
    `words must be a JSON array of at most ${WORDS_MAX} words of 1 to ${WORD_MAX} letters and digits. ` +
    'A word may end with *.',
  key:
    'key must have 1 to 60 characters of A-Z a-z 0-9 . _ - / @. ' +
    'It may begin with @me/ for a value of your own. Other keys with @ are @topic and @pin.',
  value:
    `value must be JSON, such as 5, "text" or null, of at most ${VALUE_BYTES} bytes, ` +
    `or ${OWN_VALUE_BYTES} for a key that begins with @me/.`,
  largeValue: `value is too large: at most ${VALUE_BYTES} bytes of JSON, with < and > escaped.`,
  version: 'if must be the version of a value, such as 1700000000000-0, or 0 for a key without a value.',
  number: 'by must be a number.',
  keys: `keys must be at most ${VALUE_KEYS_MAX} keys, as a JSON array or separated by commas.`,
  prefix: 'prefix must have at most 64 characters of A-Z a-z 0-9 . _ - / @',
  after: 'after must be the value of more that get returned.',
  writers: 'values must be all, own or roles.',
  roomKey: `key must be the key of the room, of at most ${ROOM_KEY_MAX} characters.`,
  keyChange: 'member and moderator must be renew or off.',
  naming: 'names must be asked or any.',
  contents:
    `data must be what export returns: {"version":${EXPORT_VERSION}, "rules":{...}, "values":{...}, "messages":[...]}, ` +
    `with at most ${EVENTS_MAX} messages.`,
  sharedKey: 'a key must have 1 to 60 characters of A-Z a-z 0-9 . _ - / @. It does not begin with @me/ or end with /.',
  at: 'at must be the time of the message, in ms since 1970, and not in the future.',
  editedAt: 'editedAt must be the time of the last edit, in ms since 1970, and not in the future.',
  roleName: 'from must not be the name of a role, such as moderator.',
  hold: 'hold must be true, false or all.',
  emoji: 'emoji must be one emoji.',
  hook: 'hook must be the secret of an incoming webhook.',
  hookUrl:
    `url must be an https address of at most ${HOOK_URL_MAX} characters, on port 443 or one from 1024 on, ` +
    'without a user name, a password or a fragment.',
  hookShape: `shape must be one of ${HOOK_SHAPES.join(', ')}.`,
  hookOutId: 'id must be the id of a hook.',
  types: `types must be some of ${[...HISTORY_TYPES].join(', ')}, as a JSON array or separated by commas.`,
};

/** Parameters that are JSON texts in a query, with the message for a text that is not JSON. */
export const JSON_PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['data', ALLOWED.data],
  ['words', ALLOWED.words],
  ['value', ALLOWED.value],
]);

/** A log id in the form in which Redis gives it. Redis would also take `01-1` for `1-1`. */
export const LOG_ID = /^(?:0|[1-9]\d{0,14})-(?:0|[1-9]\d{0,14})$/;

const countCharacters = (value: string): number => [...value].length;

/** `unitsMax` is in UTF-16 units: the cheap check comes first. */
const textSchema = (message: string, unitsMax: number) =>
  v.pipe(
    v.string(message),
    v.maxLength(unitsMax, message),
    v.check((value) => value.isWellFormed(), message),
  );

function integerSchema(name: string, min: number, max: number) {
  const message = `${name} must be a whole number from ${min} to ${max}.`;
  return v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number))], message),
    v.integer(message),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
}

export function flagSchema(name: string) {
  const message = `${name} must be true or false.`;
  return v.pipe(
    v.union([v.boolean(), v.picklist(['true', 'false'])], message),
    v.transform((value) => value === true || value === 'true'),
  );
}

/** Texts: an array, or one text that is a JSON array or has commas between the texts. */
function listSchema(field: string, message: string) {
  const split = (list: string): unknown => (list.startsWith('[') ? parseJson(list, field, message) : list.split(','));
  const texts = v.array(v.string(message), message);
  return v.union([texts, v.pipe(v.string(), v.transform(split), texts)], message);
}

const NAME = v.pipe(
  textSchema(ALLOWED.name, NAME_TYPED_MAX),
  v.transform(tidyName),
  v.check((value) => isFitName(value) && foldName(value) !== '', ALLOWED.name),
);
const TEXT = v.pipe(
  textSchema(ALLOWED.text, 2 * TEXT_MAX),
  v.check((value) => value !== '' && countCharacters(value) <= TEXT_MAX, ALLOWED.text),
  v.check((value) => fitsIn(value, TEXT_BYTES), ALLOWED.largeText),
);
/** Whether a text is short enough for a message. */
export const fitsText = (text: string): boolean => countCharacters(text) <= TEXT_MAX && fitsIn(text, TEXT_BYTES);

const DATA = v.pipe(v.unknown(), v.check(isSmallJson, ALLOWED.data));
const VALUE = v.pipe(
  v.unknown(),
  v.check((value) => isPlain(value, DATA_DEPTH_MAX) && isFinal(value), ALLOWED.value),
  v.check((value) => fitsIn(value, VALUE_BYTES), ALLOWED.largeValue),
);

const pastSchema = (message: string) =>
  v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(1, message),
    v.check((at) => at < Date.now() + IMPORT_AHEAD_MS, message),
  );
/** A message of an import, by the rules of `send` and `join`. */
const EXPORTED_MESSAGE = v.pipe(
  v.strictObject(
    {
      at: pastSchema(ALLOWED.at),
      from: v.pipe(
        NAME,
        v.check((name) => !saysRole(name), ALLOWED.roleName),
      ),
      text: v.exactOptional(TEXT),
      data: v.exactOptional(DATA),
      editedAt: v.exactOptional(pastSchema(ALLOWED.editedAt)),
    },
    ALLOWED.contents,
  ),
  v.check(({ text, data }) => data !== undefined || isSeen(text ?? ''), ALLOWED.text),
);
/** Not `v.record`, which drops a key such as `constructor`. */
const SHARED_VALUES = v.pipe(
  v.custom<Record<string, unknown>>(isObject, ALLOWED.contents),
  v.check(
    (values) => Object.keys(values).every((key) => VALUE_KEY.test(key) && !/^@me\/|\/$/.test(key)),
    ALLOWED.sharedKey,
  ),
  v.check((values) => Object.values(values).every((value) => value !== null && v.is(VALUE, value)), ALLOWED.value),
);

/** A text that only its maker knows. */
function secretSchema(message: string) {
  return v.pipe(
    v.string(message),
    v.regex(/^[A-Za-z0-9._-]+$/, message),
    v.minLength(JOIN_NONCE_MIN, message),
    v.maxLength(NONCE_MAX, message),
  );
}

export const SCHEMAS = {
  name: NAME,
  room: v.pipe(v.string(ALLOWED.room), v.regex(ROOM_NAME, ALLOWED.room)),
  anyRoom: v.pipe(
    v.string(ALLOWED.room),
    v.check((value) => ROOM_NAME.test(value) || isPrivateRoom(value), ALLOWED.room),
  ),
  token: v.string(ALLOWED.token),
  cursor: v.pipe(
    v.string(ALLOWED.cursor),
    v.transform(parseCursor),
    v.check((cursor) => cursor !== null, ALLOWED.cursor),
  ),
  timeout: integerSchema('timeout', 0, POLL_TIMEOUT_MAX_S),
  text: TEXT,
  data: DATA,
  user: integerSchema('to', 1, Number.MAX_SAFE_INTEGER),
  nonce: v.pipe(
    v.string(ALLOWED.nonce),
    v.regex(/^[A-Za-z0-9._-]+$/, ALLOWED.nonce),
    v.maxLength(NONCE_MAX, ALLOWED.nonce),
  ),
  joinNonce: secretSchema(ALLOWED.joinNonce),
  secret: secretSchema(ALLOWED.secret),
  history: integerSchema('history', 0, HISTORY_ON_ENTER_MAX),
  before: v.pipe(v.string(ALLOWED.before), v.regex(LOG_ID, ALLOWED.before)),
  limit: integerSchema('limit', 1, EVENTS_MAX),
  flag: flagSchema('flag'),
  owner: v.string(ALLOWED.owner),
  re: v.pipe(v.string(ALLOWED.re), v.regex(LOG_ID, ALLOWED.re)),
  event: v.pipe(v.string(ALLOWED.event), v.regex(LOG_ID, ALLOWED.event)),
  member: integerSchema('user', 1, Number.MAX_SAFE_INTEGER),
  anyMember: integerSchema('user', 0, Number.MAX_SAFE_INTEGER),
  seconds: integerSchema('seconds', 0, MUTE_MAX_S),
  banSeconds: integerSchema('seconds', 0, BAN_MAX_S),
  slow: integerSchema('slow', 0, SLOW_MAX_S),
  delay: integerSchema('delay', 0, DELAY_MAX_S),
  key: v.pipe(v.string(ALLOWED.key), v.regex(VALUE_KEY, ALLOWED.key)),
  value: VALUE,
  version: v.pipe(
    v.union([v.string(), v.literal(0)], ALLOWED.version),
    v.transform(String),
    v.regex(/^(?:0|\d{1,15}-\d{1,15})$/, ALLOWED.version),
  ),
  number: v.pipe(
    v.union(
      [v.number(), v.pipe(v.string(), v.regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i), v.transform(Number))],
      ALLOWED.number,
    ),
    v.finite(ALLOWED.number),
  ),
  keys: v.pipe(
    listSchema('keys', ALLOWED.keys),
    v.maxLength(VALUE_KEYS_MAX, ALLOWED.keys),
    v.everyItem((key) => VALUE_PREFIX.test(key), ALLOWED.keys),
  ),
  prefix: v.pipe(v.string(ALLOWED.prefix), v.regex(VALUE_PREFIX, ALLOWED.prefix)),
  after: v.pipe(
    v.string(ALLOWED.after),
    v.regex(/^\d{1,20}$/, ALLOWED.after),
    v.check((value) => BigInt(value) < 2n ** 64n, ALLOWED.after),
  ),
  writers: v.picklist(['all', 'own', 'roles'], ALLOWED.writers),
  hold: v.union([v.literal('all'), flagSchema('hold')], ALLOWED.hold),
  types: v.pipe(
    listSchema('types', ALLOWED.types),
    v.everyItem((type) => HISTORY_TYPES.has(type), ALLOWED.types),
  ),
  roomKey: v.pipe(v.string(ALLOWED.roomKey), v.maxLength(ROOM_KEY_MAX, ALLOWED.roomKey)),
  keyChange: v.picklist(['renew', 'off'], ALLOWED.keyChange),
  naming: v.picklist(['asked', 'any'], ALLOWED.naming),
  contents: v.strictObject(
    {
      version: v.literal(EXPORT_VERSION, ALLOWED.contents),
      rules: v.exactOptional(v.custom<Record<string, unknown>>(isObject, ALLOWED.contents)),
      values: v.exactOptional(SHARED_VALUES),
      messages: v.exactOptional(
        v.pipe(v.array(EXPORTED_MESSAGE, ALLOWED.contents), v.maxLength(EVENTS_MAX, ALLOWED.contents)),
      ),
    },
    ALLOWED.contents,
  ),
  part: integerSchema('part', 0, IMPORT_PARTS_MAX),
  since: v.pipe(v.string(ALLOWED.since), v.regex(LOG_ID, ALLOWED.since)),
  hook: v.string(ALLOWED.hook),
  hookId: integerSchema('end', 1, Number.MAX_SAFE_INTEGER),
  emoji: v.pipe(
    v.string(ALLOWED.emoji),
    v.transform(tidyEmoji),
    v.check((emoji) => emoji !== null, ALLOWED.emoji),
  ),
  hookUrl: v.pipe(
    v.string(ALLOWED.hookUrl),
    v.maxLength(HOOK_URL_MAX, ALLOWED.hookUrl),
    v.check((value) => parseHookUrl(value) !== null, ALLOWED.hookUrl),
  ),
  hookShape: v.picklist(HOOK_SHAPES, ALLOWED.hookShape),
  hookOutId: v.pipe(v.string(ALLOWED.hookOutId), v.regex(/^[a-z0-9]{8}$/, ALLOWED.hookOutId)),
  words: v.pipe(
    v.array(v.pipe(textSchema(ALLOWED.words, 2 * WORD_MAX), v.check(isWord, ALLOWED.words)), ALLOWED.words),
    v.maxLength(WORDS_MAX, ALLOWED.words),
  ),
} satisfies Record<ParameterKind, v.GenericSchema<unknown, unknown>>;

/** Whether a text is one word, as the filter splits a message into words. */
export function isWord(word: string): boolean {
  return (
    countCharacters(word) <= WORD_MAX && /^[\p{L}\p{N}\p{M}]+\*?$/u.test(word) && foldName(word).replace('*', '') !== ''
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPrivateRoom(name: string): boolean {
  const match = PRIVATE_ROOM_NAME.exec(name);
  return match !== null && Number(match[1]) < Number(match[2]);
}

function isSmallJson(value: unknown): boolean {
  return isPlain(value, DATA_DEPTH_MAX) && fitsIn(value, DATA_BYTES);
}

/** The type of each kind of parameter, after its check. */
export interface ParameterValues {
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
  re: string;
  member: number;
  anyMember: number;
  seconds: number;
  banSeconds: number;
  slow: number;
  delay: number;
  words: string[];
  joinNonce: string;
  secret: string;
  history: number;
  key: string;
  value: unknown;
  version: string;
  number: number;
  keys: string[];
  prefix: string;
  after: string;
  writers: ValueWriters;
  hold: Hold;
  types: string[];
  roomKey: string;
  keyChange: 'renew' | 'off';
  naming: Naming;
  contents: RoomContents;
  part: number;
  hook: string;
  since: string;
  hookId: number;
  emoji: string;
  hookUrl: string;
  hookShape: HookShape;
  hookOutId: string;
}
