import { clearValues, moderateRoom } from '../../../shared/store/moderation.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Takes everything out of a room's history, or with `values` all of its values away, and tells everybody. */
export const clear: Operation<'clear'> = async ({ store, fanOut }, given) => {
  const act = await authorizeActor(store, given);
  if (given.values) await clearValues(store, act);
  else
    await moderateRoom(store, act, {
      action: { name: 'clear' },
      least: 'moderator',
      audit: { what: 'clear' },
      event: { type: 'cleared' },
    });
  fanOut.request(given.room);
  return ok();
};
