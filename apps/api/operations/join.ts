import { DEFAULT_ROOM, POLL_TIMEOUT_DEFAULT_S } from '../../../shared/protocol/limits.js';
import { cursorText, INBOX_START } from '../../../shared/store/inboxes.js';
import { createUserOnce, type EarlierJoin, findJoined } from '../../../shared/store/join-nonces.js';
import { enterRoom } from '../../../shared/store/memberships.js';
import { freshOwner } from '../../../shared/store/owners.js';
import { admitToRoom, type EntryRequest } from '../../../shared/store/rooms.js';
import { extendStay } from '../../../shared/store/stays.js';
import type { Credentials, Store } from '../../../shared/store/store.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { leave } from '../../../shared/store/user-end.js';
import { createUser } from '../../../shared/store/users.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import { roomView } from './shared/room-view.js';

/** Creates a user and lets it enter a room. A repeated call with the same nonce returns the same user. */
export const join: Operation<'join'> = async ({ store, presence, polls }, parameters, reply) => {
  const { name, room = DEFAULT_ROOM, owner, key, id, history } = parameters;
  const { origin, network } = reply.client();
  const entry = { owner, key, addresses: await reply.addressHashes(), origin };
  const former: EarlierJoin | null = id === undefined ? null : await findJoined(store, id);
  await admitToRoom(store, room, former?.user?.id ?? null, former?.user?.name ?? name, entry);
  await reply.countEntry?.(room);
  const made = id === undefined || !former ? createUser(store, name) : createUserOnce(store, name, id, former);
  const { token, ...user } = await made;
  const fresh = freshOwner(store, room, token);
  const { owns, stay } = await enterOrEnd(store, room, parseToken(token), { ...entry, fresh, name: user.name });
  if (stay !== null) await extendStay(store, room, stay, network);
  presence.announce(room);
  const cursor = cursorText(polls.instanceFor(user.id), INBOX_START);
  const view = await roomView(store, room, user.id, history);
  return ok(
    { user, token, cursor, pollTimeout: POLL_TIMEOUT_DEFAULT_S, ...(owns && { owner: fresh }) },
    { room: view },
  );
};

/** Enters a room. A new user that is refused is ended: whether a name is banned may be known only now. */
async function enterOrEnd(
  store: Store,
  room: string,
  user: Credentials,
  entry: EntryRequest,
): ReturnType<typeof enterRoom> {
  try {
    return await enterRoom(store, room, user.id, user.tokenHash, entry);
  } catch (error) {
    await leave(store, user);
    throw error;
  }
}
