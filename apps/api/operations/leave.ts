import { leave as leaveAll } from '../../../shared/store/presence.js';
import { parseToken } from '../../../shared/store/tokens.js';
import type { Operation } from '../operation.js';
import { ok } from '../respond.js';

/** Ends a user: out of all rooms, the nickname free again, the token worthless. */
export const leave: Operation<'leave'> = async ({ store, fanOut }, { token }) => {
  for (const room of await leaveAll(store, parseToken(token))) fanOut.request(room);
  return ok();
};
