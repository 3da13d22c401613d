import { HISTORY_ON_ENTER } from '../../../shared/protocol/limits.js';
import { readHistory, readMembers } from '../../../shared/store/rooms.js';
import type { Store } from '../../../shared/store/store.js';
import { scriptSafeJson } from '../../../shared/store/event-text.js';

/** A room as `join` and `enter` show it, as JSON text. */
export async function roomView(store: Store, room: string): Promise<string> {
  const [{ members, more }, { events }] = await Promise.all([readMembers(store, room), readHistory(store, room, HISTORY_ON_ENTER)]);
  const fields = scriptSafeJson({ name: room, members, ...(more && { more }) });
  return `${fields.slice(0, -1)},"history":[${events.join(',')}]}`;
}
