import { readHeldMessages } from '../../../shared/store/held-messages.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Returns the messages that wait for approval, oldest first, and the messages that were reported. */
export const held: Operation<'held'> = async ({ store }, given) => {
  const { messages, more, reports } = await readHeldMessages(store, await authorizeActor(store, given));
  return ok({ messages, ...(more && { more }), ...(reports.length > 0 && { reports }) });
};
