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

/** How often a private message is tried. One of the two users may leave their room during each try. */
const PRIVATE_TRIES_MAX = 4;

/** Accepts a message. It is answered once the message is in the room's log; a worker then copies it to the members. */
export const send: Operation<'send'> = async (context, parameters, reply) => {
  if (parameters.text === undefined && parameters.data === undefined) {
    throw new ChatError('bad_request', 'send needs text, data or both.', { field: 'text' });
  }
  if (parameters.data === undefined && !isSeen(parameters.text ?? ''))
    throw new ChatError('bad_request', ALLOWED.text, { field: 'text' });
  const message = await messageOf(context.store, parameters);
  context.admission.noteMessage(message.room);
  const accepted = privateRoomUsers(message.room)
    ? await appendPrivately(context, message)
    : await append(context, message);
  context.fanOut.request(message.room);
  if (!accepted.pending) reply.onAccepted?.(message.room, accepted.id);
  return ok(acceptedAs(accepted));
};

/** Returns what the sender is told about a message. */
export function acceptedAs({ id, duplicate, pending }: Accepted): {
  id: string;
  at: number;
  duplicate?: boolean;
  held?: boolean;
} {
  return { id, at: Number.parseInt(id, 10), ...(duplicate && { duplicate }), ...(pending && { held: true }) };
}

/** Resolves with the message of an authorized sender, and the room that it goes to. */
async function messageOf(
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

/** Appends a private message. If one of the two users is not in their private room, both enter it. */
async function appendPrivately({ store }: Context, message: Message): Promise<Accepted> {
  const { room, from } = message;
  const other = privateRoomUsers(room)?.find((id) => id !== from.id) ?? 0;
  for (let attempt = 0; attempt < PRIVATE_TRIES_MAX; attempt += 1) {
    const accepted = await appendMessage(store, message);
    if (accepted && 'id' in accepted) return accepted; // a private room has no rules
    await openPrivateRoom(store, room, from.id, other);
  }
  throw new ChatError('unavailable', `The room ${room} is being entered and left too fast. Try again.`, {
    retryAfter: 1,
  });
}
