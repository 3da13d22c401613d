import { DEFAULT_ROOM, POLL_TIMEOUT_DEFAULT } from '../../../shared/protocol/limits.js';
import { cursorText, FIRST_POSITION } from '../../../shared/store/inboxes.js';
import { ownerToken } from '../../../shared/store/owners.js';
import { enterRoom } from '../../../shared/store/rooms.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { createUser } from '../../../shared/store/users.js';
import type { Operation } from '../operation.js';
import { ok } from '../respond.js';
import { roomView } from './room-view.js';

/** Makes a user and brings it into a room. */
export const join: Operation<'join'> = async ({ store, fanOut, polls }, { name, room = DEFAULT_ROOM }) => {
  const { token, ...user } = await createUser(store, name);
  const { id, tokenHash } = parseToken(token);
  const owner = ownerToken(room);
  const { owns } = await enterRoom(store, room, id, tokenHash, owner);
  fanOut.request(room);
  const cursor = cursorText(polls.processFor(id), FIRST_POSITION.position, FIRST_POSITION.eventId);
  return ok({ user, token, cursor, pollTimeout: POLL_TIMEOUT_DEFAULT, ...(owns && { owner }) }, { room: await roomView(store, room) });
};
