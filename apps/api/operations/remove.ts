import { moderateRoom } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Removes a message from a room's history. Everybody is told. */
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
