import { govern } from '../../../shared/store/acts.js';
import type { Operation } from '../operation.js';
import { ok } from '../respond.js';
import { acting } from './acting.js';

/** Takes everything out of a room's history, and tells everybody. */
export const clear: Operation<'clear'> = async ({ store, fanOut }, given) => {
  await govern(store, await acting(store, given), 'moderator', { what: 'clear' }, { type: 'cleared' }, 'clear');
  fanOut.request(given.room);
  return ok();
};
