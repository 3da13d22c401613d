import { ChatError } from '../../../shared/protocol/errors.js';
import { authorize } from '../../../shared/store/authorize.js';
import { closePrivateRoom } from '../../../shared/store/private-rooms.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { setBlocked } from '../../../shared/store/user-blocks.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/**
 * Refuses a user's private messages and signals from now on. The asking user also leaves the private room of the two.
 */
export const block: Operation<'block'> = async ({ store }, { token, user: other }) => {
  const user = parseToken(token);
  if (other === user.id) throw new ChatError('bad_request', 'user must be another user.', { field: 'user' });
  const { name } = await authorize(store, user, { cost: 'presence' });
  const blocked = await setBlocked(store, user.id, other, true);
  await closePrivateRoom(store, { id: user.id, name }, other);
  return ok({ blocked });
};
