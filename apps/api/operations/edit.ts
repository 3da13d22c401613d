import { ChatError } from '../../../shared/protocol/errors.js';
import { privateRoomUsers } from '../../../shared/protocol/events.js';
import { isSeen } from '../../../shared/protocol/letters.js';
import { authorizeIn } from '../../../shared/store/authorize.js';
import { notAllowed, notInRoom } from '../../../shared/store/denials.js';
import { editMessage } from '../../../shared/store/edits.js';
import { areKeptApart } from '../../../shared/store/kept-apart.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { costOf } from '../moderation/filters.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import { ALLOWED } from './parameters/schemas.js';
import { roomOf } from './shared/room-of.js';

/** Gives an own message another text. All that binds a message binds this, or it would be a way round moderation. */
export const edit: Operation<'edit'> = async (context, { token, room: asked, to, id, text: given, owner }) => {
  const { store, filters, serverFilter, admission, fanOut } = context;
  if (!isSeen(given)) throw new ChatError('bad_request', ALLOWED.text, { field: 'text' });
  const { text } = serverFilter.apply({ text: given });
  const user = parseToken(token);
  const times = costOf({ text }, store.config.rateLimits);
  const charge = { cost: 'message', times, text, nonce: `edit:${id}` } as const; // no nonce of `send` has a colon
  const { name, room } = await authorizeIn(store, user, roomOf(user.id, asked, to), charge);
  const other = privateRoomUsers(room)?.find((one) => one !== user.id);
  if (other !== undefined && (await areKeptApart(store, user.id, other))) throw notAllowed('private');
  admission.noteMessage(room);
  const changed = { room, from: { id: user.id, name }, id, text, owner };
  const edited = await filters.write(changed, (filtered) => editMessage(store, changed, filtered));
  if (!edited) throw notInRoom(room);
  if (edited.isNew) fanOut.request(room);
  return ok({ ...(edited.at !== undefined && { at: edited.at }) });
};
