import { exitRoom } from '../../../shared/store/rooms.js';
import { govern, member } from '../../../shared/store/owners.js';
import type { Operation } from '../operation.js';
import { ok } from '../respond.js';
import { acting } from './acting.js';

/** Takes a member out of a room; it may enter again. */
export const kick: Operation<'kick'> = async ({ store, fanOut }, { user, ...given }) => {
  const act = await acting(store, given);
  const target = await member(store, given.room, user);
  await govern(store, act, { what: 'kick', user: target.id }, null, 'note');
  await exitRoom(store, given.room, target, act.by);
  fanOut.request(given.room);
  return ok();
};
