import { ChatError } from '../../../shared/protocol/errors.js';
import { ForgetBudget } from '../../../shared/store/forget.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { leave as leaveAll, leaveSoon } from '../../../shared/store/user-end.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/**
 * Ends a user: it leaves all rooms, its nickname is free, its token is worthless. With `after` it ends in that many
 * seconds, unless it comes back. With `forget` its messages that are still stored are removed too.
 */
export const leave: Operation<'leave'> = async ({ store, presence }, { token, after, forget = false }, reply) => {
  if (after !== undefined && after > 0) {
    if (forget) throw new ChatError('bad_request', 'Give after or forget, not both.', { field: 'forget' });
    await leaveSoon(store, parseToken(token), after);
    return ok();
  }
  const budget = forget ? new ForgetBudget() : undefined;
  for (const room of await leaveAll(store, parseToken(token), budget)) presence.announce(room);
  reply.countRead?.(budget?.bytesRead ?? 0);
  return ok();
};
