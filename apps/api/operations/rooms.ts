import { readRooms } from '../../../shared/store/rooms.js';
import type { Operation } from './operation.js';
import { ok } from '../reply.js';

/** Public rooms with members, busiest first. */
export const rooms: Operation<'rooms'> = async ({ store }) => ok({ rooms: await readRooms(store) });
