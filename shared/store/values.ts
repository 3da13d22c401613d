/**
 * Values: a room remembers them by key. A value's version is the log id of the event that set it, so a snapshot and the
 * events after it cannot race. A reader ignores an event that is not above the version it has.
 */
import { ChatError } from '../protocol/errors.js';
import { privateRoomUsers, type RoomValues, type UserRef } from '../protocol/events.js';
import {
  EVENTS_BYTES,
  OWN_VALUE_BYTES,
  OWN_VALUES_MAX,
  VALUE_BYTES,
  VALUES_BYTES,
  VALUES_MAX,
} from '../protocol/limits.js';
import { notAllowed, writeRefusal } from './denials.js';
import { eventText, fitsIn, messageCost, scriptSafeJson } from './event-text.js';
import { type Filtered, idempotencyKey, SENDS_WINDOW_MS } from './messages.js';
import { runDurably } from './replication.js';
import { pairs, run } from './scripts.js';
import type { Store } from './store.js';
import { hashOrNone } from './tokens.js';

const OWN = '@me/';
const MANY =
  'A key that ends with / stands for all keys that begin with it. You can only delete it (value: null), without `if`.';

/** A value to write. */
export interface ValueWrite {
  room: string;
  from: UserRef;
  /** As the user gives it. Own keys begin with `@me/`. */
  key: string;
  /** The new value, null to remove it; or a number to add. */
  change: { value: unknown } | { by: number };
  /** The version that must be there; `0`: there must be none. */
  expected?: string | undefined;
  nonce?: string | undefined;
  /** SHA-256 of the writer's token, kept with the nonce. */
  tokenHash?: string;
  owner?: string | undefined;
}

export interface ValueWritten {
  version: string;
  /** The value now, as JSON text. */
  json: string;
  duplicate: boolean;
}

/** Returns how many bytes the JSON of a value may have. */
export const valueMax = (key: string): number => (key.startsWith(OWN) ? OWN_VALUE_BYTES : VALUE_BYTES);

/** Returns the key under which everybody reads a value. */
const storedKey = (key: string, user: number): string =>
  key.startsWith(OWN) ? `@${user}/${key.slice(OWN.length)}` : key;

/** Throws `bad_request` for a write that no room takes. */
function check({ key, change, expected }: ValueWrite): void {
  const deletes = 'value' in change && change.value === null;
  if (key.endsWith('/') && (!deletes || expected !== undefined))
    throw new ChatError('bad_request', MANY, { field: 'key' });
  if (!fitsIn(changed(change), valueMax(key)))
    throw tooLarge(`Your own values can have at most ${OWN_VALUE_BYTES} bytes each.`, 'value');
}

/** Returns the value that is set, or the number that is added. */
const changed = (change: ValueWrite['change']): unknown => ('value' in change ? change.value : change.by);

function keysOf(store: Store, { room, from, nonce }: ValueWrite) {
  const { keys } = store;
  const shard = keys.roomShard(room);
  return {
    log: keys.log(room),
    roster: keys.roster(room),
    delivered: keys.delivered(room),
    dirty: keys.dirty(shard),
    nonce: keys.nonce(room, from.id, idempotencyKey(store, nonce).nonce),
    rules: keys.rules(room),
    slow: keys.slow(room, from.id),
    sends: keys.sends(room),
    values: keys.values(room),
    ownValues: keys.ownValues(room),
    weights: keys.valueWeights(shard),
  };
}

