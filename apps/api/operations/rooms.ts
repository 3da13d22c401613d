import { readRooms } from '../../../shared/store/rooms.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Returns the public rooms with members, largest first. */
export const rooms: Operation<'rooms'> = async ({ store }) => ok({ rooms: await readRooms(store) });
