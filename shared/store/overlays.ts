/**
 * The overlays of logs (`lua/parts/overlay.lua`) lose what belongs to a message together with that message. A process
 * of a former version knows nothing of them. Its remains are removed here.
 */
import { run } from './scripts.js';
import type { Store } from './store.js';

/** Rooms that one command reads. */
const SCAN_COUNT = 100;

/**
 * Removes what the overlays have of messages that are gone. Calls `rest` with the time that each step took (ms), and
 * waits for it.
 */
export async function tidyOverlays(store: Store, rest: (ms: number) => Promise<unknown>): Promise<void> {
  const { keys, redis } = store;
  for (const shard of keys.allShards) {
    let cursor = '0';
    do {
      const [next, rooms] = await redis.sscan(keys.overlaidRooms(shard), cursor, 'COUNT', SCAN_COUNT);
      for (const room of rooms) await tidyOverlay(store, room, rest);
      cursor = next;
    } while (cursor !== '0');
  }
}

async function tidyOverlay(
  { keys, redis }: Store,
  room: string,
  rest: (ms: number) => Promise<unknown>,
): Promise<void> {
  const shard = keys.roomShard(room);
  for (let from = 0; from >= 0; ) {
    const began = performance.now();
    const input = { log: keys.log(room), overlaidRooms: keys.overlaidRooms(shard), room, from };
    from = await run(redis, 'tidy-overlay', input);
    await rest(performance.now() - began);
  }
}
