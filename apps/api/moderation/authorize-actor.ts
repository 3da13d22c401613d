import type { Actor } from '../../../shared/store/moderation.js';
import type { Store } from '../../../shared/store/store.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { authorizeIn } from '../../../shared/store/users.js';

/** An act of the user of `token`, who is in the room, and has a role there or the owner's token. */
export async function authorizeActor(
  store: Store,
  { token, room, owner }: { token: string; room: string; owner?: string | undefined },
): Promise<Actor> {
  const user = parseToken(token);
  const { name } = await authorizeIn(store, user, room, { cost: 'presence' });
  return { room, by: { id: user.id, name }, owner };
}
