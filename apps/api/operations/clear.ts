import { clearValues, moderateRoom } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Removes everything from a room's history or, with `values`, all its values. Everybody is told. */
export const clear: Operation<'clear'> = async ({ store, fanOut }, given) => {
  const actor = await authorizeActor(store, given);
  if (given.values) await clearValues(store, actor);
  else
    await moderateRoom(store, actor, {
      action: { name: 'clear' },
      least: 'moderator',
      audit: { what: 'clear' },
      event: { type: 'cleared' },
    });
  fanOut.request(given.room);
  return ok();
};
