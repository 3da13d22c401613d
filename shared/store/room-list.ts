/** All rooms as the host sees them: how large they are, when their owner was there, how long they stay. */
import type { HostRoom } from '../protocol/admin.js';
import { pagesOf } from './scan.js';
import type { Store } from './store.js';

/** Names that one command looks at. */
const SCAN_COUNT = 1_000;

/**
 * Lists public rooms with members, and rooms that stay: those whose names contain `search`, or without it the largest
 * and those that stay the longest. A room of exactly this name is found also if it is empty. Resolves with at most
 * `limit` rooms, the largest first; `more` if there are others.
 */
export async function listRooms(
  store: Store,
  search: string,
  limit: number,
): Promise<{ rooms: HostRoom[]; more: boolean }> {
  const names = new Set(search === '' ? await someNames(store, limit) : await namesWith(store, search, limit));
  const described = await Promise.all([...names].map((name) => describe(store, name)));
  const rooms = described.filter((room) => room !== null);
  rooms.sort((a, b) => b.members - a.members || (b.visited ?? 0) - (a.visited ?? 0) || (a.name < b.name ? -1 : 1));
  return { rooms: rooms.slice(0, limit), more: names.size > limit };
}

async function someNames({ keys, redis }: Store, limit: number): Promise<string[]> {
  const lists = await Promise.all([
    redis.zrevrange(keys.stays, 0, limit),
    // the counts of rooms that are not listed are negative
    ...keys.allShards.flatMap((shard) => [
      redis.zrevrange(keys.publicRooms(shard), 0, limit),
      redis.zrange(keys.publicRooms(shard), '0', String(limit)),
    ]),
  ]);
  return lists.flat();
}

async function namesWith({ keys, redis }: Store, search: string, limit: number): Promise<string[]> {
  const found = [search];
  const pattern = `*${search.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`)}*`;
  for (const key of [keys.stays, ...keys.allShards.map((shard) => keys.publicRooms(shard))]) {
    const read = (cursor: string) => redis.zscan(key, cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT);
    for await (const page of pagesOf(read)) {
      found.push(...page.map(([name]) => name));
      if (found.length > 2 * limit) return found;
    }
  }
  return found;
}

/** Resolves with null for a room that does not exist. */
async function describe({ keys, redis }: Store, name: string): Promise<HostRoom | null> {
  const parts = [keys.log(name), keys.rules(name), keys.values(name), keys.ownValues(name), keys.pending(name)];
  const [members, [visited, stay, origin], sizes] = await Promise.all([
    redis.hlen(keys.roster(name)),
    redis.hmget(keys.rules(name), 'visited', 'stay', 'origin'),
    Promise.all(parts.map((key) => redis.memory('USAGE', key))),
  ]);
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  if (bytes === 0) return null;
  const until = Number(stay) || 0;
  return {
    name,
    members,
    bytes,
    ...(visited && { visited: Number(visited) }),
    ...(until > Date.now() && { staysUntil: until }),
    ...(origin && { origin }),
  };
}
