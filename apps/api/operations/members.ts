import { readMembers } from '../../../shared/store/rooms.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { authorizeIn } from '../../../shared/store/users.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Returns the members of a room. */
export const members: Operation<'members'> = async ({ store }, { token, room }) => {
  const { room: found } = await authorizeIn(store, parseToken(token), room);
  const { members: list, count } = await readMembers(store, found);
  return ok({ members: list, ...(count !== undefined && { more: true, count }) });
};
