import { moderateRoom } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/**
 * Approves a message that waits, and publishes it in the room; or a message that was reported, whose reports end.
 * Returns its id there.
 */
export const approve: Operation<'approve'> = async ({ store, fanOut }, { id: messageId, ...given }) => {
  const id = await moderateRoom(store, await authorizeActor(store, given), {
    action: { name: 'approve', messageId },
    least: 'moderator',
    audit: { what: 'approve', id: messageId },
    event: null,
  });
  fanOut.request(given.room);
  return ok({ id });
};
