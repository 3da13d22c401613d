import { moderateRoom } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Drops a message that waits. Its author and the users with a role are told: nobody else knows of it. */
export const reject: Operation<'reject'> = async ({ store, fanOut }, { id, ...given }) => {
  await moderateRoom(store, await authorizeActor(store, given), {
    action: { name: 'reject', messageId: id },
    least: 'moderator',
    audit: { what: 'reject', id },
    event: { type: 'removed', removed: id },
  });
  fanOut.request(given.room);
  return ok();
};
