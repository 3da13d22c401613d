import { HISTORY_ON_ENTER } from '../../../shared/protocol/limits.js';
import { readHistory } from '../../../shared/store/messages.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { authorize } from '../../../shared/store/users.js';
import type { Operation } from '../operation.js';
import { ok } from '../respond.js';

/** A page of a room's log, oldest first. */
export const history: Operation<'history'> = async ({ store }, { token, room, before, limit = HISTORY_ON_ENTER }) => {
  const user = parseToken(token);
  const { room: found } = await authorize(store, user, room);
  const { events, more } = await readHistory(store, found, user.id, limit, before);
  return ok({ more }, { events: `[${events.join(',')}]` });
};