function argumentsOf(store: Store, write: ValueWrite, filtered: Filtered) {
  const { room, from, key, change, owner } = write;
  const { config } = store;
  const isOwn = key.startsWith(OWN);
  const stored = storedKey(key, from.id);
  // a key with a masked word is refused, and a value that masking makes too large
  const masked =
    filtered.masked?.text === key && fitsIn(filtered.masked.data, valueMax(key)) ? filtered.masked : undefined;
  return {
    id: from.id,
    eventHead: `${eventText({ type: 'value', room, from, key: stored }).slice(0, -1)},"value":`,
    room,
    key: isOwn ? stored.slice(stored.indexOf('/') + 1) : key,
    ...('by' in change ? { step: 'add', json: change.by } : { step: 'set', json: scriptSafeJson(change.value) }),
    expected: write.expected ?? '',
    nonceTtl: idempotencyKey(store, write.nonce).ttl,
    ownerHash: hashOrNone(owner),
    filterHash: filtered.hash,
    verdict: filtered.masked && !masked ? 'hold' : filtered.verdict,
    maskedJson: masked ? scriptSafeJson(masked.data) : '',
    undeliveredMax: config.logMax,
    roomSends: config.rateLimits ? config.roomSends : 0,
    window: SENDS_WINDOW_MS,
    cost: messageCost({ data: changed(change) }),
    keysMax: isOwn ? OWN_VALUES_MAX : VALUES_MAX,
    bytesMax: VALUES_BYTES,
    isOwn: isOwn ? '1' : '',
    tokenHash: write.tokenHash ?? '',
  };
}

/**
 * Writes a value and tells the room. Resolves with null when the user is not in the room, and with `filter` when that
 * filter must be applied first. Throws `conflict`, `bad_request` beyond the room's limits, and what `appendMessage`
 * throws.
 */
export async function writeValue(
  store: Store,
  write: ValueWrite,
  filtered: Filtered,
): Promise<ValueWritten | { filter: string } | null> {
  const { room, from, key } = write;
  const stored = storedKey(key, from.id);
  check(write);
  const [outcome, first, second = 'null'] = await runDurably(store, 'set-value', {
    ...keysOf(store, write),
    ...argumentsOf(store, write, filtered),
  });
  switch (outcome) {
    case 'ok':
    case 'duplicate':
      return { version: first, json: second, duplicate: outcome === 'duplicate' && write.nonce !== undefined };
    case 'conflict':
      throw valueError('conflict', `${stored} has changed since. Its version is ${first} now.`, first, second);
    case 'no_number':
      throw valueError('bad_request', `${stored} is not a number, or the sum would be too large.`, first, second);
    case 'filter':
      return { filter: first };
    case 'not_in_room':
      return null;
    case 'hold':
      throw notAllowed(filtered.holdsAll ? 'values' : 'words');
    case 'too_many':
      throw tooLarge(
        key.startsWith(OWN)
          ? `You can have at most ${OWN_VALUES_MAX} values of your own in a room.`
          : `A room can have at most ${VALUES_MAX} values. Delete some first.`,
        'key',
      );
    case 'too_large':
      throw tooLarge(
        `All values of a room together can have at most ${VALUES_BYTES} bytes. Delete some first.`,
        'value',
      );
    default:
      throw writeRefusal(room, outcome, first as number | undefined);
  }
}

/** Returns an error with the value that is there. */
function valueError(code: 'conflict' | 'bad_request', message: string, version: string, json: string): ChatError {
  return new ChatError(code, message, { field: 'key', value: JSON.parse(json) as unknown, version });
}

const tooLarge = (message: string, field: string): ChatError => new ChatError('bad_request', message, { field });

/** Some keys, or all that begin with `prefix`. `after` goes on where the last answer ended. */
export interface ValueQuery {
  keys?: string[] | undefined;
  prefix?: string | undefined;
  after?: string | undefined;
}

type Snapshot = Omit<RoomValues, 'values'> & {
  values: string;
  /** Bytes that were read but are not in the answer. */
  skipped: number;
};

/** Throws `bad_request` for a private room. It has no values, because nobody is told when a user leaves it. */
export function refusePrivate(room: string | undefined): void {
  if (room !== undefined && privateRoomUsers(room))
    throw new ChatError('bad_request', 'A private room has no values.', { field: 'room' });
}

