import { ChatError } from '../../../shared/protocol/errors.js';
import { privateRoom, privateRoomUsers } from '../../../shared/protocol/events.js';
import { isSeen } from '../../../shared/protocol/letters.js';
import { type Accepted, appendMessage, type Message } from '../../../shared/store/messages.js';
import { openPrivateRoom } from '../../../shared/store/private-rooms.js';
import type { Store } from '../../../shared/store/store.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { authorize, authorizeIn, type Charge, notInRoom } from '../../../shared/store/users.js';
import type { Context } from '../context.js';
import { costOf } from '../moderation/filters.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import type { Parameters } from './parameters/check.js';
import { ALLOWED } from './parameters/schemas.js';

/** How often a private message is tried: one of the two may exit their room within each. */
const PRIVATE_TRIES_MAX = 4;

/** Accepts a message: once it is in the room's log it is answered, and the worker copies it on. */
export const send: Operation<'send'> = async (context, parameters, reply) => {
  if (parameters.text === undefined && parameters.data === undefined) {
    throw new ChatError('bad_request', 'send takes text, data, or both.', { field: 'text' });
  }
  if (parameters.data === undefined && !isSeen(parameters.text ?? ''))
    throw new ChatError('bad_request', ALLOWED.text, { field: 'text' });
  const message = await outgoing(context.store, parameters);
  context.admission.noteMessage(message.room);
  const accepted = privateRoomUsers(message.room)
    ? await appendPrivately(context, message)
    : await append(context, message);
  context.fanOut.request(message.room);
  if (!accepted.pending) reply.onAccepted?.(message.room, accepted.id);
  return ok(acceptedAs(accepted));
};

/** A message as its sender is told of it. */
export function acceptedAs({ id, duplicate, pending: held }: Accepted): {
  id: string;
  at: number;
  duplicate?: boolean;
  held?: boolean;
} {
  return { id, at: Number.parseInt(id, 10), ...(duplicate && { duplicate }), ...(held && { held }) };
}

/** The message with its room and sender: the sender may speak, and there. */
async function outgoing(
  store: Store,
  { token, room, to, text, data, id: nonce, owner }: Parameters<'send'>,
): Promise<Message> {
  const user = parseToken(token);
  const target = to === undefined ? room : privateTarget(user.id, to, room);
  const isPrivate = target !== undefined && privateRoomUsers(target)?.includes(user.id);
  const charge: Charge = { cost: 'message', times: costOf({ text, data }, store.config.rateLimits), text, nonce };
  const { name, room: found } = isPrivate
    ? { ...(await authorize(store, user, charge)), room: target }
    : await authorizeIn(store, user, target, charge);
  return {
    room: found,
    from: { id: user.id, name },
    text,
    data,
    nonce,
    owner,
    tokenHash: user.tokenHash,
  };
}

function privateTarget(from: number, to: number, room: string | undefined): string {
  if (room !== undefined) throw new ChatError('bad_request', 'Give room or to, not both.', { field: 'to' });
  if (from === to) throw new ChatError('bad_request', 'to must be another user.', { field: 'to' });
  return privateRoom(from, to);
}

async function append({ store, filters }: Context, message: Message): Promise<Accepted> {
  const accepted = await filters.write(message, (filtered) => appendMessage(store, message, filtered));
  if (!accepted) throw notInRoom(message.room);
  return accepted;
}

/** The first message between two users, or the first since one of them left their private room, brings both into it. */
async function appendPrivately({ store }: Context, message: Message): Promise<Accepted> {
  const { room, from } = message;
  const other = privateRoomUsers(room)?.find((id) => id !== from.id) ?? 0;
  for (let attempt = 0; attempt < PRIVATE_TRIES_MAX; attempt += 1) {
    const accepted = await appendMessage(store, message);
    if (accepted && 'id' in accepted) return accepted; // a private room has no rules
    await openPrivateRoom(store, room, from.id, other);
  }
  throw new ChatError('unavailable', `The room ${room} is entered and left too fast.`, { retryAfter: 1 });
}
