/** The rooms that two users share, and whether the rules of one keep them apart. */
import type { Store } from './store.js';

/** Rooms of a user that one command reads. Most users have fewer, and Redis is blocked for about 0.1 ms. */
const ROOMS_SCAN_COUNT = 1_000;

export const isPrivate = (room: string): boolean => room.includes(':');

/**
 * Whether two users are in a room without private messages, or in which every message waits for approval, and neither
 * has a role there.
 */
export async function areKeptApart(store: Store, from: number, to: number): Promise<boolean> {
  const { keys, redis } = store;
  for await (const rooms of sharedRooms(store, from, to)) {
    const rules = await Promise.all(
      rooms.map((room) => redis.hmget(keys.rules(room), 'private', 'hold', `role:${from}`, `role:${to}`)),
    );
    if (rules.some(([noPrivate, hold, ...roles]) => (noPrivate || hold === 'all') && !roles.some(Boolean))) return true;
  }
  return false;
}

/** Yields the public rooms that two users are in together, by their own accounts, in steps. */
export async function* sharedRooms({ keys, redis }: Store, one: number, other: number): AsyncGenerator<string[]> {
  let cursor = '0';
  do {
    const [next, rooms] = await redis.sscan(keys.userRooms(one), cursor, 'COUNT', ROOMS_SCAN_COUNT);
    const open = rooms.filter((room) => !isPrivate(room));
    const isShared = open.length > 0 ? await redis.smismember(keys.userRooms(other), open) : [];
    yield open.filter((_, i) => isShared[i] === 1);
    cursor = next;
  } while (cursor !== '0');
}
