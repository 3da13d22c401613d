import { readRooms } from '../../../shared/store/rooms.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Returns the public rooms with members, largest first. Returns none if the host has closed the list. */
export const rooms: Operation<'rooms'> = async ({ store }) =>
  ok({ rooms: store.config.closedPages.has('rooms') ? [] : await readRooms(store) });
