import { isPoster } from '../../../shared/protocol/events.js';
import { banUser, removeMessagesOf } from '../../../shared/store/bans.js';
import { exitRoom } from '../../../shared/store/memberships.js';
import { findMember } from '../../../shared/store/moderation.js';
import { findPoster } from '../../../shared/store/posts.js';
import { knownUser } from '../../../shared/store/room-overview.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/**
 * Removes a member from a room. For `seconds`, nobody with the member's name or address may enter; 0 ends a ban. With
 * `messages` the member's messages are removed too.
 */
export const ban: Operation<'ban'> = async (
  { store, fanOut },
  { user, seconds, messages = false, ...given },
  reply,
) => {
  const actor = await authorizeActor(store, given);
  const find = seconds === 0 ? knownUser : isPoster(user) ? findPoster : findMember;
  const target = await find(store, given.room, user);
  // the ban comes first, or the user could come back meanwhile
  await banUser(store, actor, target, { seconds, messages: messages && seconds > 0 });
  if (seconds === 0) return ok();
  if (!isPoster(user)) await exitRoom(store, given.room, target, { kick: { by: actor.by, banned: seconds } });
  // the messages go last, or the user could say more meanwhile
  const bytesRead = messages ? await removeMessagesOf(store, actor, target) : 0;
  reply.countRead?.(bytesRead);
  fanOut.request(given.room);
  return ok();
};
