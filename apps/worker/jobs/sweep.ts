/**
 * The sweep: advances every room that has had something undelivered for a while, so that a process that died between
 * the log and the queue leaves no room silent. It reads only `dirty`.
 */
import { dirtyRooms } from '../../../shared/store/fan-out.js';
import { redisTime } from '../../../shared/store/presence.js';
import type { Store } from '../../../shared/store/store.js';
import type { FanOut } from './fan-out.js';

/** Younger than this (ms), a room is on its usual way through the queue. */
const GRACE = 500;

export async function sweep(store: Store, fanOut: FanOut): Promise<void> {
  const rooms = await dirtyRooms(store, await redisTime(store) - GRACE);
  const [failure] = await fanOut.advanceRooms(rooms);
  if (failure) throw failure.error;
}
