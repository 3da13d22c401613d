import { authorizeIn } from '../../../shared/store/authorize.js';
import { notInRoom } from '../../../shared/store/denials.js';
import { unsayMessage } from '../../../shared/store/edits.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import { roomOf } from './shared/room-of.js';

/** Takes an own message back. Everybody is told, as when a moderator removes it. */
export const unsay: Operation<'unsay'> = async ({ store, fanOut }, { token, room: asked, to, id }) => {
  const user = parseToken(token);
  const { name, room } = await authorizeIn(store, user, roomOf(user.id, asked, to), { cost: 'message' });
  if (!(await unsayMessage(store, { room, from: { id: user.id, name }, id }))) throw notInRoom(room);
  fanOut.request(room);
  return ok();
};
