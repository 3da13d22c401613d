import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import { writeForUser } from './shared/write-for-user.js';

/** Writes a value of a room. null removes it. With `if` it is written only over that version. */
export const set: Operation<'set'> = async (context, { token, room, key, value, if: expected, id: nonce, owner }) => {
  const { version, duplicate } = await writeForUser(context, {
    token,
    room,
    key,
    change: { value },
    expected,
    nonce,
    owner,
  });
  return ok({ version, at: Number.parseInt(version, 10), ...(duplicate && { duplicate }) });
};
