import { findMember, offerRoom } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Offers a room to a member, who may take it by `own`. */
export const handover: Operation<'handover'> = async ({ store, fanOut }, { user, ...given }) => {
  const act = await authorizeActor(store, given);
  await offerRoom(store, act, await findMember(store, given.room, user));
  fanOut.request(given.room);
  return ok();
};
