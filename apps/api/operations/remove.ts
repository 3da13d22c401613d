import { moderateRoom } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Takes a message out of a room's history, and tells everybody. */
export const remove: Operation<'remove'> = async ({ store, fanOut }, { id, ...given }) => {
  await moderateRoom(store, await authorizeActor(store, given), {
    action: { name: 'remove', messageId: id },
    least: 'moderator',
    audit: { what: 'remove', id },
    event: { type: 'removed', removed: id },
  });
  fanOut.request(given.room);
  return ok();
};
