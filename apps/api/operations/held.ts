import { readPending } from '../../../shared/store/room-rules.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Returns the messages that wait for approval, oldest first. */
export const held: Operation<'held'> = async ({ store }, given) => {
  const { messages, more } = await readPending(store, await authorizeActor(store, given));
  return ok({ messages, ...(more && { more }) });
};
