/**
 * Owners of rooms: the user who made the room, the member who accepted it, or a user to whom the operator gave it.
 * Redis holds the SHA-256 of the owner's token.
 */
import type { UserRef } from '../protocol/events.js';
import { SHARED_ROOM } from '../protocol/limits.js';
import { scriptSafeJson } from './event-text.js';
import { moderationEventText, moderationKeys, notOwner } from './moderation.js';
import { isReserved } from './rooms.js';
import { run } from './scripts.js';
import type { Store } from './store.js';
import { derivedSecret, hashToken, randomSecret } from './tokens.js';

/**
 * Returns a token for the owner of a room that a user may make now. There is none for a room that belongs to everybody,
 * or that only the operator opens. It is made from the user's token: if the answer is lost, the user gets the same one
 * again.
 */
export function freshOwner({ config }: Store, room: string, token: string): string | undefined {
  return SHARED_ROOM.test(room) || isReserved(config, room) ? undefined : derivedSecret(token, `owner of ${room}`);
}

/**
 * Accepts a room that was offered to this member. Resolves with a new owner's token. It may be called again while the
 * offer lasts. Throws `not_owner`.
 */
export async function ownRoom(store: Store, room: string, user: UserRef): Promise<string> {
  const owner = randomSecret();
  const outcome = await run(store.redis, 'own', {
    ...moderationKeys(store, room),
    id: user.id,
    tokenHash: hashToken(owner),
    room,
    auditEntry: scriptSafeJson({ by: user.id, byName: user.name, what: 'own' }),
    event: moderationEventText({ room, by: user }, { type: 'owned' }),
  });
  if (outcome === 'not_owner') throw notOwner(room);
  return owner;
}

/**
 * Makes a new owner's token of any room for the operator. From then on the room keeps its rules when it is empty, and a
 * reserved room is open.
 */
export async function takeRoom(store: Store, room: string): Promise<string> {
  const owner = randomSecret();
  await run(store.redis, 'own', {
    ...moderationKeys(store, room),
    id: '',
    tokenHash: hashToken(owner),
    room,
    auditEntry: scriptSafeJson({ by: 0, what: 'take' }),
    event: '',
  });
  return owner;
}
