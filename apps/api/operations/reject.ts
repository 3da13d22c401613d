import { moderateRoom } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Drops a message that waits for approval. Nobody is told. */
export const reject: Operation<'reject'> = async ({ store }, { id, ...given }) => {
  await moderateRoom(store, await authorizeActor(store, given), {
    action: { name: 'reject', messageId: id },
    least: 'moderator',
    audit: { what: 'reject', id },
    event: null,
  });
  return ok();
};
