import { moderateRoom } from '../../../shared/store/moderation.js';
import { ok } from '../reply.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import type { Operation } from './operation.js';

/** Takes a message out of a room's history, and tells everybody. */
export const remove: Operation<'remove'> = async ({ store, fanOut }, { id, ...given }) => {
  await moderateRoom(
    store,
    await authorizeActor(store, given),
    'moderator',
    { what: 'remove', id },
    { type: 'removed', removed: id },
    'remove',
    id,
  );
  fanOut.request(given.room);
  return ok();
};
