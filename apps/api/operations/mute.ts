import { govern, member } from '../../../shared/store/owners.js';
import type { Operation } from '../operation.js';
import { ok } from '../respond.js';
import { acting } from './acting.js';

/** Keeps a member from speaking in a room for so many seconds; 0 lets it speak again. Nobody is told but who tries. */
export const mute: Operation<'mute'> = async ({ store }, { user, seconds, ...given }) => {
  const act = await acting(store, given);
  const { id } = await member(store, given.room, user);
  await govern(store, act, { what: 'mute', user: id, seconds }, null, 'set', `mute:${id}`, seconds > 0 ? `in ${seconds * 1_000}` : '');
  return ok();
};
