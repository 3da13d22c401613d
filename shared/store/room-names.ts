/**
 * The names in a room. Two members never have the same one, whatever its case and whatever letters look alike. The
 * room's shard decides that in the step that enters or renames. A user has one name everywhere, and only the user's
 * shard knows it. So a room's record may be wrong after a process has died, or while one of a former version runs: then
 * the user's own hash tells.
 */
import { ChatError } from '../protocol/errors.js';
import { privateRoomUsers } from '../protocol/events.js';
import { cutName } from '../protocol/letters.js';
import { NAME_MAX } from '../protocol/limits.js';
import { eventText } from './event-text.js';
import { foldName, GUEST } from './nicknames.js';
import { pagesOf } from './scan.js';
import { run, type ScriptInput } from './scripts.js';
import type { Store } from './store.js';

/** A step that asks for a name is tried so often, each time with something out of its way. */
const TRIES_MAX = 4;
/** The key of names that are only held expires after this time if nobody enters the room. It is above every `ends`. */
const HELD_TTL_MS = 60_000;
/** Members of a room that one command reads. */
const PAGE_COUNT = 500;

/** How a step asks for a name. */
export interface NameRequest {
  /** The record of a holder that has lost the name, '' for none. */
  from: string;
  /** '1' to go on even if the room's names are not complete. Else ''. */
  indexed: '' | '1';
}

/**
 * Runs a step that asks for a name in a room. If the room's names are not complete, completes them, and tries again. If
 * the holder has lost the name, tries again, too. `first`: what the step has replied already. Resolves with the last
 * reply.
 */
export async function askForName<Reply extends readonly [] | readonly [outcome: string, ...unknown[]]>(
  store: Store,
  room: string,
  name: string,
  step: (request: NameRequest) => Promise<Reply>,
  first?: Reply,
): Promise<Reply> {
  const request: NameRequest = { from: '', indexed: '' };
  let reply = first ?? (await step(request));
  for (let tries = 1; tries < TRIES_MAX; tries += 1) {
    const [outcome, record] = reply as readonly [outcome?: string, record?: unknown];
    if (outcome === 'unindexed') {
      await indexNames(store, room);
      request.indexed = '1';
    } else if (outcome === 'taken' && record) {
      const from = await lostRecord(store, room, foldName(name), String(record));
      if (from === null) return reply;
      request.from = from;
    } else return reply;
    reply = await step(request);
  }
  return reply;
}

/**
 * Looks whether a holder has lost a name, by the user's own hash. Resolves with null if it has the name. Else with the
 * record that another user may replace, '' if there is none any more.
 */
async function lostRecord(store: Store, room: string, folded: string, record: string): Promise<string | null> {
  const [holder = '', ends] = record.split(' ');
  const id = Number(holder);
  const [name, ended] = await store.redis.hmget(store.keys.user(id), 'name', 'ended');
  if (!name || ended) return record;
  if (foldName(name) === folded) return null;
  if (ends) return record; // a rename that died before it took the name
  if ((await showName(store, room, id)) === 'taken') return null;
  await writeNames(store, room, 'add', [{ id, name, nick: foldName(name) }]); // a former version did not
  return '';
}

/**
 * Shows a member of a room under the name that the user has now. Repeating it does no harm. Resolves with `taken` if
 * another member has that name, and with `absent` if the user is not in the room.
 */
export async function showName(store: Store, room: string, id: number): Promise<'shown' | 'absent' | 'taken'> {
  const { keys, redis } = store;
  for (;;) {
    const was = await redis.hget(keys.roster(room), String(id));
    const name = await redis.hget(keys.user(id), 'name');
    if (was === null || name === null) return 'absent';
    if (was === name) return 'shown';
    const isPrivate = privateRoomUsers(room) !== null;
    const outcome = await run(redis, 'rename-member', {
      ...nameKeys(store, room),
      log: keys.log(room),
      delivered: keys.delivered(room),
      dirty: keys.dirty(keys.roomShard(room)),
      rules: keys.rules(room),
      id,
      was,
      name,
      nick: foldName(name),
      room,
      event: isPrivate ? '' : eventText({ type: 'renamed', room, from: { id, name }, was }),
    });
    if (outcome === 'taken') return 'taken';
    // whether `ok` or not, the user may have been renamed since its name was read
  }
}

