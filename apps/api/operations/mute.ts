import { isPoster } from '../../../shared/protocol/events.js';
import { findMember, muteUser } from '../../../shared/store/moderation.js';
import { findPoster } from '../../../shared/store/posts.js';
import { knownUser } from '../../../shared/store/room-overview.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/**
 * Keeps a member from speaking in a room for `seconds`; 0 lets the member speak again. Only the member is told, and
 * with `quiet` nobody.
 */
export const mute: Operation<'mute'> = async ({ store, fanOut }, { user, seconds, quiet = false, ...given }) => {
  const actor = await authorizeActor(store, given);
  const find = seconds === 0 ? knownUser : isPoster(user) ? findPoster : findMember;
  await muteUser(store, actor, await find(store, given.room, user), { seconds, quiet });
  if (!quiet) fanOut.request(given.room);
  return ok();
};
