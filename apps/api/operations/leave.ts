import { ChatError } from '../../../shared/protocol/errors.js';
import { ForgetBudget } from '../../../shared/store/forget.js';
import { leave as leaveAll, leaveSoon } from '../../../shared/store/presence.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/**
 * Ends a user, at once or, unless it comes back, in `after` s: out of all rooms, the nickname free again, the token worthless.
 * `forget`: what it has said goes too, as far as we have it.
 */
export const leave: Operation<'leave'> = async ({ store, fanOut }, { token, after, forget = false }, reply) => {
  if (after !== undefined && after > 0) {
    if (forget) throw new ChatError('bad_request', 'Give after or forget, not both.', { field: 'forget' });
    await leaveSoon(store, parseToken(token), after);
    return ok();
  }
  const budget = forget ? new ForgetBudget() : undefined;
  for (const room of await leaveAll(store, parseToken(token), budget)) fanOut.requestPresence(room);
  reply.countRead?.(budget?.bytesRead ?? 0);
  return ok();
};
