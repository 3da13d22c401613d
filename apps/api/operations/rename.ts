import { parseToken } from '../../../shared/store/tokens.js';
import { renameUser } from '../../../shared/store/users.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Changes the name of a user, in all its rooms. */
export const rename: Operation<'rename'> = async ({ store, presence }, { token, name }) => {
  const { user, rooms } = await renameUser(store, parseToken(token), name);
  for (const room of rooms) presence.announce(room);
  return ok({ user });
};
