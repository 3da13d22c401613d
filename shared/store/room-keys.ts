/**
 * Keys of rooms. With a member's key, a room lets in only people who have it, a role or the owner's token. A
 * moderator's key gives the role at each visit, for as long as the key is valid. Redis holds only their SHA-256.
 */
import { type Actor, auditText, moderationEventText, moderationKeys, notOwner } from './moderation.js';
import { run } from './scripts.js';
import type { Store } from './store.js';
import { hashOrNone, hashToken, randomSecret } from './tokens.js';

/** A moderator's key begins like this: a page must not pass it on as the key of all members. */
const MODERATOR = 'mod-';
/** So many characters are no secret. They tell whether a page has the key that is valid. The others have 120 bits. */
const HEAD_COUNT = 4;

type KeyChange = 'renew' | 'off';

/** The changes to a room's keys. A key that is not named stays as it is. */
export interface KeyChanges {
  member?: KeyChange | undefined;
  moderator?: KeyChange | undefined;
}

/**
 * Makes keys of a room anew, or switches them off. Resolves with the fresh ones, which nobody can read later. Members
 * stay; moderators by a former key lose the role, and the room is told. Throws `not_owner`.
 */
export async function changeKeys(
  store: Store,
  actor: Actor,
  { member, moderator }: KeyChanges,
): Promise<{ member?: string; moderator?: string }> {
  const { keys, redis } = store;
  const { room } = actor;
  const fresh = {
    ...(member === 'renew' && { member: randomSecret() }),
    ...(moderator === 'renew' && { moderator: `${MODERATOR}${randomSecret()}` }),
  };
  const outcome = await run(redis, 'set-keys', {
    ...moderationKeys(store, room),
    publicRooms: keys.publicRooms(keys.roomShard(room)),
    user: actor.by.id,
    ownerHash: hashOrNone(actor.owner),
    room,
    auditEntry: auditText(actor, {
      what: 'keys',
      ...(member && { member }),
      ...(moderator && { moderator }),
    }),
    memberKey: argumentOf(member, fresh.member),
    moderatorKey: argumentOf(moderator, fresh.moderator),
    memberHead: fresh.member?.slice(0, HEAD_COUNT) ?? '',
    moderatorHead: fresh.moderator?.slice(0, MODERATOR.length + HEAD_COUNT) ?? '',
    eventHead: moderationEventText(actor, { type: 'moderator' }).slice(0, -1),
  });
  if (outcome === 'not_owner') throw notOwner(room);
  return fresh;
}

/** Returns what the script takes for a key: its hash, '-' to switch it off, '' to leave it. */
function argumentOf(change: KeyChange | undefined, key: string | undefined): string {
  if (key !== undefined) return hashToken(key);
  return change === 'off' ? '-' : '';
}
