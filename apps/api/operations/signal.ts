import { maySpeak } from '../../../shared/store/messages.js';
import { publishSignal } from '../../../shared/store/signals.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { authorizeIn } from '../../../shared/store/users.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/**
 * Gives something ephemeral to the room's members: to their held polls, or within a moment to their next ones. The signal
 * of a user that may not speak there goes nowhere, without a word.
 */
export const signal: Operation<'signal'> = async ({ store }, { token, room, data }) => {
  const user = parseToken(token);
  const { name, room: found } = await authorizeIn(store, user, room, { cost: 'signal' });
  if (!(await maySpeak(store, found, user.id))) return ok();
  await publishSignal(store, { type: 'signal', room: found, at: Date.now(), from: { id: user.id, name }, data });
  return ok();
};
