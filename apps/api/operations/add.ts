import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import { writeForUser } from './shared/write-for-user.js';

/** Adds to a value that is a number. A value that does not exist counts as 0. */
export const add: Operation<'add'> = async (context, { token, room, key, by = 1, id: nonce, owner }) => {
  const { version, json, duplicate } = await writeForUser(context, { token, room, key, change: { by }, nonce, owner });
  return ok({ version, at: Number.parseInt(version, 10), ...(duplicate && { duplicate }) }, { value: json });
};
