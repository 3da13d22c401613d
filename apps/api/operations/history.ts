import { HISTORY_ON_ENTER_MAX } from '../../../shared/protocol/limits.js';
import { authorizeIn } from '../../../shared/store/authorize.js';
import { readHistory } from '../../../shared/store/history.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Returns a page of a room's log, oldest first. A page that is empty although there is more says where to go on. */
export const history: Operation<'history'> = async (
  { store },
  { token, room, before, limit = HISTORY_ON_ENTER_MAX, types },
  reply,
) => {
  const user = parseToken(token);
  const { room: found } = await authorizeIn(store, user, room);
  const page = await readHistory(store, found, user.id, { limit, before, types });
  reply.countRead?.(page.skipped);
  const next = page.events.length === 0 && page.more ? { before: page.before } : {};
  return ok({ more: page.more, ...next }, { events: `[${page.events.join(',')}]` });
};
