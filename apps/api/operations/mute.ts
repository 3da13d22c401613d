import { member, muteUser } from '../../../shared/store/acts.js';
import type { Operation } from '../operation.js';
import { ok } from '../respond.js';
import { acting } from './acting.js';

/** Keeps a member from speaking in a room for so many seconds; 0 lets it speak again. Nobody is told but who tries, and with `quiet` not even that. */
export const mute: Operation<'mute'> = async ({ store }, { user, seconds, quiet = false, ...given }) => {
  const act = await acting(store, given);
  if (seconds > 0) await member(store, given.room, user);
  await muteUser(store, act, user, seconds, quiet);
  return ok();
};
