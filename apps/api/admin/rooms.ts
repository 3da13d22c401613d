/** The list of rooms on the admin page, and how many of them stay. The contents of a room, for the host. */
import type { HostExportReply, HostRoomsReply } from '../../../shared/protocol/admin.js';
import { ChatError } from '../../../shared/protocol/errors.js';
import { ROOM_NAME } from '../../../shared/protocol/limits.js';
import { readContentsForHost } from '../../../shared/store/room-contents.js';
import { listRooms } from '../../../shared/store/room-list.js';
import { countStays } from '../../../shared/store/stays.js';
import type { Store } from '../../../shared/store/store.js';
import { LOG_ID } from '../operations/parameters/schemas.js';

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

/**
 * Resolves with a page of a room's contents, as `export` returns it to the room's owner. Rejects with `bad_request` for
 * a room that has nothing.
 */
export async function exportRoom(store: Store, room: string, before?: string): Promise<HostExportReply> {
  if (!ROOM_NAME.test(room) || (before !== undefined && !LOG_ID.test(before)))
    throw new ChatError('bad_request', 'Give the name of a room, and before as an export has returned it.');
  const { contents, before: next } = await readContentsForHost(store, room, before);
  const { rules = {}, values = {}, messages = [] } = contents;
  if (before === undefined && [rules, values, messages].every((one) => Object.keys(one).length === 0))
    throw new ChatError('bad_request', 'There is nothing in a room of this name.');
  return { ok: true, data: contents, ...(next !== undefined && { before: next }) };
}
