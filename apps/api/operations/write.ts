import { ChatError } from '../../../shared/protocol/errors.js';
import { messageCost } from '../../../shared/store/event-text.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { authorize, notInRoom } from '../../../shared/store/users.js';
import { refusePrivate, valueMax, writeValue, type ValueWrite, type ValueWritten } from '../../../shared/store/values.js';
import { FILTER_TRIES, hasLink, LINK_COST } from '../filters.js';
import type { Chat } from '../operation.js';

type Given = Pick<ValueWrite, 'key' | 'change' | 'expected' | 'nonce' | 'owner'> & { token: string; room: string | undefined };

/** Writes a value for the user of `token`, by the room's rules and filter; it costs as much as a message. */
export async function write(chat: Chat, { token, room: asked, ...given }: Given): Promise<ValueWritten> {
  refusePrivate(asked);
  const { store, filters } = chat;
  const user = parseToken(token);
  const data = 'value' in given.change ? given.change.value : given.change.by;
  const cost = Math.max(store.config.rateLimits && hasLink({ data }) ? LINK_COST : 1, messageCost({ data }));
  const { name, room } = await authorize(store, user, asked, 'message', cost, { nonce: given.nonce });
  const from = { id: user.id, name };
  chat.guard.noteMessage(room);
  for (let attempt = 0; attempt < FILTER_TRIES; attempt += 1) {
    const filtered = filters.apply({ room, from, text: given.key, data }, valueMax(given.key));
    const written = await writeValue(store, { ...given, room, from, tokenHash: user.tokenHash }, filtered);
    if (!written) throw notInRoom(room);
    if ('version' in written) {
      chat.fanOut.request(room);
      return written;
    }
    filters.learn(room, written.filter);
  }
  throw new ChatError('unavailable', `The rules of the room ${room} change too fast.`, { retryAfter: 1 });
}
