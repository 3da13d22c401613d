/**
 * Finds what a failover has torn apart. A replica that takes over lacks the last moments of its master, while other
 * masters have what belongs to them. Each function looks at the keys of one master.
 */
import type { Redis } from 'ioredis';
import type { UserRef } from '../protocol/events.js';
import { keysAt, pagesOf } from './scan.js';
import type { Store } from './store.js';

/** The user shards and room shards that one master owns. */
export interface Shards {
  users: ReadonlySet<number>;
  rooms: ReadonlySet<number>;
}

/**
 * A one-sided membership: only the room's account (its roster) has the user, or only the user's own account has the
 * room.
 */
export interface OneSided {
  room: string;
  user: UserRef;
  by: 'room' | 'user';
}

/** Members that one command checks. Thousands would block Redis. */
const PAGE_MAX = 500;

const USERS_KEY = /^members:\{u(\d+)\}:(.+)$/;
const ROOM_KEY = /^room:\{r(\d+)\}:(.+):\w+$/;

/** Yields the rooms that have members in some user shards of a master. */
export async function* membershipsAt(
  { keys }: Store,
  master: Redis,
  shards: Shards,
): AsyncGenerator<{ shard: number; room: string }> {
  for await (const key of keysAt(master, keys.prefix, 'members:{u*}:*')) {
    const [, shard = '', room = ''] = USERS_KEY.exec(key) ?? [];
    if (shards.users.has(Number(shard))) yield { shard: Number(shard), room };
  }
}

/**
 * Yields one-sided memberships of which this master has the one side. A user that is just entering or exiting may be
 * among them.
 */
export async function* oneSidedAt(store: Store, master: Redis, shards: Shards): AsyncGenerator<OneSided> {
  for await (const { shard, room } of membershipsAt(store, master, shards)) yield* onlyByUsers(store, room, shard);
  for await (const room of roomsWith(store, 'roster', master, shards)) yield* onlyByRoom(store, room);
}

/** A nickname of the former version, and the id of its holder. */
export interface FormerClaim {
  key: string;
  id: number;
}

/**
 * Yields nicknames of the former version, which were unique on the whole server, if the holder has ended or has another
 * name. Processes of that version count such a name as free, too. No more are made, so all of them go in the end.
 */
export async function* strayClaimsAt({ redis, keys }: Store, master: Redis): AsyncGenerator<FormerClaim> {
  const start = keys.formerNick('');
  for await (const folded of keysAt(master, start, '*')) {
    const key = `${start}${folded}`;
    const id = Number((await redis.get(key)) ?? 0);
    const [nick, spare, ended] = id > 0 ? await redis.hmget(keys.user(id), 'nick', 'spare', 'ended') : [];
    if (id > 0 && (ended || (nick !== folded && spare !== folded))) yield { key, id };
  }
}

/** Yields the rooms of some room shards of a master that have this kind of key. */
export async function* roomsWith(
  { keys }: Store,
  kind: 'roster' | 'nicks' | 'holders',
  master: Redis,
  shards: Shards,
): AsyncGenerator<string> {
  for await (const key of keysAt(master, keys.prefix, `room:{r*}:*:${kind}`)) {
    const [, shard = '', room = ''] = ROOM_KEY.exec(key) ?? [];
    if (shards.rooms.has(Number(shard))) yield room;
  }
}

async function* onlyByUsers({ keys, redis }: Store, room: string, shard: number): AsyncGenerator<OneSided> {
  const members = keys.members(shard, room);
  for await (const page of pagesOf((cursor) => redis.zscan(members, cursor, 'COUNT', PAGE_MAX))) {
    const ids = page.map(([id]) => id);
    const names = await redis.hmget(keys.roster(room), ...ids);
    // a marked member has exited, and only gets its last events
    const marks = await redis.hmget(keys.leaving(shard), ...ids.map((id) => `${id} ${room}`));
    for (const [i, id] of ids.entries())
      if (names[i] == null && marks[i] == null) yield { room, user: { id: Number(id), name: '' }, by: 'user' };
  }
}

async function* onlyByRoom({ keys, redis }: Store, room: string): AsyncGenerator<OneSided> {
  const roster = keys.roster(room);
  for await (const page of pagesOf((cursor) => redis.hscan(roster, cursor, 'COUNT', PAGE_MAX))) {
    const are = await Promise.all(page.map(([id]) => redis.sismember(keys.userRooms(Number(id)), room)));
    for (const [i, [id, name]] of page.entries())
      if (are[i] === 0) yield { room, user: { id: Number(id), name }, by: 'room' };
  }
}