/** Reads values of a room, up to 64 KiB of them. Returns `values` as JSON text. */
export async function readValues(
  store: Store,
  room: string,
  reader: number,
  query: ValueQuery = {},
): Promise<Snapshot> {
  const { keys, redis } = store;
  if (query.keys) return readKeys(store, room, [...new Set(query.keys.map((key) => storedKey(key, reader)))]);
  const prefix = storedKey(query.prefix ?? '', reader);
  const [through, shared, own, more] = await run(redis, 'values', {
    values: keys.values(room),
    ownValues: keys.ownValues(room),
    delivered: keys.delivered(room),
    bytesMax: EVENTS_BYTES,
    from: query.after ?? '',
    prefix,
  });
  const found = [...pairs(shared), ...pairs(own).flatMap(([user, lines]) => ownPairs(user, lines))];
  const given = found.filter(([key]) => key.startsWith(prefix));
  return {
    version: through,
    values: valuesJson(given),
    skipped: sizeOf(found) - sizeOf(given),
    ...(more !== '' && { more }),
  };
}

/** Resolves with the shared values of a room, sorted by key. */
export async function readSharedValues({ keys, redis }: Store, room: string): Promise<Record<string, unknown>> {
  const found = Object.entries(await redis.hgetall(keys.values(room))).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    found.map(([key, text]) => [key, JSON.parse(text.slice(text.indexOf(' ') + 1)) as unknown]),
  );
}

async function readKeys({ keys, redis }: Store, room: string, wanted: string[]): Promise<Snapshot> {
  // first, because what is read later may be newer
  const version = (await redis.hget(keys.delivered(room), 'valuesThrough')) ?? '0-0';
  const shared = wanted.filter((key) => !/^@\d/.test(key));
  const users = [...new Set(wanted.map((key) => /^@(\d+)\//.exec(key)?.[1] ?? '').filter((user) => user !== ''))];
  const [values, own] = await Promise.all([
    shared.length > 0 ? redis.hmget(keys.values(room), ...shared) : [],
    users.length > 0 ? redis.hmget(keys.ownValues(room), ...users) : [],
  ]);
  const found = shared.flatMap((key, i): [string, string][] => (values[i] ? [[key, values[i]]] : []));
  const read = users.flatMap((user, i) => ownPairs(user, own[i] ?? ''));
  const theirs = read.filter(([key]) => wanted.includes(key));
  return { version, values: valuesJson([...found, ...theirs]), skipped: sizeOf(read) - sizeOf(theirs) };
}

function sizeOf(found: [string, string][]): number {
  return found.reduce((sum, [key, text]) => sum + key.length + text.length, 0);
}

/** Returns a user's own values from its lines `key version json`. */
function ownPairs(user: string, lines: string): [string, string][] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const space = line.indexOf(' ');
      return [`@${user}/${line.slice(0, space)}`, line.slice(space + 1)];
    });
}

/** `{"key":{"value":...,"version":"..."},...}`; each text is `version json`. */
function valuesJson(found: [string, string][]): string {
  const members = found.map(([key, text]) => {
    const space = text.indexOf(' ');
    return `"${key}":{"value":${text.slice(space + 1)},"version":"${text.slice(0, space)}"}`;
  });
  return `{${members.join(',')}}`;
}

/** Resolves with the bytes of all values, and the rooms with the most bytes, at most `limit` of them. */
export async function weighValues(
  { keys, redis }: Pick<Store, 'keys' | 'redis'>,
  limit: number,
): Promise<{ bytes: number; rooms: { name: string; bytes: number }[] }> {
  const shards = await Promise.all(
    keys.allShards.map((shard) =>
      run(redis, 'value-weights', { weights: keys.valueWeights(shard), prefix: keys.roomsAt(shard), roomsMax: limit }),
    ),
  );
  const rooms = shards.flatMap(([, named]) => pairs(named).map(([name, bytes]) => ({ name, bytes: Number(bytes) })));
  return {
    bytes: shards.reduce((sum, [bytes]) => sum + bytes, 0),
    rooms: rooms.sort((a, b) => b.bytes - a.bytes).slice(0, limit),
  };
}
