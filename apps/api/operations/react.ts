import { privateRoomUsers } from '../../../shared/protocol/events.js';
import { authorizeIn } from '../../../shared/store/authorize.js';
import { notAllowed } from '../../../shared/store/denials.js';
import { areKeptApart } from '../../../shared/store/kept-apart.js';
import { react as reactTo } from '../../../shared/store/reactions.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import { roomOf } from './shared/room-of.js';

/** Reacts to a message with an emoji, or takes the reaction back. */
export const react: Operation<'react'> = async (
  { store, fanOut, admission },
  { token, room: asked, to, id: messageId, emoji, on = true },
) => {
  const user = parseToken(token);
  const { name, room } = await authorizeIn(store, user, roomOf(user.id, asked, to), { cost: 'reaction' });
  const pair = privateRoomUsers(room);
  if (pair && (await areKeptApart(store, ...pair))) throw notAllowed('private');
  admission.noteMessage(room);
  const { reactions, isTold } = await reactTo(store, { room, from: { id: user.id, name }, messageId, emoji, on });
  if (isTold) fanOut.request(room);
  return ok({}, { reactions });
};
