/**
 * What a failover may have torn apart: a replica that takes over lacks the last moments of its master, while other masters have
 * what belongs to it. Here is found what does not fit together, by what the keys of one master say.
 */
import type { Redis } from 'ioredis';
import type { UserRef } from '../protocol/events.js';
import { holdsName } from './names.js';
import type { Store } from './store.js';

/** Shards of users and of rooms that one master owns. */
export interface Shards {
  users: ReadonlySet<number>;
  rooms: ReadonlySet<number>;
}

/** A user that is in a room only by the room's account (its roster), or only by the user's own. */
export interface Half {
  room: string;
  user: UserRef;
  by: 'room' | 'user';
}

const USERS_KEY = /^members:\{u(\d+)\}:(.+)$/;
const ROOMS_KEY = /^room:\{r(\d+)\}:(.+):roster$/;

/** The rooms that have members in some user shards of a master. */
export async function* membershipsAt(master: Redis, shards: Shards): AsyncGenerator<{ shard: number; room: string }> {
  for await (const key of keysAt(master, 'members:{u*}:*')) {
    const [, shard = '', room = ''] = USERS_KEY.exec(key) ?? [];
    if (shards.users.has(Number(shard))) yield { shard: Number(shard), room };
  }
}

/** All halves of which one master has a part. Who enters or exits at the moment may be among them. */
export async function* halvesAt(store: Store, master: Redis, shards: Shards): AsyncGenerator<Half> {
  for await (const { shard, room } of membershipsAt(master, shards)) yield* await onlyByUsers(store, room, shard);
  for await (const key of keysAt(master, 'room:{r*}:*:roster')) {
    const [, shard = '', room = ''] = ROOMS_KEY.exec(key) ?? [];
    if (shards.rooms.has(Number(shard))) yield* await onlyByRoom(store, room);
  }
}

/** A nickname, and who should hold it. */
export interface Claim {
  folded: string;
  id: number;
}

/** Nicknames at one master whose holder has gone, or bears another one. One that is just being given back may be among them. */
export async function* strayClaimsAt(store: Store, master: Redis): AsyncGenerator<Claim> {
  const start = store.keys.nick('');
  for await (const key of keysAt(master, `${start}*`)) {
    const claim = { folded: key.slice(start.length), id: Number(await store.redis.get(key) ?? 0) };
    if (claim.id > 0 && !await holdsName(store, claim.id, claim.folded)) yield claim;
  }
}

async function* keysAt(master: Redis, pattern: string): AsyncGenerator<string> {
  for await (const found of master.scanStream({ match: pattern, count: 500 }) as AsyncIterable<string[]>) yield* found;
}

async function onlyByUsers({ keys, redis }: Store, room: string, shard: number): Promise<Half[]> {
  const ids = await redis.zrange(keys.members(shard, room), '0', '-1');
  if (ids.length === 0) return [];
  const names = await redis.hmget(keys.roster(room), ...ids);
  const marks = await redis.hmget(keys.leaving(shard), ...ids.map((id) => `${id} ${room}`)); // it has exited, and is only given the last
  return ids.flatMap((id, i) => names[i] == null && marks[i] == null ? { room, user: { id: Number(id), name: '' }, by: 'user' as const } : []);
}

async function onlyByRoom({ keys, redis }: Store, room: string): Promise<Half[]> {
  const roster = Object.entries(await redis.hgetall(keys.roster(room))).map(([id, name]) => ({ id: Number(id), name }));
  const are = await Promise.all(roster.map(({ id }) => redis.sismember(keys.userRooms(id), room)));
  return roster.flatMap((user, i) => are[i] === 0 ? { room, user, by: 'room' as const } : []);
}
