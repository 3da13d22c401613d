import { authorizeIn } from '../../../../shared/store/authorize.js';
import { notInRoom } from '../../../../shared/store/denials.js';
import { parseToken } from '../../../../shared/store/tokens.js';
import {
  refusePrivate,
  type ValueWrite,
  type ValueWritten,
  valueMax,
  writeValue,
} from '../../../../shared/store/values.js';
import type { Context } from '../../context.js';
import { costOf } from '../../moderation/filters.js';

type Given = Pick<ValueWrite, 'key' | 'change' | 'expected' | 'nonce' | 'owner'> & {
  token: string;
  room: string | undefined;
};

/** Writes a value for the user of `token`, by the room's rules and filter. It costs as much as a message. */
export async function writeForUser(
  { store, filters, serverFilter, admission, fanOut }: Context,
  { token, room: asked, change, ...given }: Given,
): Promise<ValueWritten> {
  refusePrivate(asked);
  const user = parseToken(token);
  const most = valueMax(given.key);
  const { data } = serverFilter.apply({ data: 'value' in change ? change.value : change.by }, most);
  const cost = costOf({ data }, store.config.rateLimits);
  const { name, room } = await authorizeIn(store, user, asked, { cost: 'message', times: cost, nonce: given.nonce });
  const from = { id: user.id, name };
  admission.noteMessage(room);
  const allowed = 'value' in change ? { value: data } : change;
  const value: ValueWrite = { ...given, change: allowed, room, from, tokenHash: user.tokenHash };
  const filterable = { room, from, text: given.key, data };
  const written = await filters.write(filterable, (filtered) => writeValue(store, value, filtered), most);
  if (!written) throw notInRoom(room);
  fanOut.request(room);
  return written;
}
