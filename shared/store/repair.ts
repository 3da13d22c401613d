/**
 * Finds what a failover has torn apart. A replica that takes over lacks the last moments of its master, while other
 * masters have what belongs to them. Each function looks at the keys of one master.
 */
import type { Redis } from 'ioredis';
import type { UserRef } from '../protocol/events.js';
import { holdsName } from './nicknames.js';
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
const ROOMS_KEY = /^room:\{r(\d+)\}:(.+):roster$/;

/** Yields the rooms that have members in some user shards of a master. */
export async function* membershipsAt(master: Redis, shards: Shards): AsyncGenerator<{ shard: number; room: string }> {
  for await (const key of keysAt(master, 'members:{u*}:*')) {
    const [, shard = '', room = ''] = USERS_KEY.exec(key) ?? [];
    if (shards.users.has(Number(shard))) yield { shard: Number(shard), room };
  }
}

/**
 * Yields one-sided memberships of which this master has the one side. A user that is just entering or exiting may be
 * among them.
 */
export async function* oneSidedAt(store: Store, master: Redis, shards: Shards): AsyncGenerator<OneSided> {
  for await (const { shard, room } of membershipsAt(master, shards)) yield* onlyByUsers(store, room, shard);
  for await (const key of keysAt(master, 'room:{r*}:*:roster')) {
    const [, shard = '', room = ''] = ROOMS_KEY.exec(key) ?? [];
    if (shards.rooms.has(Number(shard))) yield* onlyByRoom(store, room);
  }
}

/** A nickname, and the id of its holder. */
export interface Claim {
  folded: string;
  id: number;
}

/**
 * Yields nicknames at one master whose holder has ended, or has another name. A name that is just being given back may
 * be among them.
 */
export async function* strayClaimsAt(store: Store, master: Redis): AsyncGenerator<Claim> {
  const start = store.keys.nick('');
  for await (const key of keysAt(master, `${start}*`)) {
    const claim = { folded: key.slice(start.length), id: Number((await store.redis.get(key)) ?? 0) };
    if (claim.id > 0 && !(await holdsName(store, claim.id, claim.folded))) yield claim;
  }
}

async function* keysAt(master: Redis, pattern: string): AsyncGenerator<string> {
  for await (const found of master.scanStream({ match: pattern, count: 500 }) as AsyncIterable<string[]>) yield* found;
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

/** Yields the pairs of a hash or a sorted set, some at a time. */
async function* pagesOf(
  read: (cursor: string) => Promise<[cursor: string, flat: string[]]>,
): AsyncGenerator<[string, string][]> {
  let cursor = '0';
  do {
    const [next, flat] = await read(cursor);
    if (flat.length > 0)
      yield Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? '']);
    cursor = next;
  } while (cursor !== '0');
}
