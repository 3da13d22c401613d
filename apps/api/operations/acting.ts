import type { Act } from '../../../shared/store/owners.js';
import type { Store } from '../../../shared/store/store.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { authorize } from '../../../shared/store/users.js';

/** An act of a room's owner, who is in the room as the user of `token`. */
export async function acting(store: Store, { token, room, owner = '' }: { token: string; room: string; owner?: string | undefined }): Promise<Act> {
  const user = parseToken(token);
  const { name } = await authorize(store, user, room, 'presence');
  return { room, by: { id: user.id, name }, owner };
}
