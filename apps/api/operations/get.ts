import { authorizeIn } from '../../../shared/store/authorize.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { readValues, refusePrivate } from '../../../shared/store/values.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Reads values of a room. */
export const get: Operation<'get'> = async ({ store }, { token, room, ...query }, reply) => {
  refusePrivate(room);
  const user = parseToken(token);
  const { room: found } = await authorizeIn(store, user, room);
  const { values, skipped, ...rest } = await readValues(store, found, user.id, query);
  reply.countRead?.(skipped);
  return ok(rest, { values });
};
