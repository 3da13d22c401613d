import { findMember, offerRoom } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Offers a room to a member. The member can accept it by `own`. */
export const handover: Operation<'handover'> = async ({ store, fanOut }, { user, ...given }) => {
  const actor = await authorizeActor(store, given);
  await offerRoom(store, actor, await findMember(store, given.room, user));
  fanOut.request(given.room);
  return ok();
};
