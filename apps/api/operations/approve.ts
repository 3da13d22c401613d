import { moderateRoom } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Lets a message that waits into the room. Gives the id it has there. */
export const approve: Operation<'approve'> = async ({ store, fanOut }, { id: held, ...given }) => {
  const id = await moderateRoom(store, await authorizeActor(store, given), {
    action: { name: 'approve', messageId: held },
    least: 'moderator',
    audit: { what: 'approve', id: held },
    event: null,
  });
  fanOut.request(given.room);
  return ok({ id });
};
