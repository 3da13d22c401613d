import { ChatError } from '../../../shared/protocol/errors.js';
import { privateRoom, privateRoomUsers } from '../../../shared/protocol/events.js';
import { messageCost } from '../../../shared/store/event-text.js';
import { appendMessage, enterRoom, type Accepted, type Outgoing } from '../../../shared/store/rooms.js';
import type { Store } from '../../../shared/store/store.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { authorize, notInRoom } from '../../../shared/store/users.js';
import type { Operation } from '../operation.js';
import type { Parameters } from '../parameters.js';
import { ok } from '../respond.js';

/** Accepts a message: once it is in the room's log it is answered, and the worker copies it on. */
export const send: Operation<'send'> = async (chat, parameters) => {
  if (parameters.text === undefined && parameters.data === undefined) {
    throw new ChatError('bad_request', 'send takes text, data, or both.', { field: 'text' });
  }
  const message = await outgoing(chat.store, parameters);
  await chat.guard.sendTo(message.room, messageCost(message));
  const accepted = privateRoomUsers(message.room) ? await appendPrivately(chat.store, message) : await append(chat.store, message);
  chat.fanOut.request(message.room);
  const { id, duplicate } = accepted;
  return ok({ id, at: Number.parseInt(id, 10), ...(duplicate && { duplicate }) });
};

/** The message with its room and sender: the sender may speak, and there. */
async function outgoing(store: Store, { token, room, to, text, data, id: nonce, owner }: Parameters<'send'>): Promise<Outgoing> {
  const user = parseToken(token);
  const target = to === undefined ? room : privateTarget(user.id, to, room);
  const isPrivate = target !== undefined && privateRoomUsers(target)?.includes(user.id);
  const { name, room: found } = await authorize(store, user, isPrivate ? null : target, 'message', messageCost({ text, data }));
  return { room: isPrivate && target ? target : found, from: { id: user.id, name }, text, data, nonce, owner };
}

function privateTarget(from: number, to: number, room: string | undefined): string {
  if (room !== undefined) throw new ChatError('bad_request', 'Give room or to, not both.', { field: 'to' });
  if (from === to) throw new ChatError('bad_request', 'to must be another user.', { field: 'to' });
  return privateRoom(from, to);
}

async function append(store: Store, message: Outgoing): Promise<Accepted> {
  const accepted = await appendMessage(store, message);
  if (!accepted) throw notInRoom(message.room);
  return accepted;
}

/** The first message between two users, or the first since one of them ended, brings both into their private room. */
async function appendPrivately(store: Store, message: Outgoing): Promise<Accepted> {
  const accepted = await appendMessage(store, message);
  if (accepted) return accepted;
  const both = privateRoomUsers(message.room) ?? [];
  const other = both.find((id) => id !== message.from.id) ?? 0;
  for (const id of [other, message.from.id]) await bringIn(store, message, id); // the other first: there may be no such user
  const again = await appendMessage(store, message);
  if (!again) throw noSuchUser(other); // it has ended since
  return again;
}

function noSuchUser(id: number): ChatError {
  return new ChatError('no_such_user', `There is no user ${id}, or no longer.`, { field: 'to' });
}

async function bringIn(store: Store, { room, from }: Outgoing, id: number): Promise<void> {
  try {
    await enterRoom(store, room, id, null);
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== 'unauthorized' || id === from.id) throw error;
    throw noSuchUser(id);
  }
}
