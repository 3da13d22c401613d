import { allowUser, findMember } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Lets a member write in a room that is read-only, or everybody who is there now (`user` 0). Or ends that. */
export const allow: Operation<'allow'> = async ({ store, fanOut }, { user, on = true, ...given }) => {
  const actor = await authorizeActor(store, given);
  await allowUser(store, actor, user === 0 ? null : await findMember(store, given.room, user), on);
  fanOut.request(given.room);
  return ok();
};
