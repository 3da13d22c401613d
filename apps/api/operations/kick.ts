import { exitRoom } from '../../../shared/store/memberships.js';
import { auditKick, noSuchMember } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Removes a member from a room. The member may enter again. */
export const kick: Operation<'kick'> = async ({ store, fanOut }, { user: id, ...given }) => {
  const actor = await authorizeActor(store, given);
  const name = await store.redis.hget(store.keys.roster(given.room), String(id));
  await auditKick(store, actor, { id, name: name ?? '' });
  // a user that is not in the roster may still be half in the room, if an earlier kick died midway
  await exitRoom(store, given.room, { id, name: name ?? '' }, { kick: { by: actor.by } });
  if (name === null) throw noSuchMember(given.room, id);
  fanOut.request(given.room);
  return ok();
};
