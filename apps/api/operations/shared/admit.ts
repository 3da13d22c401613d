import { admitToRoom, type EntryRequest } from '../../../../shared/store/rooms.js';
import { endFormer } from '../../../../shared/store/user-end.js';
import type { Context } from '../../context.js';

/** Somebody who wants to enter a room. */
interface Visitor {
  /** Null for somebody who is no user yet. */
  id: number | null;
  name: string;
}

/**
 * Checks whether somebody may enter a room. A member that has the name by the same secret is a user whose page is dead:
 * it ends, and its rooms are told. Throws `not_allowed`, `name_taken`.
 */
export async function admit(
  { store, presence }: Pick<Context, 'store' | 'presence'>,
  room: string,
  { id, name }: Visitor,
  entry: EntryRequest,
): Promise<void> {
  const former = await admitToRoom(store, room, id, name, entry);
  if (former === null) return;
  for (const left of await endFormer(store, former)) presence.announce(left);
}
