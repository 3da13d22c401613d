import { banUser, removeMessagesOf } from '../../../shared/store/bans.js';
import { exitRoom } from '../../../shared/store/memberships.js';
import { findMember } from '../../../shared/store/moderation.js';
import { knownUser } from '../../../shared/store/room-rules.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Takes a member out of a room, and for so many seconds lets nobody in of its name or address; 0 ends that. With `messages` all that it said goes, too. */
export const ban: Operation<'ban'> = async (
  { store, fanOut },
  { user, seconds, messages = false, ...given },
  reply,
) => {
  const act = await authorizeActor(store, given);
  const target = await (seconds > 0 ? findMember : knownUser)(store, given.room, user);
  await banUser(store, act, target, { seconds, messages: messages && seconds > 0 }); // first: it could come back in between
  if (seconds === 0) return ok();
  await exitRoom(store, given.room, target, { kick: { by: act.by, banned: seconds } });
  const looked = messages ? await removeMessagesOf(store, act, target) : 0; // last: it could say more in between
  reply.countRead?.(looked);
  fanOut.request(given.room);
  return ok();
};
