import { readRooms } from '../../../shared/store/rooms.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Public rooms with members, busiest first. */
export const rooms: Operation<'rooms'> = async ({ store }) => ok({ rooms: await readRooms(store) });