/** A name that a user is about to take. */
export interface NameClaim {
  id: number;
  name: string;
  /** Until when rooms hold the name (ms since 1970). */
  ends: string;
}

/** Holds a name in a room for a rename. Resolves with false if another user has it. */
export async function reserveName(store: Store, room: string, { id, name, ends }: NameClaim): Promise<boolean> {
  const held = { ...nameKeys(store, room), id, nick: foldName(name), ends, ttl: HELD_TTL_MS };
  const [outcome] = await askForName(store, room, name, (request) =>
    run(store.redis, 'reserve-nick', { ...held, ...request }),
  );
  return outcome === 'ok';
}

/** Gives back a name that is only held for a rename. */
export async function releaseName({ redis, keys }: Store, room: string, { id, name, ends }: NameClaim): Promise<void> {
  await run(redis, 'release-nick', { holders: keys.holders(room), nick: foldName(name), record: `${id} ${ends}` });
}

/** Completes a room's names, page by page: users that came, renamed themselves or went by a former version. */
export async function indexNames(store: Store, room: string): Promise<void> {
  const { redis, keys } = store;
  const roster = keys.roster(room);
  for await (const page of pagesOf((cursor) => redis.hscan(roster, cursor, 'COUNT', PAGE_COUNT)))
    await writeNames(
      store,
      room,
      'add',
      page.map(([id, name]) => ({ id, name, nick: foldName(name) })),
    );
  for await (const page of pagesOf((cursor) => redis.hscan(keys.nicks(room), cursor, 'COUNT', PAGE_COUNT)))
    await removeNames(
      store,
      room,
      page.map(([id, nick]) => ({ id, nick })),
    );
  for await (const page of pagesOf((cursor) => redis.hscan(keys.holders(room), cursor, 'COUNT', PAGE_COUNT)))
    await removeNames(
      store,
      room,
      page.map(([nick, record]) => ({ id: record.split(' ', 1)[0] ?? '', nick })),
    );
}

async function removeNames(store: Store, room: string, held: { id: string; nick: string }[]): Promise<void> {
  const names = await store.redis.hmget(store.keys.roster(room), ...held.map(({ id }) => id));
  const former = held.filter((_, i) => names[i] == null);
  await writeNames(
    store,
    room,
    'remove',
    former.map(({ id, nick }) => ({ id, name: '', nick })),
  );
}

async function writeNames(
  store: Store,
  room: string,
  action: 'add' | 'remove',
  users: ScriptInput<'index-nicks'>['users'],
): Promise<void> {
  if (users.length > 0) await run(store.redis, 'index-nicks', { ...nameKeys(store, room), action, users });
}

function nameKeys({ keys }: Store, room: string) {
  return { roster: keys.roster(room), holders: keys.holders(room), nicks: keys.nicks(room) };
}

/** Returns the error `name_taken`, with a name that was free in all these rooms a moment ago. */
export async function nameTaken(store: Store, rooms: Iterable<string>, name: string): Promise<ChatError> {
  const suggestion = await suggestName(store, rooms, name);
  return new ChatError('name_taken', `"${name}" is taken. "${suggestion}" is free.`, { field: 'name', suggestion });
}

/** Returns the error `name_taken` for the name of a role, with a guest name that was free in all these rooms. */
export async function nameOfRole(store: Store, rooms: Iterable<string>, name: string): Promise<ChatError> {
  const suggestion = await suggestName(store, rooms, GUEST);
  const message = `"${name}" is reserved for the people who run the chat. "${suggestion}" is free.`;
  return new ChatError('name_taken', message, { field: 'name', suggestion });
}

async function suggestName(store: Store, rooms: Iterable<string>, name: string): Promise<string> {
  const stem = cutName(name, NAME_MAX - 5);
  for (let number = 2; ; number = number < 9 ? number + 1 : Math.floor(10 + Math.random() * 99_990)) {
    const candidate = `${stem}${number}`;
    if (await isFree(store, rooms, foldName(candidate))) return candidate;
  }
}

async function isFree({ redis, keys }: Store, rooms: Iterable<string>, folded: string): Promise<boolean> {
  for (const room of rooms) if (await redis.hexists(keys.holders(room), folded)) return false;
  return true;
}
