/** Bans: a user is kept out of a room, and its messages go if the moderator wants that. */
import type { UserRef } from '../protocol/events.js';
import { BANS_MAX } from '../protocol/limits.js';
import { ForgetBudget, forgetIn } from './forget.js';
import { type Actor, asTold, auditText, moderateMember, moderationEventText } from './moderation.js';
import type { Store } from './store.js';

/** How a user is banned. */
export interface Ban {
  /** For how long; 0 ends it. */
  seconds: number;
  /** All messages of the user go, too. */
  messages: boolean;
}

/**
 * Bans a user from a room, by its id, its nickname and its address. `address`: of
 * a sender that is no user. With `messages` it is noted that its messages go,
 * and `removeMessagesOf` removes them. If nobody calls that, a worker does.
 */
export async function banUser(
  store: Store,
  actor: Actor,
  target: UserRef & { address?: string },
  { seconds, messages }: Ban,
): Promise<void> {
  const [[address = target.address], user] = await Promise.all([
    seconds > 0 && target.address === undefined ? store.redis.hmget(store.keys.user(target.id), 'address') : [],
    asTold(store, actor.room, target),
  ]);
  const removed = {
    event: moderationEventText(actor, { type: 'removed', user }),
    entry: auditText(actor, { what: 'remove', user: target.id, name: target.name }),
  };
  await moderateMember(store, actor, target, {
    action: {
      name: 'ban',
      targetsMax: BANS_MAX,
      ms: seconds * 1_000,
      ...(address && { address }),
      ...(messages && { removed }),
    },
    least: 'moderator',
    audit: { what: 'ban', seconds },
    event: null,
  });
}

/**
 * Removes all messages of a banned user from the room's log and from what waits for approval, and tells the room.
 * Resolves with how many bytes it read. Repeating it does no harm.
 */
export async function removeMessagesOf(store: Store, { room }: Actor, target: UserRef): Promise<number> {
  const budget = new ForgetBudget();
  await forgetIn(store, room, { user: target.id, scope: 'message' }, budget);
  return budget.bytesRead;
}
