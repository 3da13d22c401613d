import { ownRoom } from '../../../shared/store/owners.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Takes a room that was offered. Gives its new owner token; may be repeated when the answer was lost. */
export const own: Operation<'own'> = async ({ store, fanOut }, given) => {
  const { by } = await authorizeActor(store, given);
  const owner = await ownRoom(store, given.room, by);
  fanOut.request(given.room);
  return ok({ owner });
};
