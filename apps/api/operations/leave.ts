import { leave as leaveAll, leaveSoon } from '../../../shared/store/presence.js';
import { parseToken } from '../../../shared/store/tokens.js';
import type { Operation } from '../operation.js';
import { ok } from '../respond.js';

/** Ends a user, at once or, unless it comes back, in `after` s: out of all rooms, the nickname free again, the token worthless. */
export const leave: Operation<'leave'> = async ({ store, fanOut }, { token, after }) => {
  if (after !== undefined && after > 0) {
    await leaveSoon(store, parseToken(token), after);
    return ok();
  }
  for (const room of await leaveAll(store, parseToken(token))) fanOut.request(room);
  return ok();
};
