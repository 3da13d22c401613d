import { moderateRoom } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/**
 * Drops a message that waits. Nobody is told of one that waits for approval. Of a delayed message, those are told who
 * have seen it: users with a role, and its author.
 */
export const reject: Operation<'reject'> = async ({ store }, { id, ...given }) => {
  await moderateRoom(store, await authorizeActor(store, given), {
    action: { name: 'reject', messageId: id },
    least: 'moderator',
    audit: { what: 'reject', id },
    event: { type: 'removed', removed: id },
  });
  return ok();
};
