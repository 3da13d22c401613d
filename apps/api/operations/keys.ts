import { ChatError } from '../../../shared/protocol/errors.js';
import { changeKeys } from '../../../shared/store/room-keys.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Makes the keys of a room anew, or switches them off. Returns the fresh ones, once. */
export const keys: Operation<'keys'> = async ({ store, fanOut }, { member, moderator, ...given }) => {
  if (!member && !moderator) throw new ChatError('bad_request', 'keys needs member or moderator.', { field: 'member' });
  const fresh = await changeKeys(store, await authorizeActor(store, given), { member, moderator });
  fanOut.request(given.room);
  return ok(fresh);
};
