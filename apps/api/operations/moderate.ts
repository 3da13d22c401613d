import { findMember, setModerator } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Makes a member a moderator, or ends that. */
export const moderate: Operation<'moderate'> = async ({ store, fanOut }, { user, on = true, ...given }) => {
  const act = await authorizeActor(store, given);
  await setModerator(store, act, await findMember(store, given.room, user), on);
  fanOut.request(given.room);
  return ok();
};
