import { authorizeIn } from '../../../shared/store/authorize.js';
import { readRoom } from '../../../shared/store/rooms.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Returns the members of a room. */
export const members: Operation<'members'> = async ({ store }, { token, room }) => {
  const user = parseToken(token);
  const { room: found } = await authorizeIn(store, user, room);
  const { members: list, count } = await readRoom(store, found, user.id);
  return ok({ members: list, ...(count !== undefined && { more: true, count }) });
};
