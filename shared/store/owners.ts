/** Who owns a room: who made it, whom it was handed over to, or whom the host gave it. Redis holds the SHA-256 of the owner's token. */
import type { UserRef } from '../protocol/events.js';
import { SHARED_ROOM } from '../protocol/limits.js';
import { scriptSafeJson } from './event-text.js';
import { moderationEventText, moderationKeys, notOwner } from './moderation.js';
import { isReserved } from './rooms.js';
import { run } from './scripts.js';
import type { Store } from './store.js';
import { derivedSecret, hashToken, randomSecret } from './tokens.js';

/**
 * A token for the owner of a room that a user may make now; none for a room that belongs to everybody, or that only the
 * host opens. It is made from the user's token: when the answer was lost, the user gets the same one again.
 */
export function freshOwner({ config }: Store, room: string, token: string): string | undefined {
  return SHARED_ROOM.test(room) || isReserved(config, room) ? undefined : derivedSecret(token, `owner of ${room}`);
}

/** Takes a room that was offered to this member. Gives its new owner token; again with each call, while the offer lasts. Throws `not_owner`. */
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

/** Gives the host a fresh owner token for any room, which then keeps its rules when it is empty; a reserved room is open from then on. */
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
