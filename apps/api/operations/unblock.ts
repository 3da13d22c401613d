import { authorize } from '../../../shared/store/authorize.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { setBlocked } from '../../../shared/store/user-blocks.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Accepts a user's private messages again. */
export const unblock: Operation<'unblock'> = async ({ store }, { token, user: other }) => {
  const user = parseToken(token);
  await authorize(store, user, { cost: 'presence' });
  return ok({ blocked: await setBlocked(store, user.id, other, false) });
};
