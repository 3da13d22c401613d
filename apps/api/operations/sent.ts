import { ChatError } from '../../../shared/protocol/errors.js';
import { privateRoom } from '../../../shared/protocol/events.js';
import { authorize } from '../../../shared/store/authorize.js';
import { findSent } from '../../../shared/store/messages.js';
import { isToken, parseToken } from '../../../shared/store/tokens.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import type { Parameters } from './parameters/check.js';
import { acceptedAs } from './send.js';

/**
 * Tells whether a message or a value was accepted, if its answer was lost. `former`: the sender's token, even if the
 * sender has ended since.
 */
export const sent: Operation<'sent'> = async ({ store }, parameters) => {
  const { token, former = token, id } = parameters;
  if (!isToken(former)) throw new ChatError('bad_request', 'former must be a token from join.', { field: 'former' });
  await authorize(store, parseToken(token));
  const sender = parseToken(former);
  const accepted = await findSent(store, roomOf(sender.id, parameters), sender, id);
  return ok(accepted ? acceptedAs(accepted) : {}, accepted?.json === undefined ? {} : { value: accepted.json });
};

function roomOf(sender: number, { room, to }: Parameters<'sent'>): string {
  if (to !== undefined && room === undefined) return privateRoom(sender, to);
  if (room !== undefined && to === undefined) return room;
  throw new ChatError('bad_request', 'sent needs the room or the to that the message was sent with.', {
    field: 'room',
  });
}
