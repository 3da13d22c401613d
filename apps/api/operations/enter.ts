import { enterRoom } from '../../../shared/store/rooms.js';
import { ownerToken } from '../../../shared/store/owners.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { authorize } from '../../../shared/store/users.js';
import type { Operation } from '../operation.js';
import { ok } from '../respond.js';
import { roomView } from './room-view.js';

/** Brings a user into one more room. */
export const enter: Operation<'enter'> = async ({ store, fanOut }, { token, room }) => {
  const { id, tokenHash } = parseToken(token);
  await authorize(store, { id, tokenHash }, null, 'presence');
  const owner = ownerToken(room);
  const { owns } = await enterRoom(store, room, id, tokenHash, owner);
  fanOut.request(room);
  return ok(owns ? { owner } : {}, { room: await roomView(store, room) });
};
