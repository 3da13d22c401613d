import { ChatError } from '../../../shared/protocol/errors.js';
import type { UserRef } from '../../../shared/protocol/events.js';
import { DEFAULT_ROOM, POLL_TIMEOUT_DEFAULT_S } from '../../../shared/protocol/limits.js';
import { cursorText, INBOX_START } from '../../../shared/store/inboxes.js';
import { createUserOnce, findJoined } from '../../../shared/store/join-nonces.js';
import { enterRoom } from '../../../shared/store/memberships.js';
import { guestName } from '../../../shared/store/nicknames.js';
import { freshOwner } from '../../../shared/store/owners.js';
import { saysRole } from '../../../shared/store/role-names.js';
import { nameOfRole } from '../../../shared/store/room-names.js';
import type { EntryRequest } from '../../../shared/store/rooms.js';
import { extendStay } from '../../../shared/store/stays.js';
import type { Credentials, Store } from '../../../shared/store/store.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { leave } from '../../../shared/store/user-end.js';
import { createUser } from '../../../shared/store/users.js';
import type { Context } from '../context.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import { admit } from './shared/admit.js';
import { historyFor, roomView } from './shared/room-view.js';

/** How many guest names are tried. */
const GUEST_TRIES_MAX = 8;

/** Creates a user and lets it enter a room. A repeated call with the same nonce returns the same user. */
export const join: Operation<'join'> = async (context, parameters, reply) => {
  const { store, presence, polls } = context;
  const { name, room = DEFAULT_ROOM, owner, key, secret, id: nonce, history } = parameters;
  const { origin, network } = reply.client();
  const addresses = await reply.addressHashes();
  const entry = { owner, key, secret, addresses, origin, claims: !reply.onlyListens };
  const coming = { room, nonce, entry, count: () => reply.countEntry?.(room) };
  const came = await (name === undefined ? comeAsGuest(context, coming) : come(context, coming, name));
  const { token, user, owns, stay } = came;
  if (stay !== null) await extendStay(store, room, stay, network);
  presence.announce(room);
  const cursor = cursorText(polls.instanceFor(user.id), INBOX_START);
  const view = await roomView(context, room, user.id, historyFor(reply, history));
  return ok(
    {
      user,
      token,
      cursor,
      pollTimeout: POLL_TIMEOUT_DEFAULT_S,
      ...(owns && { owner: freshOwner(store, room, token) }),
    },
    { room: view },
  );
};

interface Coming {
  room: string;
  nonce: string | undefined;
  entry: EntryRequest;
  /** Counts the entry for the room. */
  count: () => Promise<void> | undefined;
}

type Came = { user: UserRef; token: string } & Awaited<ReturnType<typeof enterRoom>>;

/** Comes under a guest name that nobody in the room has. */
async function comeAsGuest(context: Context, coming: Coming): Promise<Came> {
  for (let tries = 0; tries < GUEST_TRIES_MAX; tries += 1) {
    try {
      return await come(context, coming, guestName());
    } catch (error) {
      if (!isNameTaken(error)) throw error;
    }
  }
  throw new ChatError('unavailable', 'No free guest name was found. Try again, or choose a name.', { retryAfter: 1 });
}

/** Makes the user, or finds the one that an earlier join has made, and lets it enter the room. */
async function come(context: Context, { room, nonce, entry, count }: Coming, name: string): Promise<Came> {
  const { store } = context;
  const former = nonce === undefined ? undefined : await findJoined(store, nonce);
  const known = former?.user ?? null;
  try {
    await admit(context, room, { id: known?.id ?? null, name: known?.name ?? name }, entry);
  } catch (error) {
    if (known && isNameTaken(error)) await leave(store, parseToken(known.token)); // the same nonce may try another name
    throw error;
  }
  if (!known && saysRole(name)) throw await nameOfRole(store, [room], name); // only now: the room may be locked
  await count();
  const made = nonce === undefined || !former ? createUser(store, name) : createUserOnce(store, name, nonce, former);
  const { token, ...user } = await made;
  const fresh = freshOwner(store, room, token);
  const entered = await enterOrEnd(store, room, parseToken(token), { ...entry, fresh, name: user.name });
  return { ...entered, user, token };
}

const isNameTaken = (error: unknown): boolean => error instanceof ChatError && error.code === 'name_taken';

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
