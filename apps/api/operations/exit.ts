import { authorizeIn } from '../../../shared/store/authorize.js';
import { exitRoom } from '../../../shared/store/memberships.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Lets a user leave a room. */
export const exit: Operation<'exit'> = async ({ store, presence }, { token, room }) => {
  const user = parseToken(token);
  const { name } = await authorizeIn(store, user, room, { cost: 'presence' });
  await exitRoom(store, room, { id: user.id, name });
  presence.announce(room);
  return ok();
};
