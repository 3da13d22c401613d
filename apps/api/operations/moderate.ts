import { findMember, setModerator } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Makes a member a moderator, or takes the role away. */
export const moderate: Operation<'moderate'> = async ({ store, fanOut }, { user, on = true, ...given }) => {
  const actor = await authorizeActor(store, given);
  await setModerator(store, actor, await findMember(store, given.room, user), on);
  fanOut.request(given.room);
  return ok();
};
