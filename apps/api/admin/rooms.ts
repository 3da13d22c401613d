/** The list of rooms on the admin page, and how many of them stay. */
import type { HostRoomsReply } from '../../../shared/protocol/admin.js';
import { ChatError } from '../../../shared/protocol/errors.js';
import { listRooms } from '../../../shared/store/room-list.js';
import { countStays } from '../../../shared/store/stays.js';
import type { Store } from '../../../shared/store/store.js';

/** Rooms of one answer. Each costs seven commands. */
const SHOWN_MAX = 50;
const PART_OF_NAME = /^[A-Za-z0-9._-]{0,64}$/;

/** Resolves with rooms whose names contain `search`. Rejects with `bad_request` for what no name contains. */
export async function searchRooms(store: Store, search: string): Promise<HostRoomsReply> {
  if (!PART_OF_NAME.test(search))
    throw new ChatError('bad_request', 'The name of a room has letters, digits, dots, dashes and underscores.');
  const [list, count] = await Promise.all([listRooms(store, search, SHOWN_MAX), countStays(store)]);
  const { ownedRoomsMax: max, addressOwnedRooms: addressMax } = store.config;
  return { ok: true, ...list, stays: { count, max, addressMax } };
}
