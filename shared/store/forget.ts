/** Takes back what a user has left in the logs of its rooms. Each step may be repeated after a crash. */
import { privateRoomUsers } from '../protocol/events.js';
import { run } from './scripts.js';
import type { Credentials, Store } from './store.js';
import { authorize } from './users.js';

/**
 * Removes the user's events from the logs of the public rooms it is in, and the logs of its private rooms, what the other
 * has said included. What was delivered already is with whom it was delivered to. Throws `unauthorized`.
 */
export async function forget(store: Store, user: Credentials): Promise<void> {
  await authorize(store, user, null);
  const { keys, redis } = store;
  for (const room of await redis.smembers(keys.userRooms(user.id))) {
    if (privateRoomUsers(room)) await run(redis, 'erase-log', keys.log(room), keys.delivered(room));
    else await run(redis, 'forget', keys.log(room), keys.held(room), user.id, '');
  }
}
