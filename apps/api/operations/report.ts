import { authorizeIn } from '../../../shared/store/authorize.js';
import { reportMessage } from '../../../shared/store/reports.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Reports a message to the users with a role in the room. No other member learns of it. */
export const report: Operation<'report'> = async ({ store, fanOut }, { token, room, id }) => {
  const user = parseToken(token);
  const { name } = await authorizeIn(store, user, room, { cost: 'presence' });
  await reportMessage(store, room, { id: user.id, name }, id);
  fanOut.request(room);
  return ok();
};
