import { ownRoom } from '../../../shared/store/owners.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Accepts a room that was offered. Returns its new owner token. If the answer is lost, the call can be repeated. */
export const own: Operation<'own'> = async ({ store, fanOut }, given) => {
  const { by } = await authorizeActor(store, given);
  const owner = await ownRoom(store, given.room, by);
  fanOut.request(given.room);
  return ok({ owner });
};
