import { exitRoom } from '../../../shared/store/memberships.js';
import { auditKick, noSuchMember } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Takes a member out of a room; it may enter again. */
export const kick: Operation<'kick'> = async ({ store, fanOut }, { user: id, ...given }) => {
  const act = await authorizeActor(store, given);
  const name = await store.redis.hget(store.keys.roster(given.room), String(id));
  await auditKick(store, act, { id, name: name ?? '' });
  // who is not in the roster may still be half in: a kick that died in between
  await exitRoom(store, given.room, { id, name: name ?? '' }, { kick: { by: act.by } });
  if (name === null) throw noSuchMember(given.room, id);
  fanOut.request(given.room);
  return ok();
};
