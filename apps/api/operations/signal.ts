import { privateRoomUsers } from '../../../shared/protocol/events.js';
import { authorizeIn } from '../../../shared/store/authorize.js';
import { areKeptApart } from '../../../shared/store/kept-apart.js';
import { maySpeak } from '../../../shared/store/messages.js';
import { publishSignal } from '../../../shared/store/signals.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/**
 * Sends something ephemeral to the members of a room: to their held polls, or to the next ones within a moment. A
 * signal of a user that may not speak there is dropped silently.
 */
export const signal: Operation<'signal'> = async ({ store }, { token, room, data }) => {
  const user = parseToken(token);
  const { name, room: found } = await authorizeIn(store, user, room, { cost: 'signal' });
  const pair = privateRoomUsers(found);
  const isHeard = pair ? !(await areKeptApart(store, ...pair)) : await maySpeak(store, found, user.id);
  if (!isHeard) return ok();
  await publishSignal(store, { type: 'signal', room: found, at: Date.now(), from: { id: user.id, name }, data });
  return ok();
};
